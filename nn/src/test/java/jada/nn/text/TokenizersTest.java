package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.Golden;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Folders whose files agree, contradict each other or are old give the ids and types that
/// transformers gives. They were made by src/test/python/tokenizer_folders_golden.py.
class TokenizersTest {
  private static final String WORDS = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nriver\n##s\nsea\n";

  @TempDir Path folder;

  static Stream<String> folders() {
    return Golden.read("text/tokenizer-folders.json").properties().stream().map(Map.Entry::getKey);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void decides_as_transformers_does(String name) throws IOException {
    JsonNode golden = Golden.read("text/tokenizer-folders.json").get(name);
    for (Map.Entry<String, JsonNode> file : golden.get("files").properties()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue().stringValue());
    }

    Tokenizer tokenizer = Tokenizers.read(folder);

    assertThat(tokenizer.files().keySet())
        .containsExactlyInAnyOrderElementsOf(golden.get("files").propertyNames());
    for (JsonNode one : golden.get("encoded")) {
      JsonNode texts = one.get("texts");
      Encoding encoding =
          texts.size() == 1
              ? tokenizer.encode(texts.get(0).stringValue(), 100)
              : tokenizer.encode(texts.get(0).stringValue(), texts.get(1).stringValue(), 100);
      assertThat(encoding.ids()).as(texts.toString()).containsExactly(ints(one.get("ids")));
      assertThat(encoding.typeIds()).as(texts.toString()).containsExactly(ints(one.get("types")));
    }
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
        "tokenizer_config.json| {\"tokenizer_class\": \"BertJapaneseTokenizer\"}| tokenizer_class"
            + " is a tokenizer that is not supported",
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
