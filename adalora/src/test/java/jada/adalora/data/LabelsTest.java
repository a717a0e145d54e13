package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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
                + " check --label-column, or use --task regression");
  }
}
