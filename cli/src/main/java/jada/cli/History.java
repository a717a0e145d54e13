package jada.cli;

import jada.adalora.model.Evaluation;
import jada.adalora.training.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Collects the course of a run for its record.
final class History implements TrainingListener {
  private Optional<RunPlan> plan = Optional.empty();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int steps;
  private long tokens;
  private long nanos;
  private double lastLoss;
  private Optional<Evaluation> result = Optional.empty();

  @Override
  public void started(RunPlan runPlan) {
    plan = Optional.of(runPlan);
  }

  @Override
  public void stepped(StepReport report) {
    steps++;
    tokens += report.tokens();
    nanos += report.nanos();
    lastLoss = report.loss();
  }

  @Override
  public void notLearning(String message) {
    warnings.add(ErrorLine.withOptions(message));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    evaluations.add(evaluation);
  }

  @Override
  public void ended(int steps, Evaluation of) {
    result = Optional.of(of);
  }

  @Override
  public void resumed(Resumption from) {
    steps = from.steps();
    tokens = from.tokens();
    nanos = from.nanos();
    lastLoss = from.lastLoss();
    evaluations.addAll(from.evaluations());
  }

  RunPlan plan() {
    return plan.orElseThrow();
  }

  List<Evaluation> evaluations() {
    return List.copyOf(evaluations);
  }

  /// The scores of the state that is the result of the run; empty if the run did not come to its
  /// end.
  Optional<Evaluation> result() {
    return result;
  }

  /// Warnings about a run that does not learn, a line each.
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /// Optimizer steps taken.
  int steps() {
    return steps;
  }

  /// Tokens trained on.
  long tokens() {
    return tokens;
  }

  /// Time of the training steps, evaluation left out.
  double seconds() {
    return nanos / 1e9;
  }

  double tokensPerSecond() {
    return nanos == 0 ? 0 : tokens * 1e9 / nanos;
  }

  /// Task loss of the last step.
  double lastLoss() {
    return lastLoss;
  }
}
