package jada.adalora.training;

import jada.adalora.data.Dataset;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Objective;
import jada.adalora.training.CheckpointPlan.Possession;
import jada.tensor.Workers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/// Trains an adapted model on labelled examples.
///
///     var result = FineTuner.of(adapted).epochs(2).run(train, dev);
///
/// The same model, data, options and seed give the same bits, whatever the number of threads.
/// Immutable: each setting returns a changed copy. A run changes the model it was made for, so a
/// model is trained by one thread at a time.
public final class FineTuner {
  private final AdaptedModel model;
  private final TrainingOptions options;
  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final GradientSource gradients;
  private final Optional<CheckpointPlan> checkpoints;
  private final Optional<Checkpoint> start;

  private FineTuner(
      AdaptedModel model,
      TrainingOptions options,
      TrainingListener listener,
      BooleanSupplier stop,
      GradientSource gradients,
      Optional<CheckpointPlan> checkpoints,
      Optional<Checkpoint> start) {
    this.model = model;
    this.options = options;
    this.listener = listener;
    this.stop = stop;
    this.gradients = gradients;
    this.checkpoints = checkpoints;
    this.start = start;
  }

  /// A tuner with default options and without listeners.
  public static FineTuner of(AdaptedModel model) {
    return new FineTuner(
        model,
        TrainingOptions.defaults(),
        TrainingListener.SILENT,
        () -> false,
        GradientSource.WHOLE,
        Optional.empty(),
        Optional.empty());
  }

  /// The same with all options replaced.
  public FineTuner options(TrainingOptions replacement) {
    return new FineTuner(model, replacement, listener, stop, gradients, checkpoints, start);
  }

  /// The same with some options changed: `with(o -> o.withBatchSize(16))`.
  public FineTuner with(UnaryOperator<TrainingOptions> change) {
    return options(change.apply(options));
  }

  /// The same with another number of passes over the training examples.
  public FineTuner epochs(int epochs) {
    return options(options.withEpochs(epochs));
  }

  /// The same with one more listener.
  public FineTuner listener(TrainingListener another) {
    return new FineTuner(
        model, options, listener.and(another), stop, gradients, checkpoints, start);
  }

  /// The same with a condition that is checked after every step and stops the run.
  public FineTuner stopWhen(BooleanSupplier condition) {
    return new FineTuner(model, options, listener, condition, gradients, checkpoints, start);
  }

  /// The same with another source of gradients, for example one on other machines. Where the
  /// options accumulate batches, the source gets them all at once.
  public FineTuner gradients(GradientSource source) {
    return new FineTuner(model, options, listener, stop, source, checkpoints, start);
  }

  /// The same, making checkpoints: folders `step-N` in `folder`, of which the last two are kept.
  ///
  /// @param folder made if it does not exist; nothing else may write to it
  /// @param every steps from one to the next; 0: one only where the run is stopped, or ended by a
  ///   listener that throws
  /// @throws IllegalArgumentException if `every` is negative
  public FineTuner checkpoints(Path folder, int every) {
    CheckpointPlan plan = new CheckpointPlan(folder, every);
    return new FineTuner(model, options, listener, stop, gradients, Optional.of(plan), start);
  }

  /// The same, resuming from a checkpoint. The result is bit for bit that of a run without
  /// interruption:
  ///
  ///     FineTuner.of(adapted).options(same).resume(Checkpoint.latest(folder)).run(train, dev);
  ///
  /// The model must be adapted as for that run and not have been trained; options, configuration,
  /// data and base model must be the same, only the number of threads may differ.
  public FineTuner resume(Checkpoint checkpoint) {
    return new FineTuner(
        model, options, listener, stop, gradients, checkpoints, Optional.of(checkpoint));
  }

  /// The number of optimizer steps, T, of a run over so many examples: ⌈examples / examples of a
  /// step⌉ for each epoch, at most the bound that the options set.
  public static int steps(int examples, TrainingOptions options) {
    long perEpoch = Math.ceilDiv((long) examples, options.examplesPerStep());
    long all = perEpoch * options.epochs();
    long bounded = options.maxSteps() > 0 ? Math.min(all, options.maxSteps()) : all;
    return Math.toIntExact(bounded);
  }

  /// Trains on one data set and evaluates on the other.
  ///
  /// @throws jada.nn.files.InputException if a label does not fit the task, the schedule cannot fit
  ///   the run, a checkpoint cannot be written, or the one to resume from is of another run, naming
  ///   what differs
  /// @throws jada.adalora.TrainingDiverged if the loss, a gradient, a weight or a score is not
  ///   finite; the model then holds the last values that gave a finite loss
  public TrainingResult run(Dataset train, Dataset dev) {
    RunIdentity identity = RunIdentity.of(model, options, train, dev, steps(train.size(), options));
    try (Workers workers = Workers.of(options.threads());
        Possession _ = checkpoints.map(CheckpointPlan::takeForRun).orElse(Possession.NONE)) {
      return workers.call(
          () -> {
            Objective trainExamples =
                model.task().prepare(train, model.base(), options.maxLength(), options.classLoss());
            Objective devExamples = Evaluator.examples(model, dev, options.maxLength());
            return new TrainingRun(
                    model,
                    options,
                    listener,
                    stop,
                    gradients,
                    checkpoints,
                    trainExamples,
                    devExamples,
                    identity)
                .run(start);
          });
    }
  }
}
