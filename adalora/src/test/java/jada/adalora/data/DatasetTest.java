package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
  @Test
  void reads_labels_as_numbers() {
    Dataset data = Dataset.of("scores", List.of(Example.of("a", "2.5"), Example.of("b", "-1")));
    assertThat(data.targets()).containsExactly(2.5f, -1f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"good", "NaN", "Infinity", "1e39", "1,5"})
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
  }
}
