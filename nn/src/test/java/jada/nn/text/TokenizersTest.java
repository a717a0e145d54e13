package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.Golden;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Folders whose files agree, contradict each other or are old give the ids and types that
/// transformers gives. They were made by src/test/python/tokenizer_folders_golden.py.
class TokenizersTest {
  private static final String WORDS = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nriver\n##s\nsea\n";

  @TempDir Path folder;

  static Stream<Arguments> folders() {
    return Stream.of("text/tokenizer-folders.json", "text/bpe-folders.json")
        .flatMap(
            file ->
                Golden.read(file).properties().stream()
                    .map(one -> Arguments.of(one.getKey(), file)));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void decides_as_transformers_does(String name, String file) throws IOException {
    JsonNode golden = Golden.read(file).get(name);
    write(golden.get("files"));

    Tokenizer tokenizer = Tokenizers.read(folder);

    Set<String> own = new HashSet<>(golden.get("files").propertyNames());
    own.remove("config.json"); // the model's
    assertThat(tokenizer.files().keySet()).containsExactlyInAnyOrderElementsOf(own);
    assertEncodes(tokenizer, golden.get("encoded"));
  }

  private void write(JsonNode files) throws IOException {
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue().stringValue());
    }
  }

  private static void assertEncodes(Tokenizer tokenizer, JsonNode encoded) {
    for (JsonNode one : encoded) {
      JsonNode texts = one.get("texts");
      Encoding encoding =
          texts.size() == 1
              ? tokenizer.encode(texts.get(0).stringValue(), 100)
              : tokenizer.encode(texts.get(0).stringValue(), texts.get(1).stringValue(), 100);
      assertThat(encoding.ids()).as(texts.toString()).containsExactly(ints(one.get("ids")));
      assertThat(encoding.typeIds()).as(texts.toString()).containsExactly(ints(one.get("types")));
    }
  }

  /// The model's own config.json is not a file of the tokenizer: the saved form alone must do.
  @Test
  void a_byte_level_tokenizer_is_read_again_from_its_saved_form() throws IOException {
    JsonNode golden = Golden.read("text/bpe-folders.json").get("special_tokens_map.json");
    write(golden.get("files"));
    Tokenizer tokenizer = Tokenizers.read(folder);
    Path copy = Files.createDirectory(folder.resolve("copy"));
    for (Map.Entry<String, String> file : tokenizer.files().entrySet()) {
      Files.writeString(copy.resolve(file.getKey()), file.getValue());
    }

    Tokenizer again = Tokenizers.read(copy);

    assertThat(again.kind()).isEqualTo("BPE");
    assertThat(again.paddingId()).isEqualTo(1);
    assertThat(again.vocabularySize()).isEqualTo(tokenizer.vocabularySize()).isEqualTo(37);
    assertThat(again.token(36)).isEqualTo("<url>");
    assertEncodes(again, golden.get("encoded"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "merges.txt| `#version: 0.2\nh e\nhe\n`| merges.txt: line 3 is \"he\", which is not of the"
            + " form \"a b\"",
        "merges.txt| h x| line 1 needs the token \"x\", which the vocabulary lacks",
        "merges.txt| t h| line 1 needs the token \"th\", which the vocabulary lacks",
        "vocab.json| {\"<s>\": 0}| line 2 needs the token \"h\"",
        "vocab.json| {\"a\": 7}| without holes",
        "vocab.json| {\"<s>\": \"0\"}| is not a whole number",
        "vocab.json| []| is not a JSON object",
        "tokenizer_config.json| {\"tokenizer_class\": \"LlamaTokenizer\"}| a tokenizer of the class"
            + " \"LlamaTokenizer\" is read from tokenizer.json alone",
        "tokenizer_config.json| {\"tokenizer_class\": \"GPT2Tokenizer\", \"add_bos_token\": true}|"
            + " asks for add_bos_token",
        "tokenizer_config.json| {\"word_token\": \"<w>\"}| 'word_token' is",
        "tokenizer_config.json| {\"add_prefix_space\": 1}| add_prefix_space is neither true nor"
            + " false",
        "added_tokens.json| {\"new\": 99}| has the id 99, but it would be 35",
      })
  void refuses_by_name_what_is_wrong_with_vocabulary_and_merges(
      String file, String content, String reason) throws IOException {
    write(Golden.read("text/bpe-folders.json").get("vocab.json and merges.txt").get("files"));
    Files.writeString(folder.resolve(file), content);

    assertThatThrownBy(() -> Tokenizers.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(reason);
  }

  /// Of the file of such a class transformers takes the vocabulary alone, and makes other parts.
  @ParameterizedTest
  @CsvSource({
    "RobertaTokenizer, WordPiece, one of BERT's kind",
    "LlamaTokenizerFast, WordPiece, one of BERT's kind",
    "MPNetTokenizer, WordPiece, one of BERT's kind",
    "XLMRobertaTokenizer, BPE, whose model is",
    "GPT2Tokenizer, WordLevel, whose model is"
  })
  void refuses_a_class_that_makes_another_tokenizer_than_the_file_describes(
      String kind, String model, String reason) throws IOException {
    String file =
        switch (model) {
          case "WordPiece" ->
              """
              {"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                 "max_input_chars_per_word": 100,
                 "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "the": 4}},
               "normalizer": {"type": "BertNormalizer", "clean_text": true,
                 "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
               "pre_tokenizer": {"type": "BertPreTokenizer"},
               "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}}
              """;
          case "BPE" ->
              """
              {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}
              """;
          default ->
              """
              {"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}, "unk_token": "b"}}
              """;
        };
    Files.writeString(folder.resolve("tokenizer.json"), file);
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"" + kind + "\"}");

    assertThatThrownBy(() -> Tokenizers.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tokenizer_class \"" + kind.replace("Fast", "") + "\"")
        .hasMessageContaining(reason);

    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    assertThat(Tokenizers.read(folder).kind()).isEqualTo(model);
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  @Test
  void of_a_token_that_stands_twice_the_last_id_counts_and_the_first_is_known_too()
      throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), WORDS.replace("sea", "the"));

    Tokenizer tokenizer = Tokenizers.read(folder);

    assertThat(tokenizer.encode("the river", 9).ids()).containsExactly(2, 8, 6, 3);
    assertThat(tokenizer.vocabularySize()).isEqualTo(9);
    assertThat(tokenizer.token(5)).isEqualTo(tokenizer.token(8)).isEqualTo("the");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokenizer_config.json| {\"cls_token\": \"<s>\"}| cls_token '<s>' is not supported: BERT's"
            + " special tokens have their names; use a model with '[CLS]'",
        "special_tokens_map.json| {\"unk_token\": {\"content\": \"<unk>\"}}| unk_token",
        "tokenizer_config.json| {\"truncation_side\": \"left\"}| truncation_side 'left' is not"
            + " supported",
        "tokenizer_config.json| {\"split_special_tokens\": true}| split_special_tokens 'true'",
        "tokenizer_config.json| {\"never_split\": [\"the\"]}| never_split '[\"the\"]'",
        "tokenizer_config.json| {\"word_token\": \"<w>\"}| 'word_token' is '\"<w>\"', but what it"
            + " asks for is not known",
        "tokenizer_config.json| {\"tokenizer_class\": \"BertJapaneseTokenizer\"}| a tokenizer of"
            + " the class \"BertJapaneseTokenizer\" is read from tokenizer.json alone",
        "tokenizer_config.json| {\"tokenizer_class\": \"PreTrainedTokenizerFast\"}| asks for a"
            + " tokenizer that tokenizer.json describes",
        "tokenizer_config.json| {\"added_tokens_decoder\": {\"40\": {\"content\": \"new\"}}}| has"
            + " the id 40, but it would be 9",
        "tokenizer_config.json| {\"added_tokens_decoder\": {\"x\": {\"content\": \"new\"}}}| holds"
            + " an id that is no number",
        "added_tokens.json| {\"river\": 9}| the added token \"river\" has the id 9, but it would be"
            + " 6",
        "added_tokens.json| {\"a\": 9, \"b\": 9}| has the id of another token",
        "added_tokens.json| {\"a\": \"9\"}| is not a whole number",
      })
  void refuses_by_name_what_it_would_get_wrong(String file, String content, String reason)
      throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), WORDS);
    Files.writeString(folder.resolve(file), content);

    assertThatThrownBy(() -> Tokenizers.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void accepts_keys_that_no_class_reads() throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), WORDS);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"my_note\": {\"a\": 1}, \"model_max_length\": 512, \"never_split\": null}");

    assertThat(Tokenizers.read(folder).encode("rivers", 9).ids()).containsExactly(2, 6, 7, 3);
  }
}
