package jada.adalora;

import jada.adalora.TrainingListener.Evaluation;
import jada.adalora.TrainingListener.RunPlan;
import jada.adalora.TrainingListener.StepReport;
import jada.adalora.data.Dataset;
import jada.tensor.RandomSource;
import jada.tensor.Workers;
import java.util.Arrays;
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

  private FineTuner(
      AdaptedModel model,
      TrainingOptions options,
      TrainingListener listener,
      BooleanSupplier stop) {
    this.model = model;
    this.options = options;
    this.listener = listener;
    this.stop = stop;
  }

  /// A tuner with default options that tells nobody.
  public static FineTuner of(AdaptedModel model) {
    return new FineTuner(model, TrainingOptions.defaults(), TrainingListener.SILENT, () -> false);
  }

  /// The same with all options replaced.
  public FineTuner options(TrainingOptions replacement) {
    return new FineTuner(model, replacement, listener, stop);
  }

  /// The same with some options changed: `with(o -> o.withBatchSize(16))`.
  public FineTuner with(UnaryOperator<TrainingOptions> change) {
    return options(change.apply(options));
  }

  /// The same with another number of passes over the training examples.
  public FineTuner epochs(int epochs) {
    return options(options.withEpochs(epochs));
  }

  /// The same, telling one more listener.
  public FineTuner listener(TrainingListener another) {
    return new FineTuner(model, options, listener.and(another), stop);
  }

  /// The same, asking after every step whether to stop there.
  public FineTuner stopWhen(BooleanSupplier condition) {
    return new FineTuner(model, options, listener, condition);
  }

  /// The number of optimizer steps, T, of a run over so many examples: ⌈examples / batch size⌉ for
  /// each epoch, at most the bound that the options set.
  public static int steps(int examples, TrainingOptions options) {
    long perEpoch = (examples + (long) options.batchSize() - 1) / options.batchSize();
    long all = perEpoch * options.epochs();
    long bounded = options.maxSteps() > 0 ? Math.min(all, options.maxSteps()) : all;
    return Math.toIntExact(bounded);
  }

  /// Trains on one data set and scores on the other.
  ///
  /// @throws jada.nn.InputException if a label does not fit the task or the schedule cannot fit the
  ///   run
  /// @throws TrainingDiverged if the loss or a gradient is not finite; the model then holds its
  ///   state from before that step
  public TrainingResult run(Dataset train, Dataset dev) {
    try (Workers workers = Workers.of(options.threads())) {
      return workers.call(
          () -> {
            EncodedExamples trainExamples = encode(train);
            EncodedExamples devExamples = encode(dev);
            return run(trainExamples, devExamples);
          });
    }
  }

  private EncodedExamples encode(Dataset data) {
    return EncodedExamples.of(data, model.task(), model.base(), options.maxLength());
  }

  private TrainingResult run(EncodedExamples train, EncodedExamples dev) {
    int steps = steps(train.size(), options);
    int perEpoch = (train.size() + options.batchSize() - 1) / options.batchSize();
    Trainer trainer = new Trainer(model, options, steps);
    listener.started(plan(train, dev, steps, (steps + perEpoch - 1) / perEpoch));
    long nanos = 0;
    long tokens = 0;
    int[] order = new int[0];
    for (int t = 0; t < steps; t++) {
      int epoch = t / perEpoch;
      int first = t % perEpoch * options.batchSize();
      if (first == 0) {
        order = order(train.size(), epoch);
      }
      int[] positions =
          Arrays.copyOfRange(order, first, Math.min(train.size(), first + options.batchSize()));
      StepReport report = trainer.step(t, epoch, train, positions);
      nanos += report.nanos();
      tokens += report.tokens();
      listener.stepped(report);
      boolean last = t == steps - 1;
      if (!last && stop.getAsBoolean()) {
        return new TrainingResult(model, Optional.empty(), t + 1, true, nanos / 1e9, tokens);
      }
      boolean epochEnds = (t + 1) % perEpoch == 0 && options.evaluateEveryEpoch();
      if (epochEnds && !last) {
        listener.evaluated(evaluate(dev, t + 1));
      }
    }
    Evaluation evaluation = evaluate(dev, steps);
    listener.evaluated(evaluation);
    return new TrainingResult(model, Optional.of(evaluation), steps, false, nanos / 1e9, tokens);
  }

  private RunPlan plan(EncodedExamples train, EncodedExamples dev, int steps, int epochs) {
    int matrices = model.svdAdapters().size();
    return new RunPlan(
        steps,
        epochs,
        train.size(),
        dev.size(),
        model.trainableParameters(),
        model.totalParameters(),
        matrices * model.config().initRank(),
        matrices * model.config().targetRank());
  }

  /// The order in which an epoch visits the examples: a function of seed and epoch alone.
  private int[] order(int examples, int epoch) {
    int[] order = new int[examples];
    Arrays.setAll(order, i -> i);
    if (options.shuffle()) {
      RandomSource.of(options.seed()).split("order of epoch " + epoch).shuffle(order);
    }
    return order;
  }

  private Evaluation evaluate(EncodedExamples dev, int step) {
    return Evaluator.evaluate(
        positions -> model.logits(dev.batch(positions)), model.task(), dev, step);
  }
}
