package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptiveRanks;
import jada.adalora.BudgetSchedule;
import jada.adalora.Compaction;
import jada.adalora.Steps;
import jada.autograd.Gradients;
import jada.tensor.RandomSource;
import java.util.List;

/// Why masks must come after the optimizer step.
final class Masking implements Section {
  private static final List<Integer> RANKS = List.of(1, 4, 1);
  private static final int WIDTH = 12;
  private static final int STEPS = 120;
  private static final int SHOWN_EVERY = 20;
  private static final double LEARNING_RATE = 0.02;

  @Override
  public String name() {
    return "masking";
  }

  @Override
  public String title() {
    return "A pitfall: mask before the optimizer's step, and nothing is pruned";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "A pruned triplet is masked: its λ is set to 0. The chapter's own program does that "
            + "between backward pass and optimizer step, and ends with 286 of 288 triplets alive "
            + "where 96 were the target. The reason: Adam moves every λ by its momentum, also one "
            + "that was set to 0 a moment ago.");
    page.formula("wrong   backward, mask, step        right   backward, step, mask");
    page.say(
        "Both orders on the same three layers, the same seed and the same schedule. Counted are "
            + "the triplets whose λ is not 0 after the whole step:");
    page.gap();
    AdaLoraConfig config =
        AdaLoraConfig.article()
            .withInitRank(6)
            .withTargetRank(2)
            .withOrthRegWeight(0.1)
            .withTfinal(Steps.fraction(0.25))
            .withCompact(Compaction.NEVER);
    PlantedRanks problem = new PlantedRanks(RANKS, WIDTH, 0.1, random);
    Student wrong = Student.of(problem, config);
    Student right = Student.of(problem, config);
    AdaptiveRanks wrongRanks = new AdaptiveRanks(config, wrong.layers(), STEPS);
    AdaptiveRanks rightRanks = new AdaptiveRanks(config, right.layers(), STEPS);
    BudgetSchedule schedule = rightRanks.schedule();
    page.numbers("%5s %8s %18s %18s", "t", "budget", "mask, then step", "step, then mask");
    for (int t = 0; t < STEPS; t++) {
      Gradients gradients = wrong.gradients(t);
      wrongRanks.beforeStep(t, gradients);
      wrongRanks.afterStep(t, gradients, wrong::replace);
      wrong.step(gradients, LEARNING_RATE);

      gradients = right.gradients(t);
      rightRanks.beforeStep(t, gradients);
      right.step(gradients, LEARNING_RATE);
      rightRanks.afterStep(t, gradients, right::replace);
      if (t % SHOWN_EVERY == 0 || t == STEPS - 1) {
        page.numbers("%5d %8d %18d %18d", t, schedule.budget(t), wrong.nonzero(), right.nonzero());
      }
    }
    page.gap();
    page.say(
        "In Jada the order is not the user's to get wrong: the trainer calls AdaptiveRanks around "
            + "its optimizer, and a run ends on its budget exactly. Masked triplets that cannot "
            + "come back are dropped from memory, so they cost nothing either (here they were "
            + "kept, to be counted).");
    page.readNext(AdaptiveRanks.class);
  }
}
