package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.text.Input;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GroupedTest {
  private static Dataset pairs(int queries, int each) {
    List<Example> pairs = new ArrayList<>();
    for (int i = 0; i < queries * each; i++) {
      Input input = Input.of("query " + i % queries, "document " + i);
      pairs.add(new Example(input, List.of()));
    }
    return Dataset.of("pairs", pairs, List.of("another document"));
  }

  private static Set<String> queries(Dataset data) {
    return data.examples().stream().map(Example::text).collect(Collectors.toSet());
  }

  @Test
  void a_query_is_in_one_part_only() {
    Split split = Grouped.holdOut(pairs(50, 3), 0.2, 0);
    assertThat(split.dev().size()).isEqualTo(30);
    assertThat(split.train().size()).isEqualTo(120);
    Set<String> both = new HashSet<>(queries(split.train()));
    both.retainAll(queries(split.dev()));
    assertThat(both).isEmpty();
    assertThat(split.dev().corpus()).containsExactly("another document");
  }

  @Test
  void the_seed_decides_the_draw() {
    Set<String> drawn = queries(Grouped.holdOut(pairs(50, 3), 0.2, 0).dev());
    assertThat(queries(Grouped.holdOut(pairs(50, 3), 0.2, 0).dev())).isEqualTo(drawn);
    assertThat(queries(Grouped.holdOut(pairs(50, 3), 0.2, 1).dev())).isNotEqualTo(drawn);
  }

  @Test
  void something_must_be_left_to_learn_from() {
    assertThatThrownBy(() -> Grouped.holdOut(pairs(1, 3), 0.2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "dev: a share of 0.2 of the 3 examples of pairs, which have 1 queries, leaves nothing"
                + " to learn from; name a file instead");
    assertThatThrownBy(() -> Grouped.holdOut(pairs(5, 1), 1, 0))
        .hasMessageContaining("must be between 0 and 1");
  }
}
