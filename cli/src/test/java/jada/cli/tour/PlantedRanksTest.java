package jada.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// Whether the one budget finds the ranks that were planted, over twenty problems.
class PlantedRanksTest {
  /// The learning rate of the problem was chosen on those before.
  private static final int FIRST = 100;

  private static final int SEEDS = 20;

  /// The share of problems solved without an error, and the mean error of a rank.
  private record Found(double exactly, double rankError) {
    static Found of(List<Double> errors) {
      return new Found(
          errors.stream().filter(error -> error == 0).count() / (double) errors.size(),
          errors.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    }
  }

  @Test
  void exact_factors_find_them_too() {
    List<Double> errors = new ArrayList<>();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      PlantedRanks problem = PlantedRanks.of(seed);
      errors.add(problem.rankError(problem.train(PlantedRanks.EXACT, (_, _) -> {}).ranks()));
    }
    Found found = Found.of(errors);

    System.out.printf(Locale.ROOT, "planted ranks: exact factors %s%n", found);
    assertThat(found.exactly()).isGreaterThanOrEqualTo(0.7);
    assertThat(found.rankError()).isLessThan(0.15);
  }

  @Test
  void allocation_finds_the_planted_ranks_where_uniform_and_random_ones_do_not() {
    List<Double> adaptive = new ArrayList<>();
    List<Double> uniform = new ArrayList<>();
    List<Double> random = new ArrayList<>();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      PlantedRanks problem = PlantedRanks.of(seed);
      PlantedRanks.Outcome outcome = problem.train((_, _) -> {});
      assertThat(outcome.ranks().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(problem.ranks().stream().mapToInt(Integer::intValue).sum());
      adaptive.add(problem.rankError(outcome.ranks()));
      uniform.add(problem.rankError(problem.uniformAllocation()));
      random.add(problem.rankError(problem.randomAllocation()));
    }
    Found found = Found.of(adaptive);

    System.out.printf(
        Locale.ROOT,
        "planted ranks: adaptive %s, uniform %s, random %s%n",
        found,
        Found.of(uniform),
        Found.of(random));
    assertThat(found.exactly()).isGreaterThanOrEqualTo(0.7);
    assertThat(found.rankError()).isLessThan(0.15);
    assertThat(Found.of(uniform).rankError()).isGreaterThan(1.5);
    assertThat(Found.of(random).rankError()).isGreaterThan(1.5);
    assertThat(Found.of(random).exactly()).isZero();
  }

  @Test
  void found_ranks_learn_the_teacher_where_uniform_ranks_cannot() {
    PlantedRanks problem = PlantedRanks.of(1);

    double planted = problem.trainFixed(problem.ranks()).error();
    double uniform = problem.trainFixed(problem.uniformAllocation()).error();
    double adaptive = problem.train((_, _) -> {}).error();

    assertThat(planted).isLessThan(0.02);
    assertThat(adaptive).isLessThan(uniform / 4);
  }

  @Test
  void problem_is_the_same_for_the_same_seed_and_shuffled_by_another() {
    assertThat(PlantedRanks.of(3).ranks()).isEqualTo(PlantedRanks.of(3).ranks());
    assertThat(PlantedRanks.of(3).ranks()).isNotEqualTo(PlantedRanks.of(4).ranks());
    assertThat(PlantedRanks.of(3).ranks()).containsExactlyInAnyOrder(0, 1, 2, 3, 5, 7);
    assertThat(PlantedRanks.of(3).batch(5).y().value().array())
        .isEqualTo(PlantedRanks.of(3).batch(5).y().value().array());
  }
}
