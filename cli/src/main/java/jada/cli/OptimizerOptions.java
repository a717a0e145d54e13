package jada.cli;

import jada.adalora.model.ClassWeights;
import jada.adalora.training.TrainingOptions;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/// Options of the optimizer and the schedule.
final class OptimizerOptions {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "passes over the training data [${DEFAULT-VALUE}]")
  private int epochs;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      description = "stop after N steps; 0: no bound [${DEFAULT-VALUE}]")
  private int maxSteps;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "texts that pass through the network together [${DEFAULT-VALUE}]")
  private int batchSize;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description =
          "batches whose gradients make a step: the numbers of one N times as large in the memory"
              + " of one; dropout falls on each anew [${DEFAULT-VALUE}]")
  private int accumulate;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description =
          "peak learning rate [0.0014; 0.002 with --gauge none and with other methods, 0.00005 with"
              + " --method full]")
  private Optional<Double> learningRate = Optional.empty();

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "of the learning rate after the warm-up: linear, cosine or constant [${DEFAULT-VALUE}]")
  private TrainingOptions.Schedule schedule;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      description = "decoupled, as in AdamW [${DEFAULT-VALUE}]")
  private double weightDecay;

  @Option(
      names = "--warmup-ratio",
      paramLabel = "X",
      description = "part of the run in which the learning rate rises [${DEFAULT-VALUE}]")
  private double warmupRatio;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "texts are cut at N tokens [128, or what the model can take]")
  private Optional<Integer> maxLength = Optional.empty();

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description =
          "dropout of the encoder while training [what the model's configuration says, usually"
              + " 0.1]")
  private Optional<Float> dropout = Optional.empty();

  @Option(
      names = "--max-grad-norm",
      paramLabel = "X",
      description = "scale gradients down to this global norm; 0: off [${DEFAULT-VALUE}]")
  private double maxGradNorm;

  @Option(
      names = "--class-weights",
      paramLabel = "HOW",
      description =
          "in the loss of training: none, or balanced: each text counts n / (classes · texts of its"
              + " class) [${DEFAULT-VALUE}]")
  private ClassWeights classWeights;

  @Option(
      names = "--label-smoothing",
      paramLabel = "X",
      description =
          "part of each label that is spread over all classes in the loss of training"
              + " [${DEFAULT-VALUE}]")
  private double labelSmoothing;

  @Option(
      names = "--eval-every",
      paramLabel = "N",
      description = "score dev every N steps; 0: after every epoch [${DEFAULT-VALUE}]")
  private int evalEvery;

  @Option(
      names = "--keep",
      paramLabel = "WHICH",
      description =
          "state that is saved: the last, or the best by dev's score; with adalora the best of"
              + " those whose ranks are final [${DEFAULT-VALUE}]")
  private TrainingOptions.Keep keep;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "end when N scores on dev in a row are not better than the best before; with adalora once"
              + " ranks are final; 0: never [${DEFAULT-VALUE}]")
  private int patience;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "origin of all randomness [${DEFAULT-VALUE}]")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads that compute [${DEFAULT-VALUE}]")
  private int threads;

  @Option(names = "--no-shuffle", description = "visit the training data in the order of the file")
  private boolean noShuffle;

  /// The length at which texts are cut for this model.
  int maxLength(PretrainedModel model) {
    return MaxLength.of(maxLength, model);
  }

  /// Dropout of the encoder in training, if given.
  Optional<Float> dropout() {
    if (dropout.isPresent() && !(dropout.get() >= 0 && dropout.get() < 1)) {
      throw new InputException("dropout: must be in [0, 1), got " + dropout.get());
    }
    return dropout;
  }

  /// The options as far as they can be checked without the model.
  TrainingOptions options() {
    try {
      return new TrainingOptions(
          epochs,
          maxSteps,
          batchSize,
          learningRate.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
          schedule,
          warmupRatio,
          weightDecay,
          maxLength.orElse(TrainingOptions.defaults().maxLength()),
          maxGradNorm,
          seed,
          threads,
          !noShuffle,
          true,
          evalEvery,
          keep,
          patience,
          accumulate,
          classWeights,
          labelSmoothing);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage(), e);
    }
  }
}
