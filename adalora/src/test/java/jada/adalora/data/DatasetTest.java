package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
  @Test
  void reads_labels_as_numbers() {
    Dataset data = Dataset.of("scores", List.of(Example.of("a", "2.5"), Example.of("b", "-1")));
    assertThat(data.targets()).containsExactly(2.5f, -1f);
    Dataset forms =
        Dataset.of(
            "f", List.of(Example.of("a", "+1."), Example.of("b", ".5"), Example.of("c", "1E-2")));
    assertThat(forms.targets()).containsExactly(1f, 0.5f, 0.01f);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "good",
        "NaN",
        "Infinity",
        "1e39",
        "1,5",
        "1d",
        "3f",
        "2F",
        "0x1p3",
        "1e",
        ".",
        "\u0663"
      })
  void refuses_targets_that_are_no_finite_numbers(String label) {
    Dataset data = Dataset.of("scores", List.of(Example.of("a", "1"), Example.of("b", label)));
    assertThatThrownBy(data::targets)
        .isInstanceOf(InputException.class)
        .hasMessage(
            "scores:2: the label '%s' is not a finite number; correct it, or use `task` classification"
                .formatted(label));
  }

  @Test
  void tells_contents_apart_by_checksum() {
    String checksum = Dataset.of("x", List.of(Example.of("ab", "c"))).checksum();
    assertThat(checksum).hasSize(64);
    assertThat(Dataset.of("y", List.of(Example.of("ab", "c"))).checksum()).isEqualTo(checksum);
    assertThat(Dataset.of("x", List.of(Example.of("a", "bc"))).checksum()).isNotEqualTo(checksum);
  }

  @Test
  void has_at_least_one_example_and_no_blank_label() {
    assertThatThrownBy(() -> Dataset.of("x", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Example.of("a", " ")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Example(Input.of("a"), List.of("x", "y", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("example: a label occurs twice among [x, y, x]");
  }

  @Test
  void counts_the_texts_that_are_in_another_too_whatever_their_labels() {
    Dataset train = Dataset.of("t", List.of(Example.of("a", "x"), Example.of("b", "c", "x")));
    Dataset dev =
        Dataset.of(
            "d",
            List.of(
                Example.of("a", "y"),
                Example.of("b", "x"),
                Example.of("b", "c", "x"),
                Example.of("a", "x")));
    assertThat(dev.sharedWith(train)).isEqualTo(3);
    assertThat(train.sharedWith(dev)).isEqualTo(2);
  }
}
