package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
  private static Dataset labelled(String name, String... labels) {
    return Dataset.of(name, Arrays.stream(labels).map(label -> Example.of("t", label)).toList());
  }

  @Test
  void numbers_the_classes_in_sorted_order_whatever_the_rows() {
    Labels labels = Labels.of(labelled("train", "ok", "error", "ok", "Warn"));
    assertThat(labels.names()).containsExactly("Warn", "error", "ok");
    assertThat(labels.index("ok")).contains(2);
    assertThat(labels.index("nope")).isEmpty();
    assertThat(labels.name(1)).isEqualTo("error");
    assertThat(labels.indices(labelled("dev", "ok", "Warn"))).containsExactly(2, 0);
    assertThat(labels).isEqualTo(Labels.of(labelled("other", "error", "Warn", "ok")));
  }

  @Test
  void refuses_a_label_that_cannot_be_saved_as_it_is() {
    for (String label : List.of("a\ud800", "\udc00", "\ud800\ud800\udc00")) {
      assertThatThrownBy(() -> Labels.of(List.of("ok", label)))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith(
              "has one half of a surrogate pair without the other and cannot be saved; write both,"
                  + " or remove it");
      assertThatThrownBy(() -> Labels.of(labelled("train", "ok", label)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("surrogate");
    }
    assertThat(Labels.of(List.of("ok", "\ud83d\ude00")).size()).isEqualTo(2);
  }

  @Test
  void sorts_whole_numbers_by_value() {
    assertThat(Labels.of(labelled("train", "10", "9", "-1", "01")).names())
        .containsExactly("-1", "01", "9", "10");
  }

  @Test
  void refuses_an_unknown_label_and_names_its_place() {
    Labels labels = Labels.of(labelled("train", "ok", "error"));
    assertThatThrownBy(() -> labels.indices(labelled("dev", "ok", "eror")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "dev:2: the label 'eror' does not occur in the training data (error, ok); correct it,"
                + " or train on it");
  }

  @Test
  void refuses_a_single_class() {
    assertThatThrownBy(() -> Labels.of(labelled("train.tsv", "ok", "ok")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "train.tsv: every label is 'ok'; at least two classes are needed to tell apart");
    assertThatThrownBy(() -> Labels.of(List.of("ok"))).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> Labels.of(List.of("ok", "ok")))
        .hasMessage("labels: 'ok' occurs twice");
  }

  @Test
  void refuses_more_classes_than_a_classifier_has() {
    String[] texts = IntStream.range(0, 1_001).mapToObj(i -> "text " + i).toArray(String[]::new);
    assertThatThrownBy(() -> Labels.of(labelled("train.tsv", texts)))
        .hasMessage(
            "train.tsv: 1,001 different labels in 1,001 rows, at most 1,000 can be told apart;"
                + " check `label-column`, or use `task` regression");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "1|1.0",
        "01|1",
        "+1|1.00",
        "-0.50|-.5",
        "spam|Spam",
        "new  york|New York",
        "caf\u00e9|cafe\u0301",
        "STRASSE|stra\u00dfe"
      },
      delimiter = '|')
  void refuses_two_labels_that_look_like_one(String one, String other) {
    Dataset data = labelled("d", one, "far", other, one);
    if (other.equals("-.5")) { // no number as programs write it
      assertThat(Labels.of(data).size()).isEqualTo(3);
      return;
    }
    assertThatThrownBy(() -> Labels.of(data))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "d:3: the label '%s' would be another class than '%s' of d:1; write them alike, or say"
                    .formatted(other, one)
                + " that they are two: `odd-labels` keep");
    assertThat(Labels.of(data, OddLabels.KEEP).size()).isEqualTo(3);
  }

  @Test
  void white_space_around_a_label_makes_no_class() {
    assertThatThrownBy(() -> Labels.of(labelled("d", "a", "b", " a")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("d:3: the label ' a' would be another class than 'a' of d:1");
  }

  @Test
  void labels_that_only_look_a_little_alike_are_classes() {
    assertThat(Labels.of(labelled("d", "1", "10", "1.5", "v1", "v1.0", "e", "\u00e9")).size())
        .isEqualTo(7);
  }

  /// sorted(pandas._libs.parsers.STR_NA_VALUES) of pandas 3.0, without the empty text.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "nan",
        "null"
      })
  void refuses_what_pandas_writes_and_reads_as_missing(String label) {
    Dataset data = labelled("d", "a", "b", label);
    assertThatThrownBy(() -> Labels.of(data))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "d:3: the label '%s' looks like a missing value; correct it, or say that it is a class:"
                    .formatted(label)
                + " `odd-labels` keep");
    assertThat(Labels.of(data, OddLabels.KEEP).names()).contains(label);
  }

  @Test
  void refuses_texts_that_are_taken_for_labels() {
    String[] texts = IntStream.range(0, 30).mapToObj(i -> "text " + i / 1.5).toArray(String[]::new);
    assertThatThrownBy(() -> Labels.of(labelled("d", texts)))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("d: 30 different labels in 30 rows, hardly two of a kind");
  }

  @Test
  void a_label_that_training_writes_otherwise_is_named() {
    Labels labels = Labels.of(List.of("0", "1"));
    assertThatThrownBy(() -> labels.indices(labelled("dev", "0", "1.0")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "dev:2: the label '1.0' does not occur in the training data ('1' does); correct it");
  }
}
