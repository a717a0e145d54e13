package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankAllocatorTest {

  @Test
  void keeps_the_best_of_all_matrices() {
    List<BitSet> alive =
        RankAllocator.allocate(List.of(new float[] {1, 5, 3}, new float[] {4, 2}), 3);
    assertThat(alive).containsExactly(bits(1, 2), bits(0));
  }

  @Test
  void keeps_exactly_the_budget_when_scores_tie() {
    List<BitSet> alive =
        RankAllocator.allocate(List.of(new float[] {1, 1, 1}, new float[] {1, 1, 1}), 4);
    assertThat(alive).containsExactly(bits(0, 1, 2), bits(0));
  }

  @Test
  void a_budget_of_everything_prunes_nothing_and_a_budget_of_nothing_leaves_rank_0() {
    List<float[]> scores = List.of(new float[] {0, 0}, new float[] {3}, new float[0]);
    assertThat(RankAllocator.allocate(scores, 3)).containsExactly(bits(0, 1), bits(0), bits());
    assertThat(RankAllocator.allocate(scores, 0)).containsExactly(bits(), bits(), bits());
  }

  @Test
  void a_matrix_may_lose_all_its_triplets() {
    assertThat(RankAllocator.allocate(List.of(new float[] {1, 2}, new float[] {3, 4}), 2))
        .containsExactly(bits(), bits(0, 1));
  }

  @Test
  void negative_zero_ties_with_zero() {
    assertThat(RankAllocator.allocate(List.of(new float[] {-0.0f, 0.0f}), 1))
        .containsExactly(bits(0));
  }

  @Test
  void orders_negative_tiny_and_infinite_scores() {
    float[] scores = {
      Float.NEGATIVE_INFINITY, -3, -Float.MIN_VALUE, 0, Float.MIN_VALUE, 2, Float.POSITIVE_INFINITY
    };
    for (int budget = 0; budget <= scores.length; budget++) {
      BitSet expected = new BitSet();
      expected.set(scores.length - budget, scores.length);
      assertThat(RankAllocator.allocate(List.of(scores), budget)).containsExactly(expected);
    }
  }

  @Test
  void keeps_the_budget_and_a_threshold_and_index_order_in_random_cases() {
    RandomSource random = RandomSource.of(11);
    for (int round = 0; round < 2000; round++) {
      List<float[]> scores = new ArrayList<>();
      int total = 0;
      for (int m = 1 + random.nextInt(6); m > 0; m--) {
        float[] s = new float[random.nextInt(9)];
        for (int i = 0; i < s.length; i++) {
          s[i] = random.nextInt(5) - 2; // few values: many ties
        }
        scores.add(s);
        total += s.length;
      }
      int budget = random.nextInt(total + 1);
      List<BitSet> alive = RankAllocator.allocate(scores, budget);
      assertThat(alive.stream().mapToInt(BitSet::cardinality).sum()).isEqualTo(budget);
      assertThat(RankAllocator.allocate(scores, budget)).isEqualTo(alive);
      requireOrdered(scores, alive);
      if (budget > 0) {
        requireWithin(RankAllocator.allocate(scores, budget - 1), alive);
      }
    }
  }

  @Test
  void of_a_budget_in_parameters_ranks_by_score_per_parameter_and_fills_what_is_left() {
    // Worth per unit of cost: 3/10, 8/10, 9/30, 27/30. The last is best, then 8/10; 10 is left.
    List<float[]> scores = List.of(new float[] {3, 8}, new float[] {9, 27});
    assertThat(RankAllocator.allocate(scores, List.of(10, 30), 50))
        .containsExactly(bits(0, 1), bits(1));
    assertThat(RankAllocator.allocate(scores, List.of(10, 30), 49))
        .containsExactly(bits(1), bits(1));
    assertThat(RankAllocator.allocate(scores, List.of(10, 30), 29))
        .containsExactly(bits(0, 1), bits());
    assertThat(RankAllocator.allocate(scores, List.of(10, 30), 0)).containsExactly(bits(), bits());
  }

  @Test
  void where_all_cost_the_same_parameters_buy_what_triplets_buy() {
    RandomSource random = RandomSource.of(12);
    for (int round = 0; round < 500; round++) {
      List<float[]> scores = randomScores(random);
      int total = scores.stream().mapToInt(s -> s.length).sum();
      int budget = random.nextInt(total + 1);
      int cost = 1 + random.nextInt(5000);
      assertThat(
              RankAllocator.allocate(
                  scores,
                  Collections.nCopies(scores.size(), cost),
                  budget * cost + random.nextInt(cost)))
          .isEqualTo(RankAllocator.allocate(scores, budget));
    }
  }

  @Test
  void never_spends_more_than_the_budget_and_leaves_nothing_that_could_be_had() {
    RandomSource random = RandomSource.of(13);
    for (int round = 0; round < 2000; round++) {
      List<float[]> scores = randomScores(random);
      List<Integer> costs = scores.stream().map(_ -> 1 + random.nextInt(40)).toList();
      int all = 0;
      for (int m = 0; m < scores.size(); m++) {
        all += scores.get(m).length * costs.get(m);
      }
      int budget = random.nextInt(all + 10);
      List<BitSet> alive = RankAllocator.allocate(scores, costs, budget);
      int spent = 0;
      for (int m = 0; m < scores.size(); m++) {
        spent += alive.get(m).cardinality() * costs.get(m);
      }
      assertThat(spent).isLessThanOrEqualTo(budget);
      for (int m = 0; m < scores.size(); m++) {
        if (alive.get(m).cardinality() < scores.get(m).length) {
          assertThat(spent + costs.get(m)).as("another of matrix %d", m).isGreaterThan(budget);
        }
      }
      // Within one matrix all cost the same, so it is the best that live.
      for (int m = 0; m < scores.size(); m++) {
        List<float[]> one = List.of(scores.get(m));
        assertThat(RankAllocator.allocate(one, alive.get(m).cardinality()))
            .containsExactly(alive.get(m));
      }
    }
  }

  @Test
  void a_triplet_with_a_score_of_minus_infinity_is_not_to_be_had() {
    assertThat(
            RankAllocator.allocate(
                List.of(new float[] {Float.NEGATIVE_INFINITY, 0}), List.of(2), 100))
        .containsExactly(bits(1));
  }

  @Test
  void refuses_costs_that_do_not_fit() {
    assertThatThrownBy(() -> RankAllocator.allocate(List.of(new float[] {1}), List.of(3, 0), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "allocate: costs [3, 0] for 1 matrices and a budget of 5: each matrix needs a cost of"
                + " at least 1, and the budget must not be negative");
  }

  /// Few values: many ties.
  private static List<float[]> randomScores(RandomSource random) {
    List<float[]> scores = new ArrayList<>();
    for (int m = 1 + random.nextInt(6); m > 0; m--) {
      float[] s = new float[random.nextInt(9)];
      for (int i = 0; i < s.length; i++) {
        s[i] = random.nextInt(5);
      }
      scores.add(s);
    }
    return scores;
  }

  /// No dead triplet beats a living one; among equals every living one comes before every dead one.
  private static void requireOrdered(List<float[]> scores, List<BitSet> alive) {
    float lowestLiving = Float.POSITIVE_INFINITY;
    for (int m = 0; m < scores.size(); m++) {
      for (int i = 0; i < scores.get(m).length; i++) {
        if (alive.get(m).get(i)) {
          lowestLiving = Math.min(lowestLiving, scores.get(m)[i]);
        }
      }
    }
    boolean deadTie = false;
    for (int m = 0; m < scores.size(); m++) {
      for (int i = 0; i < scores.get(m).length; i++) {
        float score = scores.get(m)[i];
        if (alive.get(m).get(i)) {
          assertThat(deadTie && score == lowestLiving).as("lives after a dead equal").isFalse();
        } else {
          assertThat(score).isLessThanOrEqualTo(lowestLiving);
          deadTie |= score == lowestLiving;
        }
      }
    }
  }

  /// A smaller budget keeps a subset.
  private static void requireWithin(List<BitSet> smaller, List<BitSet> larger) {
    for (int m = 0; m < smaller.size(); m++) {
      BitSet extra = (BitSet) smaller.get(m).clone();
      extra.andNot(larger.get(m));
      assertThat(extra.isEmpty()).isTrue();
    }
  }

  @Test
  void refuses_scores_that_are_not_numbers_and_budgets_that_do_not_exist() {
    assertThatThrownBy(
            () ->
                RankAllocator.allocate(List.of(new float[] {1, 2}, new float[] {0, Float.NaN}), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "allocate: the score of triplet 1 of matrix 1 is NaN: the training has diverged; lower"
                + " the learning rate");
    assertThatThrownBy(() -> RankAllocator.allocate(List.of(new float[] {1, 2}), 3))
        .hasMessage("allocate: a budget of 3 triplets must be between 0 and the 2 there are");
  }

  private static BitSet bits(int... indices) {
    BitSet bits = new BitSet();
    for (int i : indices) {
      bits.set(i);
    }
    return bits;
  }
}
