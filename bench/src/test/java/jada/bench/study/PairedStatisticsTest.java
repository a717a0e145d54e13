package jada.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.bench.study.PairedStatistics.Interval;
import jada.tensor.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against SciPy and NumPy, whose answers `src/test/python/statistics_goldens.py` has written down.
class PairedStatisticsTest {
  private static final Offset<Double> CLOSE = within(1e-9);
  private static JsonNode goldens;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = PairedStatisticsTest.class.getResourceAsStream("statistics.json")) {
      goldens = new JsonMapper().readTree(in);
    }
  }

  private static double[] numbers(JsonNode list) {
    return list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
  }

  @Test
  void tests_and_intervals_are_those_of_scipy() {
    assertThat(goldens.path("cases")).hasSize(15);
    for (JsonNode golden : goldens.path("cases")) {
      double[] d = numbers(golden.path("d"));
      assertThat(PairedStatistics.mean(d)).isCloseTo(golden.path("mean").doubleValue(), CLOSE);
      assertThat(PairedStatistics.deviation(d))
          .isCloseTo(golden.path("deviation").doubleValue(), CLOSE);
      assertThat(PairedStatistics.median(d)).isCloseTo(golden.path("median").doubleValue(), CLOSE);
      double[] sorted = d.clone();
      Arrays.sort(sorted);
      assertThat(PairedStatistics.quantile(sorted, 0.3))
          .isCloseTo(golden.path("quantile").doubleValue(), CLOSE);
      assertThat(PairedStatistics.tTest(d)).isCloseTo(golden.path("p").doubleValue(), CLOSE);
      Interval interval = PairedStatistics.interval(d, 0.95);
      assertThat(interval.low()).isCloseTo(golden.path("interval").path(0).doubleValue(), CLOSE);
      assertThat(interval.high()).isCloseTo(golden.path("interval").path(1).doubleValue(), CLOSE);
      assertThat(PairedStatistics.equivalence(d, 0.3))
          .isCloseTo(golden.path("equivalence").doubleValue(), CLOSE);
    }
  }

  @Test
  void holm_multiplies_the_smallest_most_and_never_falls() {
    // By hand: 0.005·4 = 0.02, 0.01·3 = 0.03, 0.03·2 = 0.06, 0.04·1 below the one before.
    assertThat(PairedStatistics.holm(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
    for (JsonNode golden : goldens.path("holm")) {
      assertThat(PairedStatistics.holm(numbers(golden.path("p"))))
          .containsExactly(numbers(golden.path("adjusted")), within(1e-15));
    }
  }

  @Test
  void a_test_that_could_not_be_made_does_not_count() {
    double[] adjusted = PairedStatistics.holm(new double[] {Double.NaN, 0.01, 0.02});
    assertThat(adjusted[0]).isNaN();
    assertThat(adjusted[1]).isCloseTo(0.02, CLOSE); // of two tests, not of three
    assertThat(PairedStatistics.tTest(new double[] {0.4})).isNaN();
  }

  @Test
  void equal_differences_are_certain() {
    assertThat(PairedStatistics.tTest(new double[] {0.25, 0.25})).isEqualTo(0);
    assertThat(PairedStatistics.tTest(new double[] {0, 0, 0})).isEqualTo(1);
    assertThat(PairedStatistics.equivalence(new double[] {0.25, 0.25}, 0.3)).isEqualTo(0);
    assertThat(PairedStatistics.equivalence(new double[] {0.5, 0.5}, 0.3)).isEqualTo(1);
  }

  @Test
  void the_bootstrap_draws_tasks_and_seeds() {
    JsonNode golden = goldens.path("bootstrap");
    List<double[]> tasks =
        golden.path("tasks").valueStream().map(PairedStatisticsTest::numbers).toList();
    double[] means = PairedStatistics.bootstrap(tasks, 100_000, RandomSource.of(1));
    Interval interval = PairedStatistics.middle(means, 0.95);
    // NumPy drew other numbers: the ends differ by what chance leaves of so many samples.
    Offset<Double> chance = within(0.006);
    assertThat(interval.low()).isCloseTo(golden.path("interval").path(0).doubleValue(), chance);
    assertThat(interval.high()).isCloseTo(golden.path("interval").path(1).doubleValue(), chance);
    assertThat(PairedStatistics.deviation(means))
        .isCloseTo(golden.path("deviation").doubleValue(), within(0.002));
  }

  @Test
  void the_bootstrap_of_two_by_two_is_what_can_be_counted() {
    // Tasks {0, 4} and {8, 8}: a drawn first task has mean 0, 2 or 4 with ¼, ½, ¼, a second one 8.
    // The first twice, once, never: ¼, ½, ¼. So 8 has ¼; 4, 5 and 6 have ½, and 4 another ¼·¼·¼.
    double[] means =
        PairedStatistics.bootstrap(
            List.of(new double[] {0, 4}, new double[] {8, 8}), 160_000, RandomSource.of(1));
    assertThat(share(means, 8)).isCloseTo(1 / 4.0, within(0.005));
    assertThat(share(means, 4) + share(means, 5) + share(means, 6))
        .isCloseTo(1 / 2.0 + 1 / 64.0, within(0.005));
    assertThat(share(means, 0)).isCloseTo(1 / 64.0, within(0.002));
    assertThat(PairedStatistics.mean(means)).isCloseTo(5, within(0.03));
  }

  private static double share(double[] means, double value) {
    return (double) Arrays.stream(means).filter(m -> m == value).count() / means.length;
  }

  @Test
  void the_same_seed_gives_the_same_samples() {
    List<double[]> tasks = List.of(new double[] {0, 1, 2}, new double[] {0.5, 0.25});
    assertThat(PairedStatistics.bootstrap(tasks, 50, RandomSource.of(7)))
        .containsExactly(PairedStatistics.bootstrap(tasks, 50, RandomSource.of(7)))
        .isNotEqualTo(PairedStatistics.bootstrap(tasks, 50, RandomSource.of(8)));
  }
}
