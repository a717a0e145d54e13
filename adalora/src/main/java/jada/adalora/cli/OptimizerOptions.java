package jada.adalora.cli;

import jada.adalora.Method;
import jada.adalora.TrainingOptions;
import jada.nn.InputException;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How the parameters learn.
final class OptimizerOptions {
  /// A rate that adapters need would tear pretrained weights apart; this is the usual one for them.
  private static final double FULL_LEARNING_RATE = 5e-5;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "passes over the training data [${DEFAULT-VALUE}]")
  int epochs;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      description = "stop after N steps; 0: no bound [${DEFAULT-VALUE}]")
  int maxSteps;

  @Option(names = "--batch-size", paramLabel = "N", description = "texts a step [${DEFAULT-VALUE}]")
  int batchSize;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description = "peak learning rate [0.002; 0.00005 with --method full]")
  Optional<Double> learningRate = Optional.empty();

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "of the learning rate after the warm-up: linear, cosine or constant [${DEFAULT-VALUE}]")
  TrainingOptions.Schedule schedule;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      description = "decoupled, as in AdamW [${DEFAULT-VALUE}]")
  double weightDecay;

  @Option(
      names = "--warmup-ratio",
      paramLabel = "X",
      description = "part of the run in which the learning rate rises [${DEFAULT-VALUE}]")
  double warmupRatio;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "texts are cut at N tokens [${DEFAULT-VALUE}]")
  int maxLength;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "dropout of the encoder while training [${DEFAULT-VALUE}]")
  double dropout;

  @Option(
      names = "--max-grad-norm",
      paramLabel = "X",
      description = "scale gradients down to this global norm; 0: off [${DEFAULT-VALUE}]")
  double maxGradNorm;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "origin of all randomness [${DEFAULT-VALUE}]")
  long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads that compute [${DEFAULT-VALUE}]")
  int threads;

  @Option(names = "--no-shuffle", description = "visit the training data in the order of the file")
  boolean noShuffle;

  TrainingOptions options(Method method) {
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InputException("dropout: must be in [0, 1), got " + dropout);
    }
    double usual =
        method == Method.FULL ? FULL_LEARNING_RATE : TrainingOptions.defaults().learningRate();
    try {
      return new TrainingOptions(
          epochs,
          maxSteps,
          batchSize,
          learningRate.orElse(usual),
          schedule,
          warmupRatio,
          weightDecay,
          maxLength,
          maxGradNorm,
          seed,
          threads,
          !noShuffle,
          true);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage(), e);
    }
  }
}
