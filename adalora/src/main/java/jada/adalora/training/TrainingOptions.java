package jada.adalora.training;

import jada.adalora.AdaLoraConfig;
import jada.adalora.model.ClassLoss;
import jada.adalora.model.ClassWeights;
import jada.adalora.model.EncodedExamples;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/// How a model is trained, independent of the adapters. Immutable; every `with…` method returns a
/// changed copy.
///
/// @param epochs number of epochs, passes over the training examples
/// @param maxSteps upper bound on optimizer steps; 0 for none
/// @param batchSize examples that pass through the network together
/// @param learningRate peak learning rate; empty for the usual one of the method
///   ([#learningRate(AdaLoraConfig)])
/// @param schedule learning-rate schedule after the warm-up
/// @param warmupRatio part of the run in which the learning rate rises from 0 to its peak
/// @param weightDecay decoupled weight decay of AdamW; biases and layer norms have none
/// @param maxLength tokens at which texts are cut, special tokens included
/// @param maxGradNorm gradients are scaled down to this global L2 norm; 0 for no clipping
/// @param seed origin of all randomness of the run
/// @param threads threads that compute, the calling one included
/// @param shuffle whether every epoch visits the examples in a new random order
/// @param evaluateEveryEpoch whether to evaluate on the held-out examples after every epoch, or
///   only at the end
/// @param evalEvery steps between evaluations, instead of after every epoch; 0: as
///   `evaluateEveryEpoch` says
/// @param keep which state of the run is its result
/// @param patience the run ends after so many evaluations in a row without a new best; 0: never
/// @param accumulate batches whose gradients make a step
/// @param classWeights weights of the classes in the training loss
/// @param labelSmoothing part of each label that the training loss spreads evenly over all classes
public record TrainingOptions(
    int epochs,
    int maxSteps,
    int batchSize,
    OptionalDouble learningRate,
    Schedule schedule,
    double warmupRatio,
    double weightDecay,
    int maxLength,
    double maxGradNorm,
    long seed,
    int threads,
    boolean shuffle,
    boolean evaluateEveryEpoch,
    int evalEvery,
    Keep keep,
    int patience,
    int accumulate,
    ClassWeights classWeights,
    double labelSmoothing) {
  /// The most threads: more only wait for each other, and starting them takes long.
  public static final int MOST_THREADS = 1024;

  /// Learning-rate schedule after the warm-up.
  public enum Schedule {
    /// Falls linearly to 0 at the end of the run.
    LINEAR,
    /// Falls along half a cosine to 0 at the end of the run.
    COSINE,
    /// Stays at its peak.
    CONSTANT
  }

  /// Which state of a run is its result.
  public enum Keep {
    /// That after the last step.
    LAST,

    /// The one with the best score on dev: by the task's main metric, where two are equal by the
    /// loss, and of those the first. Of AdaLoRA only states count whose ranks are final, because
    /// those before have more triplets than the budget allows.
    BEST
  }

  /// Checks every value.
  ///
  /// @throws IllegalArgumentException naming the option and the values that would do
  public TrainingOptions {
    require(epochs >= 1, "epochs", epochs, "at least 1");
    require(maxSteps >= 0, "max-steps", maxSteps, "0 (no bound) or more");
    require(batchSize >= 1, "batch-size", batchSize, "at least 1");
    learningRate.ifPresent(
        rate ->
            require(
                Double.isFinite(rate) && rate > 0,
                "learning-rate",
                rate,
                "a positive number, for example 2e-3"));
    require(warmupRatio >= 0 && warmupRatio < 1, "warmup-ratio", warmupRatio, "in [0, 1)");
    require(
        Double.isFinite(weightDecay) && weightDecay >= 0,
        "weight-decay",
        weightDecay,
        "0 or more, for example 0.01");
    require(maxLength >= 3, "max-length", maxLength, "at least 3 tokens");
    require(
        Double.isFinite(maxGradNorm) && maxGradNorm >= 0,
        "max-grad-norm",
        maxGradNorm,
        "0 (off) or more");
    require(
        threads >= 1 && threads <= MOST_THREADS, "threads", threads, "from 1 to " + MOST_THREADS);
    require(evalEvery >= 0, "eval-every", evalEvery, "0 (after every epoch) or more steps");
    require(patience >= 0, "patience", patience, "0 (never stop early) or more");
    require(accumulate >= 1, "accumulate", accumulate, "at least 1");
    require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label-smoothing",
        labelSmoothing,
        "in [0, 1), for example 0.1");
  }

  /// Two epochs in batches of 16 at the method's usual rate, linear schedule with 6 % warm-up,
  /// decay 0.01, texts up to 128 tokens, no clipping, seed 0, all processors.
  public static TrainingOptions defaults() {
    return new TrainingOptions(
        2,
        0,
        16,
        OptionalDouble.empty(),
        Schedule.LINEAR,
        0.06,
        0.01,
        EncodedExamples.DEFAULT_MAX_LENGTH,
        0,
        0,
        Runtime.getRuntime().availableProcessors(),
        true,
        true,
        0,
        Keep.LAST,
        0,
        1,
        ClassWeights.NONE,
        0);
  }

  /// Examples that an optimizer step sees: those of a batch, or of the batches whose gradients are
  /// accumulated.
  public int examplesPerStep() {
    return Math.multiplyExact(batchSize, accumulate);
  }

  /// What training changes in the cross entropy.
  public ClassLoss classLoss() {
    return new ClassLoss(classWeights, labelSmoothing);
  }

  private static void require(boolean holds, String option, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(option + ": must be " + rule + ", got " + value);
    }
  }

  /// The peak learning rate of a run: the one that was chosen, or the configuration's own
  /// ([AdaLoraConfig#learningRate]).
  public double learningRate(AdaLoraConfig config) {
    return learningRate.orElse(config.learningRate());
  }

  /// The same with another number of epochs.
  public TrainingOptions withEpochs(int epochs) {
    return with(d -> d.epochs = epochs);
  }

  /// The same with another bound on optimizer steps.
  public TrainingOptions withMaxSteps(int maxSteps) {
    return with(d -> d.maxSteps = maxSteps);
  }

  /// The same with another batch size.
  public TrainingOptions withBatchSize(int batchSize) {
    return with(d -> d.batchSize = batchSize);
  }

  /// The same with another peak learning rate.
  public TrainingOptions withLearningRate(double learningRate) {
    return with(d -> d.learningRate = OptionalDouble.of(learningRate));
  }

  /// The same with another learning-rate schedule.
  public TrainingOptions withSchedule(Schedule schedule) {
    return with(d -> d.schedule = schedule);
  }

  /// The same with another length of the warm-up.
  public TrainingOptions withWarmupRatio(double warmupRatio) {
    return with(d -> d.warmupRatio = warmupRatio);
  }

  /// The same with another weight decay.
  public TrainingOptions withWeightDecay(double weightDecay) {
    return with(d -> d.weightDecay = weightDecay);
  }

  /// The same with another length at which texts are cut.
  public TrainingOptions withMaxLength(int maxLength) {
    return with(d -> d.maxLength = maxLength);
  }

  /// The same with another bound on the norm of the gradients.
  public TrainingOptions withMaxGradNorm(double maxGradNorm) {
    return with(d -> d.maxGradNorm = maxGradNorm);
  }

  /// The same with another seed.
  public TrainingOptions withSeed(long seed) {
    return with(d -> d.seed = seed);
  }

  /// The same with another number of threads.
  public TrainingOptions withThreads(int threads) {
    return with(d -> d.threads = threads);
  }

  /// The same with examples shuffled or in their order.
  public TrainingOptions withShuffle(boolean shuffle) {
    return with(d -> d.shuffle = shuffle);
  }

  /// The same with dev scored after every epoch or only at the end.
  public TrainingOptions withEvaluateEveryEpoch(boolean evaluateEveryEpoch) {
    return with(d -> d.evaluateEveryEpoch = evaluateEveryEpoch);
  }

  /// The same with dev scored every so many steps in the place of every epoch; 0: as before.
  public TrainingOptions withEvalEvery(int evalEvery) {
    return with(d -> d.evalEvery = evalEvery);
  }

  /// The same with another state of the run as its result.
  public TrainingOptions withKeep(Keep keep) {
    return with(d -> d.keep = keep);
  }

  /// The same, ending when so many scores on dev have not been better than the best before; 0: at
  /// the end.
  public TrainingOptions withPatience(int patience) {
    return with(d -> d.patience = patience);
  }

  /// The same with steps of so many batches.
  public TrainingOptions withAccumulate(int accumulate) {
    return with(d -> d.accumulate = accumulate);
  }

  /// The same with classes that count otherwise.
  public TrainingOptions withClassWeights(ClassWeights classWeights) {
    return with(d -> d.classWeights = classWeights);
  }

  /// The same with labels smoothed otherwise.
  public TrainingOptions withLabelSmoothing(double labelSmoothing) {
    return with(d -> d.labelSmoothing = labelSmoothing);
  }

  private TrainingOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /// A mutable copy, for the `with…` methods.
  private static final class Draft {
    int epochs;
    int maxSteps;
    int batchSize;
    OptionalDouble learningRate;
    Schedule schedule;
    double warmupRatio;
    double weightDecay;
    int maxLength;
    double maxGradNorm;
    long seed;
    int threads;
    boolean shuffle;
    boolean evaluateEveryEpoch;
    int evalEvery;
    Keep keep;
    int patience;
    int accumulate;
    ClassWeights classWeights;
    double labelSmoothing;

    Draft(TrainingOptions o) {
      epochs = o.epochs;
      maxSteps = o.maxSteps;
      batchSize = o.batchSize;
      learningRate = o.learningRate;
      schedule = o.schedule;
      warmupRatio = o.warmupRatio;
      weightDecay = o.weightDecay;
      maxLength = o.maxLength;
      maxGradNorm = o.maxGradNorm;
      seed = o.seed;
      threads = o.threads;
      shuffle = o.shuffle;
      evaluateEveryEpoch = o.evaluateEveryEpoch;
      evalEvery = o.evalEvery;
      keep = o.keep;
      patience = o.patience;
      accumulate = o.accumulate;
      classWeights = o.classWeights;
      labelSmoothing = o.labelSmoothing;
    }

    TrainingOptions finished() {
      return new TrainingOptions(
          epochs,
          maxSteps,
          batchSize,
          learningRate,
          schedule,
          warmupRatio,
          weightDecay,
          maxLength,
          maxGradNorm,
          seed,
          threads,
          shuffle,
          evaluateEveryEpoch,
          evalEvery,
          keep,
          patience,
          accumulate,
          classWeights,
          labelSmoothing);
    }
  }
}
