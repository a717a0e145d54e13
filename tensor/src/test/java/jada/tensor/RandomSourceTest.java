package jada.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomSourceTest {
  @Test
  void gives_the_numbers_of_split_mix() {
    // The reference sequence for seed 1234567 (Vigna's splitmix64.c).
    RandomSource random = RandomSource.of(1234567);
    assertThat(random.nextLong()).isEqualTo(6457827717110365317L);
    assertThat(random.nextLong()).isEqualTo(3203168211198807973L);
    assertThat(Long.toUnsignedString(random.nextLong())).isEqualTo("9817491932198370423");
  }

  @Test
  void gives_the_same_normal_numbers_on_every_machine() {
    RandomSource random = RandomSource.of(42);
    assertThat(new double[] {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()})
        .containsExactly(0.49295065581737485, -0.6940056672160174, -1.2810773478777024);
  }

  @Test
  void draws_integers_uniformly() {
    RandomSource random = RandomSource.of(5);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
    }
    // Standard deviation of a count: √(70,000 · 1/7 · 6/7) = 93.
    assertThat(IntStream.of(counts))
        .allSatisfy(count -> assertThat(count).isBetween(9_600, 10_400));
  }

  @Test
  void draws_integers_uniformly_below_a_bound_that_does_not_divide_the_range() {
    RandomSource random = RandomSource.of(5);
    int low = 0;
    for (int i = 0; i < 10_000; i++) {
      low += random.nextInt(3 << 29) < 1 << 29 ? 1 : 0; // taking the remainder alone gives ½, not ⅓
    }
    assertThat(low).isBetween(3_100, 3_570);
  }

  @Test
  void draws_doubles_uniformly_from_zero_to_one() {
    RandomSource random = RandomSource.of(6);
    int[] counts = new int[10];
    for (int i = 0; i < 100_000; i++) {
      double x = random.nextDouble();
      assertThat(x).isBetween(0.0, Math.nextDown(1.0));
      counts[(int) (x * 10)]++;
    }
    assertThat(IntStream.of(counts))
        .allSatisfy(count -> assertThat(count).isBetween(9_600, 10_400));
  }

  @Test
  void draws_normal_numbers_with_the_right_moments() {
    RandomSource random = RandomSource.of(7);
    int n = 100_000;
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    int beyondTwo = 0;
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      sum += x;
      squares += x * x;
      fourth += x * x * x * x;
      beyondTwo += Math.abs(x) > 2 ? 1 : 0;
    }
    assertThat(sum / n).isCloseTo(0, within(0.015));
    assertThat(squares / n).isCloseTo(1, within(0.02));
    assertThat(fourth / n).isCloseTo(3, within(0.15));
    assertThat(beyondTwo / (double) n).isCloseTo(0.0455, within(0.003));
  }

  @Test
  void splits_into_sources_that_depend_on_seed_and_name_alone() {
    RandomSource random = RandomSource.of(8);
    long before = random.split("weights").nextLong();
    random.nextLong();
    assertThat(random.split("weights").nextLong()).isEqualTo(before);
    assertThat(random.split("order").nextLong()).isNotEqualTo(before);
    assertThat(RandomSource.of(9).split("weights").nextLong()).isNotEqualTo(before);
  }

  @Test
  void shuffles_into_every_order_equally_often() {
    RandomSource random = RandomSource.of(10);
    int[] counts = new int[6];
    for (int i = 0; i < 6_000; i++) {
      int[] values = {0, 1, 2};
      random.shuffle(values);
      counts[values[0] * 2 + (values[1] > values[2] ? 1 : 0)]++;
    }
    // Standard deviation of a count: √(6,000 · 1/6 · 5/6) = 29.
    assertThat(IntStream.of(counts)).allSatisfy(count -> assertThat(count).isBetween(880, 1_120));
    int[] many = IntStream.range(0, 100).toArray();
    random.shuffle(many);
    assertThat(many).containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
  }

  @Test
  void refuses_a_bound_that_is_not_positive() {
    assertThatThrownBy(() -> RandomSource.of(1).nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nextInt: bound must be positive, got 0");
  }
}
