package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistinctLabelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"a\ud800", "\udc00", "\udc00\ud800"})
  void refuses_a_label_that_cannot_be_saved_as_it_is(String label) {
    for (TaskType type : List.of(SingleLabelTask.TYPE, MultiLabelTask.TYPE)) {
      assertThatThrownBy(() -> type.of(List.of("ok", label)))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("task: the label '")
          .hasMessageEndingWith(
              "has one half of a surrogate pair without the other and cannot be saved; write both,"
                  + " or remove it");
    }
  }

  @Test
  void takes_characters_of_two_halves() {
    assertThat(DistinctLabels.of(List.of("ok", "\ud83d\ude00"))).hasSize(2);
  }
}
