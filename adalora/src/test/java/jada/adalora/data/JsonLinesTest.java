package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
  private static SourceText source(String... lines) {
    byte[] bytes = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return SourceText.read("a.jsonl", new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
  }

  private static Records read(String... lines) {
    return JsonLines.records(source(lines), Columns.byHeader(), true);
  }

  private static String refusal(String... lines) {
    InputException e = catchThrowableOfType(InputException.class, () -> read(lines));
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n");
    return e.getMessage();
  }

  private static List<List<String>> labels(String... labels) {
    String[] lines = new String[labels.length];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "{\"text\": \"x\", \"label\": %s}".formatted(labels[i]);
    }
    return read(lines).entries().stream().map(Entry::labels).toList();
  }

  private static String refusedLabels(String... labels) {
    InputException e = catchThrowableOfType(InputException.class, () -> labels(labels));
    assertThat(e).as("refused").isNotNull();
    return e.getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text|{'text': 'a\\ud800', 'label': 'x'}",
        "text|{'text': '\\udc00\\ud800', 'label': 'x'}",
        "text_pair|{'text': 'a', 'text_pair': 'b\\udfffc', 'label': 'x'}",
        "label|{'text': 'a', 'label': '\\ud800x'}",
        "label|{'text': 'a', 'label': ['x', '\\ud800']}"
      })
  void half_a_surrogate_pair_is_refused_wherever_a_string_is_read(String key, String line) {
    assertThat(refusal("", line.replace('\'', '"')))
        .isEqualTo(
            "a.jsonl:2: the string under '%s' has one half of a surrogate pair (\\ud800 to \\udfff)"
                    .formatted(key)
                + " without the other, which is no character; write both, or remove it");
  }

  @Test
  void a_whole_surrogate_pair_is_a_character() {
    assertThat(labels("\"\\ud83d\\ude00\"")).containsExactly(List.of("\ud83d\ude00"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1.0, 0.0]",
        "[0, 1]",
        "[1, 0]",
        "[0, 0, 1]",
        "[0, 0]",
        "[true, false]",
        "[0.2, 0.7, 0.1]"
      })
  void a_vector_of_zeros_and_ones_names_no_labels(String vector) {
    assertThat(refusedLabels(vector))
        .isEqualTo(
            "a.jsonl:1: the list under 'label' is a vector of numbers; a list names the labels that"
                + " a text has: write their names instead of 0 and 1, such as [\"news\","
                + " \"sport\"]");
  }

  @Test
  void numbers_that_name_labels_are_read_zero_and_one_among_them() {
    assertThat(labels("[0, 1]", "[27]", "[2, 14]", "[]"))
        .containsExactly(List.of("0", "1"), List.of("27"), List.of("2", "14"), List.of());
    assertThat(labels("[\"0\", \"1\"]")).containsExactly(List.of("0", "1"));
  }

  @Test
  void a_list_holds_each_label_once() {
    assertThat(refusedLabels("[\"a\"]", "[\"a\", \"b\", \" a\"]"))
        .isEqualTo(
            "a.jsonl:2: the list under 'label' holds 'a' twice; name each label of a text once");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true|0|'0' is a number|true or false",
        "0|true|'true' is true or false|a number",
        "\"1\"|1|'1' is a number|a string",
        "[\"a\"]|[3]|'3' is a number|a string"
      })
  void labels_are_of_one_kind(String first, String second, String what, String before) {
    assertThat(refusedLabels(first, second))
        .isEqualTo(
            "a.jsonl:2: the label %s, on line 1 it is %s; write all labels in one way, such as strings"
                .formatted(what, before));
  }

  @Test
  void the_first_object_with_known_keys_decides_for_all() {
    assertThat(
            refusal(
                "{\"text\": \"a\", \"label\": \"x\"}", "{\"sentence\": \"b\", \"label\": \"y\"}"))
        .isEqualTo(
            "a.jsonl:2: no text under 'text', which is read from every line; give a string, or name"
                + " another key with `text-column`");
    assertThat(
            refusal(
                "{\"body\": \"a\", \"label\": \"x\"}", "{\"sentence\": \"b\", \"label\": \"y\"}"))
        .startsWith("a.jsonl:1: no text under 'sentence'");
    assertThat(
            refusal(
                "{\"text\": \"a\", \"text_pair\": \"b\", \"label\": \"x\"}",
                "{\"text\": \"b\", \"label\": \"y\"}"))
        .startsWith("a.jsonl:2: no text under 'text_pair'")
        .endsWith("with `pair-column`");
  }

  @Test
  void keys_that_are_not_read_are_known() {
    Records records =
        read(
            "{\"text\": \"a\", \"label\": \"x\", \"id\": 1}",
            "{\"text\": \"b\", \"text_pair\": \"c\", \"label\": \"y\"}");
    assertThat(records.entries()).extracting(Entry::input).contains(Input.of("b"));
    assertThat(records.columns().orElseThrow().unread()).containsExactly("id", "text_pair");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\": \"x\"",
        "{\"text\": \"x",
        "{text: 1}",
        "{\"a\": 1}{\"b\": 2}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": NaN}",
        "{\"a\": 01}",
        "{\"a\": tru}",
        "{\"a\": \"\t\"}",
        "{\"a\": \"\\x\"}",
        "{\"a\": [1, 2}",
        "{\"a\": 1,}",
        "// x",
        "hello"
      })
  void what_is_wrong_with_json_is_said_without_words_of_the_parser(String line) {
    assertThat(refusal(line))
        .matches("a\\.jsonl:1: not a JSON object at character \\d+: '[^`]+'; JSON Lines has one.*")
        .doesNotContain("Source", "REDACTED", "Feature", "#UNKNOWN", "`", "code 1", "bound as");
  }

  @Test
  void objects_that_are_too_deep_are_told_in_plain_words() {
    assertThat(refusal("[".repeat(100_000)))
        .contains("Document nesting depth (501) exceeds the maximum allowed (500)");
  }
}
