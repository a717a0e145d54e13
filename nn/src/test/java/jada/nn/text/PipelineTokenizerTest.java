package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.Golden;
import jada.nn.files.InputException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the goldens do not show: refusals by name, hostile texts, threads, places and lengths.
class PipelineTokenizerTest {
  private static final String KIND_OF_MODEL =
      "\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"<unk>\": 0, \"a\": 1}, \"unk_token\":"
          + " \"<unk>\"}";

  private static PipelineTokenizer tokenizer(String json) {
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("tokenizer.json", json);
    return TokenizerJson.read(json, "bad.json").pipeline(TokenizerRules.NONE, files);
  }

  private static PipelineTokenizer golden(String kind) {
    return tokenizer(
        Golden.read("text/pipelines.json")
            .get("tokenizers")
            .get(kind)
            .get("tokenizer")
            .stringValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"normalizer\": {\"type\": \"Other\"}| normalizer.type is \"Other\", but only Sequence,"
            + " Bert",
        "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"X\"}]}|"
            + " normalizer.normalizers[0].type is \"X\"",
        "\"normalizer\": {\"type\": \"NFC\", \"x\": 1}| normalizer: 'x' is '1'",
        "\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"!\"}|"
            + " precompiled_charsmap is not a map of characters",
        "\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"////fwAA\"}|"
            + " precompiled_charsmap is not a map of characters",
        "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \"\"}, \"content\":"
            + " \"\"}| normalizer.pattern.String is empty",
        "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a+?\"}, \"content\":"
            + " \"\"}| normalizer.pattern.Regex has a lazy quantifier",
        "\"pre_tokenizer\": {\"type\": \"UnicodeScripts\"}| pre_tokenizer.type is"
            + " \"UnicodeScripts\"",
        "\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"ab\"}| is not one"
            + " character",
        "\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"_\", \"prepend_scheme\":"
            + " \"last\"}| is none of always, first, never",
        "\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"_\", \"prepend_scheme\":"
            + " \"first\", \"add_prefix_space\": false}| but prepend_scheme is not never",
        "\"pre_tokenizer\": {\"type\": \"Punctuation\", \"behavior\": \"Kept\"}| behavior is none"
            + " of",
        "\"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"a\", 0], \"cls\":"
            + " [\"a\", 1], \"trim_offsets\": true, \"add_prefix_space\": true}| gives \"a\" the id"
            + " 0, but the vocabulary 1",
        "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\":"
            + " {\"id\": \"A\", \"type_id\": 2}}], \"pair\": [], \"special_tokens\": {}}| other"
            + " types than 0",
        "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [], \"pair\": [],"
            + " \"special_tokens\": {}}| post_processor.single does not hold each text once",
        "\"decoder\": {\"type\": \"Any\"}, \"x\": 1| 'x' is '1'",
      })
  void refuses_parts_by_their_name(String part, String reason) {
    assertThatThrownBy(() -> tokenizer("{" + part + ", " + KIND_OF_MODEL + "}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("bad.json")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\": \"Other\", \"vocab\": {}}| model.type is \"Other\", but only WordPiece, BPE,"
            + " Unigram, WordLevel are supported",
        "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a\"]}| merges[0] is \"a\", which"
            + " is not",
        "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\"]]}| merges[0] is neither",
        "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\", \"a\"]]}| needs the token"
            + " \"aa\"",
        "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [], \"dropout\": 0.1}| dropout"
            + " '0.1' is not supported: merges are not left out at random",
        "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [], \"unk_token\": \"b\"}| lacks"
            + " the unknown token \"b\"",
        "{\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]], \"unk_id\": 1}| unk_id is not below",
        "{\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]]}| unk_id is missing",
        "{\"type\": \"Unigram\", \"vocab\": [[\"a\", 1e999]], \"unk_id\": 0}| vocab[0] is not a"
            + " token and",
        "{\"type\": \"Unigram\", \"vocab\": [\"a\"], \"unk_id\": 0}| vocab[0] is not a token and"
            + " its score",
        "{\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\": \"b\"}| lacks the unknown"
            + " token",
      })
  void refuses_models_by_their_name(String model, String reason) {
    assertThatThrownBy(() -> tokenizer("{\"model\": " + model + "}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("bad.json")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void refuses_what_is_nested_deep(String open) {
    String steps = "{\"type\":\"Sequence\",\"normalizers\":[".repeat(40);
    assertThatThrownBy(() -> tokenizer("{\"normalizer\":" + steps + open.repeat(1000)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("depth");
  }

  /// A million characters that slow programs stumble over; each kind in less than the time of the
  /// test.
  @ParameterizedTest
  @ValueSource(strings = {"llama3", "llama2", "xlmr", "albert", "clip", "bpe-prefix", "mpnet"})
  @Timeout(120)
  void takes_linear_time_on_any_text(String kind) {
    PipelineTokenizer tokenizer = golden(kind);
    for (String unit : List.of("a", " ", "\n", "é", "\u0301", "😀", "'", "<", "▁", "ab1 ")) {
      String text = unit.repeat(200_000 / unit.length());
      Encoding encoding = tokenizer.encode(text, 512);
      assertThat(encoding.length()).isLessThanOrEqualTo(512);
    }
  }

  @Test
  void half_a_surrogate_pair_counts_as_a_replacement_character() {
    PipelineTokenizer tokenizer = golden("gpt2");
    assertThat(tokenizer.encode("a\ud83db", 99)).isEqualTo(tokenizer.encode("a\ufffdb", 99));
    assertThat(tokenizer.encode("\ude00", 99)).isEqualTo(tokenizer.encode("\ufffd", 99));
  }

  @Test
  void threads_share_it() throws Exception {
    PipelineTokenizer tokenizer = golden("llama3");
    List<String> texts = new ArrayList<>();
    List<Encoding> expected = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      texts.add("word" + i + " and " + (i * 7919) + " ünd " + "x".repeat(i % 9));
      expected.add(golden("llama3").encode(texts.getLast(), 99));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Callable<List<Encoding>> work =
          () -> texts.stream().map(text -> tokenizer.encode(text, 99)).toList();
      for (Future<List<Encoding>> one : pool.invokeAll(List.of(work, work, work, work))) {
        assertThat(one.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void refuses_a_length_that_the_special_tokens_alone_exceed() {
    PipelineTokenizer tokenizer = golden("roberta");
    assertThat(tokenizer.encode("some text", 2).ids()).hasSize(2);
    assertThat(tokenizer.encode("some", "text", 4).ids()).hasSize(4);
    assertThatThrownBy(() -> tokenizer.encode("some", "text", 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("encode: maxLength is 3: at least 4, the number of special tokens, must fit");
  }

  @Test
  void knows_where_tokens_stand() {
    Alignment alignment = golden("roberta").align(Input.of("a <mask>b", "é"), 99);
    String expected = "-1 0:0, 0 0:1, 0 2:8, 0 8:9, -1 0:0, -1 0:0, 1 0:1, 1 0:1, -1 0:0";
    List<String> found = new ArrayList<>();
    for (int i = 0; i < alignment.encoding().length(); i++) {
      found.add(alignment.text(i) + " " + alignment.start(i) + ":" + alignment.end(i));
    }
    assertThat(String.join(", ", found)).isEqualTo(expected);
    assertThatThrownBy(() -> alignment.start(9)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(
            () -> new Alignment(alignment.encoding(), new int[1], new int[9], new int[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("alignment: 9 tokens, but 1 texts");
  }

  /// Scores as `tokenizers` reads them, which it was asked for; four are not the nearest double.
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "0.0, 0.0",
    "-3.5, -3.5",
    "1e3, 1000.0",
    "3e-5, 3e-05",
    "1e-320, 1e-320",
    "12345678901234567890.5, 1.2345678901234567e+19",
    "12345678901234567890123e-20, 123.45678901234567",
    "-8.1319270912545147, -8.131927091254516",
    "-2.8607215452428451, -2.8607215452428454",
    "-15.651058552328595, -15.651058552328596",
  })
  void scores_are_read_digit_by_digit(String number, double expected) {
    assertThat(QuickDecimal.of(new BigDecimal(number))).isEqualTo(expected);
  }
}
