package jada.adalora;

/// How a model is trained, independent of the adapters. Immutable; every `with…` method returns a
/// changed copy.
///
/// @param epochs passes over the training examples
/// @param maxSteps upper bound on optimizer steps; 0 for none
/// @param batchSize examples a step
/// @param learningRate peak learning rate
/// @param schedule course of the learning rate after the warm-up
/// @param warmupRatio part of the run in which the learning rate rises from 0 to its peak
/// @param weightDecay decoupled weight decay of AdamW; biases and layer norms have none
/// @param maxLength tokens at which texts are cut, special tokens included
/// @param maxGradNorm gradients are scaled down to this global L2 norm; 0 for no clipping
/// @param seed origin of all randomness of the run
/// @param threads threads that compute, the calling one included
/// @param shuffle whether every epoch visits the examples in a new random order
/// @param evaluateEveryEpoch whether dev is scored after every epoch, or only at the end
public record TrainingOptions(
    int epochs,
    int maxSteps,
    int batchSize,
    double learningRate,
    Schedule schedule,
    double warmupRatio,
    double weightDecay,
    int maxLength,
    double maxGradNorm,
    long seed,
    int threads,
    boolean shuffle,
    boolean evaluateEveryEpoch) {

  /// Course of the learning rate after the warm-up.
  public enum Schedule {
    /// Falls linearly to 0 at the end of the run.
    LINEAR,
    /// Falls along half a cosine to 0 at the end of the run.
    COSINE,
    /// Stays at its peak.
    CONSTANT
  }

  /// Checks every value.
  ///
  /// @throws IllegalArgumentException naming the option and the values that would do
  public TrainingOptions {
    require(epochs >= 1, "epochs", epochs, "at least 1");
    require(maxSteps >= 0, "max-steps", maxSteps, "0 (no bound) or more");
    require(batchSize >= 1, "batch-size", batchSize, "at least 1");
    require(
        Double.isFinite(learningRate) && learningRate > 0,
        "learning-rate",
        learningRate,
        "a positive number, for example 2e-3");
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
    require(threads >= 1, "threads", threads, "at least 1");
  }

  /// Two epochs in batches of 32 at 2e-3, linear schedule with 6 % warm-up, decay 0.01, texts up to
  /// 128 tokens, no clipping, seed 0, all processors.
  public static TrainingOptions defaults() {
    return new TrainingOptions(
        2,
        0,
        32,
        2e-3,
        Schedule.LINEAR,
        0.06,
        0.01,
        128,
        0,
        0,
        Runtime.getRuntime().availableProcessors(),
        true,
        true);
  }

  private static void require(boolean holds, String option, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(option + ": must be " + rule + ", got " + value);
    }
  }

  /// A copy with another value of epochs.
  public TrainingOptions withEpochs(int value) {
    return new TrainingOptions(
        value,
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
        evaluateEveryEpoch);
  }

  /// A copy with another value of maxSteps.
  public TrainingOptions withMaxSteps(int value) {
    return new TrainingOptions(
        epochs,
        value,
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
        evaluateEveryEpoch);
  }

  /// A copy with another value of batchSize.
  public TrainingOptions withBatchSize(int value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        value,
        learningRate,
        schedule,
        warmupRatio,
        weightDecay,
        maxLength,
        maxGradNorm,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of learningRate.
  public TrainingOptions withLearningRate(double value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        batchSize,
        value,
        schedule,
        warmupRatio,
        weightDecay,
        maxLength,
        maxGradNorm,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of schedule.
  public TrainingOptions withSchedule(Schedule value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        value,
        warmupRatio,
        weightDecay,
        maxLength,
        maxGradNorm,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of warmupRatio.
  public TrainingOptions withWarmupRatio(double value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        value,
        weightDecay,
        maxLength,
        maxGradNorm,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of weightDecay.
  public TrainingOptions withWeightDecay(double value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        warmupRatio,
        value,
        maxLength,
        maxGradNorm,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of maxLength.
  public TrainingOptions withMaxLength(int value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        warmupRatio,
        weightDecay,
        value,
        maxGradNorm,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of maxGradNorm.
  public TrainingOptions withMaxGradNorm(double value) {
    return new TrainingOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        warmupRatio,
        weightDecay,
        maxLength,
        value,
        seed,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of seed.
  public TrainingOptions withSeed(long value) {
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
        value,
        threads,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of threads.
  public TrainingOptions withThreads(int value) {
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
        value,
        shuffle,
        evaluateEveryEpoch);
  }

  /// A copy with another value of shuffle.
  public TrainingOptions withShuffle(boolean value) {
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
        value,
        evaluateEveryEpoch);
  }

  /// A copy with another value of evaluateEveryEpoch.
  public TrainingOptions withEvaluateEveryEpoch(boolean value) {
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
        value);
  }
}
