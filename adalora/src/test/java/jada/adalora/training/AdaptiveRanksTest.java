package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptiveRanks;
import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.Importance;
import jada.adalora.ImportanceScore;
import jada.adalora.Orthogonality;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.TrainingDiverged;
import jada.adalora.Triplets;
import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.optim.AdamW;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A small regression: four matrices must learn targets of rank 3, 2, 1 and 0 from a budget of six
/// triplets.
class AdaptiveRanksTest {
  private static final int SIZE = 8;
  private static final int MATRICES = 4;

  private RandomSource random = RandomSource.of(9);
  private final List<Tensor> targets = new ArrayList<>();
  private final List<SvdLinear> adapters = new ArrayList<>();
  private AdamW optimizer;

  private AdaptiveRanks start(AdaLoraConfig config, int steps) {
    random = RandomSource.of(9);
    adapters.clear();
    targets.clear();
    List<Parameter> parameters = new ArrayList<>();
    for (int m = 0; m < MATRICES; m++) {
      int rank = 3 - m;
      targets.add(
          Tensor.normal(Shape.of(SIZE, rank), 1, random)
              .matmul(Tensor.normal(Shape.of(rank, SIZE), 1, random)));
      SvdLinear adapter =
          SvdLinear.of(
              "matrix" + m,
              Constant.of(Tensor.zeros(Shape.of(SIZE, SIZE))),
              Constant.of(Tensor.zeros(Shape.of(SIZE))),
              config.init().triplets(SIZE, SIZE, config.initRank(), random.split("start" + m)),
              config.scale(),
              0);
      adapters.add(adapter);
      parameters.addAll(adapter.parameters());
    }
    optimizer = AdamW.of(List.of(new AdamW.Group(parameters, 0)));
    return new AdaptiveRanks(config, adapters, steps);
  }

  private Variable loss(AdaLoraConfig config) {
    Variable loss =
        Ops.scale(
            Orthogonality.penalty(config.orthPenalty(), adapters), (float) config.orthRegWeight());
    for (int m = 0; m < MATRICES; m++) {
      Variable x = Constant.of(Tensor.normal(Shape.of(16, SIZE), 1, random));
      Variable y = Constant.of(x.value().matmulTransposed(targets.get(m)));
      Variable error = Ops.subtract(adapters.get(m).forward(x), y);
      loss = Ops.add(loss, Ops.mean(Ops.multiply(error, error)));
    }
    return loss;
  }

  private boolean step(AdaLoraConfig config, AdaptiveRanks ranks, int t) {
    Gradients gradients = Gradients.of(loss(config));
    ranks.beforeStep(t, gradients);
    optimizer.step(gradients, 0.02f);
    return ranks.afterStep(t, gradients, r -> optimizer.replace(r.old(), r.now(), r.change()));
  }

  private static AdaLoraConfig small(AdaLoraConfig config) {
    return config
        .withInitRank(4)
        .withTargetRank(2)
        .withTinit(Steps.of(20))
        .withTfinal(config.importance() == ImportanceScore.ARTICLE ? Steps.of(0) : Steps.of(30));
  }

  @Test
  void exactly_the_budget_is_alive_after_every_allocation_and_at_the_end() {
    for (AdaLoraConfig reading :
        List.of(
            AdaLoraConfig.penalized(),
            AdaLoraConfig.penalized().withImportance(ImportanceScore.MAGNITUDE),
            AdaLoraConfig.article())) {
      for (int deltaT : new int[] {1, 7}) {
        for (Compaction compact : Compaction.values()) {
          AdaLoraConfig config = small(reading).withDeltaT(Steps.of(deltaT)).withCompact(compact);
          AdaptiveRanks ranks = start(config, 100);
          for (int t = 0; t < 100; t++) {
            List<Integer> before = adapters.stream().map(SvdLinear::rank).toList();
            boolean changed = step(config, ranks, t);
            assertThat(changed)
                .isEqualTo(!adapters.stream().map(SvdLinear::rank).toList().equals(before));
            if (ranks.schedule().allocates(t)) {
              assertThat(ranks.active()).as("at %d", t).isEqualTo(ranks.schedule().budget(t));
            }
          }
          assertThat(ranks.active()).isEqualTo(8);
          assertThat(nonzero()).as("λ ≠ 0 at the end of %s", config).isEqualTo(8);
          int there = adapters.stream().mapToInt(SvdLinear::triplets).sum();
          assertThat(there).isEqualTo(compact == Compaction.FINAL ? 8 : 16);
        }
      }
    }
  }

  private int nonzero() {
    int count = 0;
    for (SvdLinear adapter : adapters) {
      for (float lambda : adapter.lambda().value().array()) {
        count += lambda == 0 ? 0 : 1;
      }
    }
    return count;
  }

  /// Of the product of values and gradients that are finite.
  @ParameterizedTest
  @EnumSource(
      value = ImportanceScore.class,
      names = {"PAPER", "ARTICLE"})
  void a_score_that_overflows_stops_the_run_before_anything_is_masked(ImportanceScore score) {
    AdaLoraConfig config =
        small(AdaLoraConfig.penalized().withImportance(score)).withDeltaT(Steps.of(1));
    AdaptiveRanks ranks = start(config, 100);
    for (int t = 0; t < 30; t++) {
      step(config, ranks, t);
    }
    int active = ranks.active();
    Gradients huge = Gradients.of(loss(config)).scale(1e37f);
    adapters.getFirst().lambda().update(values -> Arrays.fill(values, 1e6f));

    assertThatThrownBy(
            () -> {
              ranks.beforeStep(30, huge);
              ranks.afterStep(30, huge, _ -> {});
            })
        .isInstanceOf(TrainingDiverged.class)
        .hasMessageMatching(
            "step 30: the score of triplet [0-3] of matrix0 is (Infinity|NaN); the model keeps its"
                + " last good state, .*");

    assertThat(ranks.active()).isEqualTo(active);
  }

  @Test
  void the_paper_scores_the_values_after_the_step_and_the_article_those_before_it() {
    for (AdaLoraConfig reading : List.of(AdaLoraConfig.penalized(), AdaLoraConfig.article())) {
      AdaLoraConfig config = small(reading);
      AdaptiveRanks ranks = start(config, 100);
      step(config, ranks, 0); // λ leaves 0
      SvdLinear adapter = adapters.getFirst();
      Importance expected = Importance.of(config, adapter.values());
      expected.restore(ranks.importances().firstEntry().getValue().state());
      Triplets before = copy(adapter.values());
      Gradients gradients = Gradients.of(loss(config));
      ranks.beforeStep(1, gradients);
      optimizer.step(gradients, 0.02f);
      ranks.afterStep(1, gradients, _ -> {});
      expected.observe(
          config.importance() == ImportanceScore.PAPER ? adapter.values() : before,
          new Triplets(
              gradients.of(adapter.p()),
              gradients.of(adapter.lambda()),
              gradients.of(adapter.q())));
      assertThat(ranks.importances().get("matrix0").scores()).isEqualTo(expected.scores());
    }
  }

  private static Triplets copy(Triplets t) {
    return new Triplets(t.p().copy(), t.lambda().copy(), t.q().copy());
  }

  @Test
  void the_budget_goes_where_it_is_needed() {
    AdaLoraConfig config = small(AdaLoraConfig.penalized());
    AdaptiveRanks ranks = start(config, 300);
    for (int t = 0; t < 300; t++) {
      step(config, ranks, t);
    }
    assertThat(adapters.get(0).rank()).isGreaterThan(adapters.get(3).rank());
  }

  @Test
  void in_the_papers_reading_a_masked_triplet_may_come_back_until_the_final_phase() {
    AdaLoraConfig config = small(AdaLoraConfig.penalized());
    AdaptiveRanks ranks = start(config, 100);
    int revived = 0;
    List<BitSet> before = survivors();
    for (int t = 0; t < 100; t++) {
      step(config, ranks, t);
      List<BitSet> now = survivors();
      int back = count(now, before);
      if (t > ranks.schedule().finalAllocation()) {
        assertThat(now).as("at %d", t).isEqualTo(before);
      }
      revived += back;
      before = now;
    }
    assertThat(revived).isPositive();
  }

  @Test
  void in_the_articles_reading_none_comes_back() {
    AdaLoraConfig config = small(AdaLoraConfig.article()).withCompact(Compaction.NEVER);
    for (int deltaT : new int[] {1, 10}) {
      AdaLoraConfig spaced = config.withDeltaT(Steps.of(deltaT));
      AdaptiveRanks ranks = start(spaced, 100);
      List<BitSet> before = survivors();
      for (int t = 0; t < 100; t++) {
        step(spaced, ranks, t);
        assertThat(count(survivors(), before)).as("back at %d", t).isZero();
        assertThat(nonzero()).as("λ ≠ 0 at %d", t).isLessThanOrEqualTo(ranks.active());
        before = survivors();
      }
    }
  }

  @Test
  void a_second_run_goes_on_with_the_triplets_that_the_first_has_left() {
    for (BudgetUnit unit : BudgetUnit.values()) {
      AdaLoraConfig config = small(AdaLoraConfig.penalized()).withBudgetUnit(unit);
      AdaptiveRanks first = start(config, 100);
      for (int t = 0; t < 100; t++) {
        step(config, first, t);
      }
      assertThat(adapters.stream().mapToInt(SvdLinear::triplets).sum()).isEqualTo(8);
      AdaptiveRanks second = new AdaptiveRanks(config, adapters, 100);
      for (int t = 0; t < 100; t++) {
        step(config, second, t);
        assertThat(second.active()).as("%s at %d", unit, t).isEqualTo(8);
      }
    }
  }

  @Test
  void dropping_dead_triplets_does_not_change_what_is_learnt() {
    // λ and the penalty: a dead triplet still weighs in the Gram matrices, hence no penalty here.
    AdaLoraConfig config = small(AdaLoraConfig.penalized()).withOrthRegWeight(0);
    List<Tensor> deltas = new ArrayList<>();
    for (Compaction compact : Compaction.values()) {
      AdaptiveRanks ranks = start(config.withCompact(compact), 100);
      for (int t = 0; t < 100; t++) {
        step(config, ranks, t);
      }
      adapters.forEach(a -> deltas.add(a.delta()));
    }
    for (int m = 0; m < MATRICES; m++) {
      assertThat(deltas.get(m).array())
          .containsExactly(deltas.get(MATRICES + m).array(), within(1e-3f));
    }
  }

  private List<BitSet> survivors() {
    return adapters.stream().map(SvdLinear::survivors).toList();
  }

  private static int count(List<BitSet> now, List<BitSet> before) {
    int back = 0;
    for (int m = 0; m < now.size(); m++) {
      BitSet more = (BitSet) now.get(m).clone();
      more.andNot(before.get(m));
      back += more.cardinality();
    }
    return back;
  }
}
