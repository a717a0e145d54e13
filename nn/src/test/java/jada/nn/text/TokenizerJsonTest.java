package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that cannot be used are refused in one line that names the file, the key and the remedy.
class TokenizerJsonTest {
  private static final String SMALL = small();

  @TempDir Path folder;

  @Test
  void reads_the_sections_it_needs_and_ignores_truncation_and_padding() {
    WordPieceTokenizer tokenizer = parse(SMALL);
    assertThat(tokenizer.vocabularySize()).isEqualTo(41);
    assertThat(tokenizer.token(8)).isEqualTo("##aaa");
    assertThat(tokenizer.token(38)).isEqualTo("Näme");
    assertThat(tokenizer.paddingId()).isZero();
    assertThat(tokenizer.encode("e e e e e e", 512).ids())
        .containsExactly(2, 11, 11, 11, 11, 11, 11, 3);
  }

  @Test
  void reads_bert_processing_like_the_template() {
    int from = SMALL.indexOf("\"post_processor\"");
    int to = SMALL.indexOf("\"decoder\"");
    String processing =
        "\"post_processor\":"
            + " {\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",3],\"cls\":[\"[CLS]\",2]},";
    String changed = SMALL.substring(0, from) + processing + SMALL.substring(to);
    assertThat(parse(changed).encode("a", "i", 9)).isEqualTo(parse(SMALL).encode("a", "i", 9));
    assertRefused(changed.replace("\",3]", "\",5]"), "post_processor.sep", "the id 5");
    assertRefused(changed.replace(",\"cls\":[\"[CLS]\",2]", ""), "post_processor.cls", "missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "type": "WordPiece",\\n          | "type": "BPE",                | model.type              | "BPE", but only "WordPiece"
          "model": {                       | "other": {                    | model                   | missing
          "unk_token": "[UNK]"             | "unk_token": "<unk>"          | model.vocab             | lacks the unknown token "<unk>"
          "unk_token": "[UNK]",            | ''                            | model.unk_token         | missing
          "max_input_chars_per_word": 12   | "max_input_chars_per_word": -1 | model.max_input_chars_per_word | whole number
          "max_input_chars_per_word": 12   | "max_input_chars_per_word": 1.5 | model.max_input_chars_per_word | whole number
          "continuing_subword_prefix": "##" | "continuing_subword_prefix": 3 | model.continuing_subword_prefix | not a string
          "max_input_chars_per_word": 12   | "max_input_chars_per_word": 12, "x": 1 | model: 'x'     | what it asks for is not known
          "strip_accents": null            | "strip_accents": null, "x": 1 | normalizer: 'x'         | what it asks for is not known
          "BertPreTokenizer"               | "BertPreTokenizer", "x": 1    | pre_tokenizer: 'x'      | what it asks for is not known
          "TemplateProcessing"             | "TemplateProcessing", "x": 1  | post_processor: 'x'     | what it asks for is not known
          "##aaa": 8                       | "##aaa": 7                    | model.vocab             | id 7 belongs to both
          "##aaa": 8                       | "##aaa": 999                  | model.vocab             | without holes
          "##aaa": 8                       | "##aaa": "8"                  | model.vocab.##aaa       | whole number
          "##aaa": 8                       | "##aaa": 99999999999          | model.vocab.##aaa       | whole number
          "##aaa": 8                       | "aa": 8                       | line                    | Duplicate
          "id": 4,                         | "id": 5,                      | model.vocab             | has the ids
          "id": 4,                         | ''                            | added_tokens[4].id      | missing
          "BertNormalizer"                 | "Lowercase"                   | normalizer.type         | "Lowercase", but only "BertNormalizer"
          "clean_text": true               | "clean_text": "yes"           | normalizer.clean_text   | neither true nor false
          , "lowercase": true              | ''                            | normalizer.lowercase    | missing
          "BertPreTokenizer"               | "Whitespace"                  | pre_tokenizer.type      | only "BertPreTokenizer"
          "TemplateProcessing"             | "Other"                       | post_processor.type     | "Other", but only Sequence, TemplateProcessing,
          "TemplateProcessing"             | "ByteLevel"                   | post_processor: 'single' | not known
          "ids": [2]                       | "ids": [7]                    | post_processor.special_tokens.[CLS].ids | the id 7, but the vocabulary 2
          "ids": [2]                       | "ids": []                     | post_processor.special_tokens.[CLS].ids | an id for each token
          "single": [                      | "single": [{"Sequence": {"id": "A", "type_id": 0}}, | post_processor.single | does not hold each text once
          """)
  void refuses_what_it_cannot_use(String part, String changed, String key, String reason) {
    String from = part.strip().replace("\\n", "\n");
    assertThat(SMALL).contains(from.strip());
    String text = SMALL.replace(from.strip(), changed == null ? "" : changed.strip());
    assertRefused(text, key.strip(), reason.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"vocab\": []| model.vocab is not a JSON object",
        "\"vocab\": {}| model.vocab: it has no tokens",
        "\"vocab\": {\"[UNK]\": 0}| model.vocab: the token",
      })
  void refuses_a_vocabulary_that_is_none(String vocabulary, String reason) {
    int from = SMALL.indexOf("\"vocab\": {");
    int to = SMALL.indexOf("}", from) + 1;
    assertRefused(
        SMALL.substring(0, from) + vocabulary + SMALL.substring(to),
        vocabulary.contains("{}") ? "lacks the unknown token" : reason);
  }

  @ParameterizedTest
  @CsvSource({"[CLS]", "[SEP]", "[PAD]"})
  void refuses_a_vocabulary_without_a_token_that_frames_texts(String token) {
    assertRefused(
        SMALL
            .replace("\"content\": \"" + token, "\"content\": \"<other>")
            .replaceFirst("\\Q\"" + token + "\"\\E: (\\d)", "\"<other>\": $1"),
        "model.vocab",
        "the token \"" + token + "\" is missing");
  }

  @Test
  void refuses_missing_empty_truncated_and_foreign_files() {
    Path missing = folder.resolve("tokenizer.json");
    assertThatThrownBy(() -> WordPieceTokenizer.fromTokenizerJson(missing))
        .isInstanceOf(InputException.class)
        .hasMessage(missing + ": no such file: check the path");
    assertThatThrownBy(() -> WordPieceTokenizer.fromTokenizerJson(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("cannot be read");
    assertRefused("", "empty", "");
    assertRefused(SMALL.substring(0, SMALL.length() / 2), "line", "not the JSON of a tokenizer");
    assertRefused(SMALL + SMALL, "line", "not the JSON of a tokenizer");
    assertRefused("[1, 2]", "the document", "not a JSON object");
    assertRefused("not json", "line 1", "not the JSON of a tokenizer");
    assertRefused("[".repeat(100_000), "depth");
    assertRefused("{\"a\":".repeat(100_000), "depth");
    byte[] latin = SMALL.getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> parse(latin))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bad.json: not UTF-8 at byte ");
    assertThatThrownBy(() -> parse(SMALL.getBytes(StandardCharsets.UTF_16)))
        .isInstanceOf(InputException.class)
        .hasMessage("bad.json: not UTF-8 at byte 0: save the file as UTF-8");
  }

  @Test
  void refuses_files_larger_than_any_tokenizer() {
    assertRefused("[" + "1,".repeat(3_000_000) + "1]", "oken count");
    assertThatThrownBy(() -> WordPieceTokenizer.fromTokenizerJson(new EndlessBlanks(), "bad.json"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bad.json: larger than 64 MiB");
  }

  @Test
  void refuses_half_a_surrogate_pair_and_keeps_control_characters_out_of_messages() {
    assertRefused(SMALL.replace("\"mask\"", "\"\\ud83d\""), "line 40", "surrogate");
    assertRefused(
        SMALL.replace("\"mask\": 35", "\"m\\n\\u001b[2J\": 999"), "model.vocab", "m\\u{a}");
    assertRefused(SMALL.replace("\"mask\": 35", "\"m\\n\": false"), "model.vocab.\"m\\u{a}\"", "");
  }

  @Test
  void keeps_messages_short_and_reads_numbers_that_no_double_holds() {
    String name = "x".repeat(5_000);
    assertThatThrownBy(() -> parse("{\"%s\": 1, \"%s\": 2}".formatted(name, name)))
        .isInstanceOf(InputException.class)
        .message()
        .contains("Duplicate")
        .hasSizeLessThan(400);
    String bpe =
        "{\"model\": {\"type\": \"BPE\", \"dropout\": 1e400, \"vocab\": {\"a\": 0}, \"merges\":"
            + " []}}";
    assertThatThrownBy(
            () ->
                TokenizerJson.read(bpe, "bad.json")
                    .pipeline(TokenizerRules.NONE, new LinkedHashMap<>()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dropout '1E+400' is not supported");
  }

  @Test
  void skips_a_byte_order_mark() {
    assertThat(parse("\uFEFF" + SMALL).vocabularySize()).isEqualTo(41);
  }

  private static void assertRefused(String text, String... parts) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InputException.class)
        .message()
        .startsWith("bad.json: ")
        .contains(parts)
        .doesNotContain("\n", "\u001b")
        .matches(".*[:;] (use|download|check|save|remove) .*");
  }

  private static WordPieceTokenizer parse(String text) {
    return parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static WordPieceTokenizer parse(byte[] bytes) {
    return WordPieceTokenizer.fromTokenizerJson(new ByteArrayInputStream(bytes), "bad.json");
  }

  private static String small() {
    try (InputStream in = TokenizerJsonTest.class.getResourceAsStream("small-tokenizer.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class EndlessBlanks extends InputStream {
    @Override
    public int read() {
      return ' ';
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      Arrays.fill(bytes, offset, offset + length, (byte) ' ');
      return length;
    }
  }
}
