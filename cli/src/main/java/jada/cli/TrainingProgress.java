package jada.cli;

import jada.adalora.BudgetUnit;
import jada.adalora.model.Evaluation;
import jada.adalora.training.TrainingListener;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Shows the progress of a run: steps, loss, budget, speed and time left, and the score of the
/// held-out examples after each epoch.
final class TrainingProgress implements TrainingListener, AutoCloseable {
  /// Share of the old value in the loss shown. The loss of one batch varies too much to be read, so
  /// an average over about 20 steps is shown.
  private static final double SMOOTHING = 0.95;

  private final Console console;
  private final LongSupplier nanoTime;
  private Optional<Meter> meter = Optional.empty();
  private Optional<String> target = Optional.empty();
  private final LossSpikes spikes = new LossSpikes();
  private double smoothed;
  private double weight;
  private long tokens;
  private long nanos;
  private int planned;

  TrainingProgress(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
  }

  @Override
  public void started(RunPlan plan) {
    planned = plan.steps();
    target =
        plan.targetBudget() > 0
            ? Optional.of(
                plan.budgetUnit() == BudgetUnit.TRIPLETS
                    ? "→" + plan.targetBudget() + ", "
                    : " triplets, ")
            : Optional.empty();
    console.say(
        String.format(
            Locale.ROOT,
            "training %,d of %,d parameters on %,d examples: %,d steps, %d %s",
            plan.trainableParameters(),
            plan.totalParameters(),
            plan.trainExamples(),
            plan.steps(),
            plan.epochs(),
            plan.epochs() == 1 ? "epoch" : "epochs"));
    meter = Optional.of(new Meter(console, "training", false, plan.steps(), nanoTime));
  }

  @Override
  public void textsCut(String dataset, int cut, int of, int maxLength) {
    String line = PredictionPrinter.cutTexts(dataset, cut, of, maxLength);
    meter.ifPresentOrElse(m -> m.say(line), () -> console.say(line));
  }

  @Override
  public void resumed(Resumption from) {
    meter.ifPresent(
        m -> {
          m.startAt(from.steps());
          m.say(
              String.format(
                  Locale.ROOT,
                  "going on after step %,d, from %s",
                  from.steps(),
                  from.checkpoint().folder()));
        });
  }

  @Override
  public void stepped(StepReport report) {
    // The weights of what was seen so far add up to `weight`, so the average has no start to
    // forget.
    smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * report.loss();
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    tokens += report.tokens();
    nanos += report.nanos();
    String budget = target.map(end -> "budget " + report.activeTriplets() + end).orElse("");
    String detail =
        String.format(
            Locale.ROOT,
            "loss %.3f, %s%,.0f tokens/s",
            smoothed / weight,
            budget,
            tokens * 1e9 / Math.max(1, nanos));
    meter.ifPresent(
        m -> {
          spikes.seen(report.step(), report.loss()).ifPresent(m::say);
          m.at(report.step() + 1L, detail);
        });
  }

  @Override
  public void notLearning(String message) {
    meter.ifPresent(m -> m.say("jada: " + ErrorLine.withOptions(message)));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    String line =
        String.format(
            Locale.ROOT,
            "dev after step %d: %s, loss %.4f",
            evaluation.step(),
            evaluation.metrics().size() > 6
                ? Figures.main(evaluation)
                : Figures.metrics(evaluation),
            evaluation.loss());
    meter.ifPresentOrElse(m -> m.say(line), () -> console.say(line));
  }

  @Override
  public void ended(int steps, Evaluation result) {
    String best =
        String.format(Locale.ROOT, "%s after step %,d", Figures.main(result), result.step());
    if (steps < planned) {
      say(
          String.format(
              Locale.ROOT,
              "stopped early after step %,d of %,d: dev got no better",
              steps,
              planned));
    }
    if (result.step() < steps) {
      say("the best is kept: dev " + best);
    }
  }

  private void say(String line) {
    meter.ifPresentOrElse(m -> m.say(line), () -> console.say(line));
  }

  @Override
  public void close() {
    meter.ifPresent(Meter::close);
    meter = Optional.empty();
  }
}
