package jada.cli.report;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetSchedule;
import jada.adalora.BudgetUnit;
import jada.adalora.JudgedTriplets;
import jada.adalora.Method;
import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.training.TrainingListener.RunPlan;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// The shape of a run: its length, its adapted matrices and its budget schedule.
///
/// @param steps T, steps of the run as planned
/// @param modules the M matrices with triplets, in the model's order; none for other methods
/// @param rank r, triplets of each at the start
/// @param beta β₁, with which sensitivities are smoothed
/// @param unit what the budget counts
/// @param schedule of the budget; empty where ranks are fixed
record RunShape(
    int steps,
    List<String> modules,
    int rank,
    double beta,
    BudgetUnit unit,
    Optional<BudgetSchedule> schedule) {
  /// Numbers kept of each kind for all triplets together: what bounds the size of the file. The
  /// default run of 1,320 steps and 144 triplets keeps each fourth step.
  private static final int NUMBERS = 120_000;

  /// More points than a screen can show.
  private static final int MOST_STEPS = 2000;

  private static final int MOST_SAMPLES = 400;
  private static final int FEWEST_SAMPLES = 40;
  private static final int MOST_EARLY = 256;

  RunShape {
    modules = List.copyOf(modules);
  }

  /// The shape of the run that is about to begin.
  static RunShape of(AdaptedModel model, RunPlan plan) {
    AdaLoraConfig config = model.config();
    List<SvdLinear> adapters = model.svdAdapters();
    return new RunShape(
        plan.steps(),
        adapters.stream().map(SvdLinear::name).toList(),
        adapters.stream().mapToInt(SvdLinear::initialRank).max().orElse(0),
        config.beta1(),
        plan.budgetUnit(),
        config.method() == Method.ADALORA
            ? Optional.of(
                new BudgetSchedule(
                    plan.steps(),
                    config.tinit().in(plan.steps()),
                    config.tfinal().in(plan.steps()),
                    Math.max(1, config.deltaT().in(plan.steps())),
                    plan.initialBudget(),
                    plan.targetBudget()))
            : Optional.empty());
  }

  /// The triplets, by place among the N, that live after a step.
  ///
  /// @param judged of each of the M matrices
  BitSet living(List<JudgedTriplets> judged) {
    BitSet living = new BitSet();
    for (int m = 0; m < judged.size(); m++) {
      int first = m * rank;
      judged.get(m).survivors().stream().forEach(i -> living.set(first + i));
    }
    return living;
  }

  /// N, triplets at the start.
  int triplets() {
    return modules.size() * rank;
  }

  /// The steps of which loss, penalty, learning rate and budget are kept.
  Sampling curves() {
    return Sampling.atMost(MOST_STEPS, steps);
  }

  /// The steps of which the triplets are kept, where it can be those that allocate.
  Sampling samples() {
    int most = Math.clamp(NUMBERS / Math.max(1, triplets()), FEWEST_SAMPLES, MOST_SAMPLES);
    Sampling even = Sampling.atMost(most, steps);
    return schedule.map(s -> even.inMultiplesOf(s.deltaT())).orElse(even);
  }

  /// Whether the triplets of step t are kept: also those of the last allocation.
  boolean keepsTriplets(int t) {
    return samples().takes(t) || schedule.map(s -> t == s.finalAllocation()).orElse(false);
  }

  /// So many steps at the start have the sensitivities of every step kept.
  int early() {
    return Math.clamp(NUMBERS / Math.max(1, triplets()), FEWEST_SAMPLES, MOST_EARLY);
  }

  /// Whether the scores are updated in step t.
  boolean scores(int t) {
    return schedule.map(s -> s.scores(t)).orElse(false);
  }
}
