package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetSchedule;
import jada.adalora.Steps;
import jada.tensor.RandomSource;

/// The budget over a run.
final class Schedule implements Section {
  private static final int MATRICES = 24;
  private static final int STEPS = 100;
  private static final int SHOWN_EVERY = 5;
  private static final int TRIPLETS_A_BLOCK = 8;

  @Override
  public String name() {
    return "schedule";
  }

  @Override
  public String title() {
    return "The budget falls on a cubic curve";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "Pruning starts after tinit steps, when scores have seen enough batches, is fastest at "
            + "first, when there is much that nobody needs, and ends tfinal steps before the run "
            + "does, so that what is left can settle:");
    page.formula(
        "t ≤ tinit        b(t) = b₀",
        "t > T − tfinal   b(t) = b_T",
        "between          b(t) = b_T + (b₀ − b_T)·(1 − (t − tinit)/(T − tfinal − tinit))³");
    AdaLoraConfig config =
        AdaLoraConfig.penalized()
            .withInitRank(12)
            .withTargetRank(4)
            .withTinit(Steps.fraction(0.1))
            .withTfinal(Steps.fraction(0.3));
    BudgetSchedule schedule = BudgetSchedule.of(config, MATRICES, STEPS);
    page.say(
        ("The chapter's 24 matrices from 12 to 4 triplets each, T = %s, tinit = %s, tfinal"
                + " = %s (the chapter itself has tfinal = 0):")
            .formatted(STEPS, schedule.tinit(), schedule.tfinal()));
    page.gap();
    page.numbers("%5s %6s %8s", "t", "b(t)", "pruned");
    int before = schedule.initialBudget();
    for (int t = 0; t < STEPS; t += SHOWN_EVERY) {
      int budget = schedule.budget(t);
      page.numbers(
          "%5d %6d %8d  %s", t, budget, before - budget, Page.bar(budget / TRIPLETS_A_BLOCK));
      before = budget;
    }
    page.gap();
    page.numbers(
        "last allocation after step %d, with b_T = %d = %d·%d",
        schedule.finalAllocation(), schedule.targetBudget(), MATRICES, config.targetRank());
    page.gap();
    page.say(
        "Between two allocations may lie ΔT steps; all three times may be given as fractions of "
            + "the run. A schedule that does not fit the run is refused with numbers that do.");
    page.readNext(BudgetSchedule.class);
  }
}
