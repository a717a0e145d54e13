package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StratifiedTest {
  /// 70 times a, 25 times b, 5 times c, mixed.
  private static Dataset mixed() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int k = i * 37 % 100;
      examples.add(Example.of("text " + i, k < 70 ? "a" : k < 95 ? "b" : "c"));
    }
    return Dataset.of("mixed", examples);
  }

  private static long count(Dataset data, String label) {
    return data.examples().stream().filter(e -> e.labels().contains(label)).count();
  }

  @Test
  void labels_keep_their_shares() {
    for (long seed = 0; seed < 50; seed++) {
      Split split = Stratified.holdOut(mixed(), 0.2, seed);
      assertThat(split.dev().size()).isEqualTo(20);
      assertThat(split.train().size()).isEqualTo(80);
      assertThat(count(split.dev(), "a")).isEqualTo(14);
      assertThat(count(split.dev(), "b")).isEqualTo(5);
      assertThat(count(split.dev(), "c")).isEqualTo(1);
      Dataset odd = Stratified.sample(mixed(), 33, seed);
      assertThat(odd.size()).isEqualTo(33);
      assertThat(count(odd, "a")).isBetween(23L, 24L); // 23.1
      assertThat(count(odd, "b")).isBetween(8L, 9L); // 8.25
      assertThat(count(odd, "c")).isBetween(1L, 2L); // 1.65
    }
  }

  @Test
  void the_two_parts_are_the_whole_in_its_order() {
    Dataset whole = mixed();
    Split split = Stratified.holdOut(whole, 0.3, 4);
    Set<String> texts = new HashSet<>();
    split.train().examples().forEach(e -> texts.add(e.text()));
    split.dev().examples().forEach(e -> texts.add(e.text()));
    assertThat(texts).hasSize(100);
    List<Integer> order =
        split.dev().examples().stream().map(e -> whole.examples().indexOf(e)).toList();
    assertThat(order).isSorted();
    assertThat(split.dev().place(0)).isEqualTo(whole.place(order.getFirst()));
  }

  @Test
  void the_seed_decides_and_nothing_else() {
    assertThat(Stratified.holdOut(mixed(), 0.2, 1).dev().checksum())
        .isEqualTo(Stratified.holdOut(mixed(), 0.2, 1).dev().checksum())
        .isNotEqualTo(Stratified.holdOut(mixed(), 0.2, 2).dev().checksum());
  }

  @Test
  void every_example_has_the_same_chance() {
    int[] times = new int[100];
    int draws = 4_000;
    for (long seed = 0; seed < draws; seed++) {
      Stratified.sample(mixed(), 20, seed)
          .examples()
          .forEach(e -> times[Integer.parseInt(e.text().substring(5))]++);
    }
    for (int count : times) {
      assertThat((double) count / draws).isCloseTo(0.2, within(0.04)); // six deviations
    }
  }

  @Test
  void a_class_that_would_be_gone_stays_with_training() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      examples.add(Example.of("text " + i, i == 7 ? "rare" : "common"));
    }
    for (long seed = 0; seed < 40; seed++) {
      Split split = Stratified.holdOut(Dataset.of("rare", examples), 0.5, seed);
      assertThat(count(split.train(), "rare")).isEqualTo(1);
    }
  }

  @Test
  void numbers_are_drawn_from_the_whole_range() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      examples.add(Example.of("text", Double.toString(i * 37 % 100 / 10.0)));
    }
    for (long seed = 0; seed < 20; seed++) {
      Dataset dev = Stratified.holdOut(Dataset.of("numbers", examples), 0.1, seed).dev();
      assertThat(dev.size()).isEqualTo(10);
      // One of every ten neighbours.
      assertThat(dev.examples().stream().map(e -> (int) Double.parseDouble(e.labels().getFirst())))
          .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @Test
  void what_leaves_nothing_is_refused() {
    Dataset one = Dataset.of("one", List.of(Example.of("text", "a")));
    assertThatThrownBy(() -> Stratified.holdOut(one, 0.5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaves nothing to learn from");
    assertThatThrownBy(() -> Stratified.holdOut(mixed(), 99.9 / 100, 0))
        .hasMessage(
            "dev: a share of 0.999 of the 100 examples of mixed leaves nothing to judge by; name"
                + " a file instead");
    assertThatThrownBy(() -> Stratified.holdOut(mixed(), 1, 0))
        .hasMessageContaining("between 0 and 1");
    assertThatThrownBy(() -> Stratified.sample(mixed(), 0, 0)).hasMessageContaining("at least 1");
    Dataset whole = mixed();
    assertThat(Stratified.sample(whole, 100, 0)).isSameAs(whole);
  }
}
