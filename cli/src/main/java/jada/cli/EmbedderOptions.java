package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Embedder;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.Task;
import jada.adalora.training.TrainingOptions;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Workers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/// Options that choose a model of sentence embeddings: a saved adapter, or a base model as it is.
final class EmbedderOptions {
  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "folder written by finetune --task embedding [none: the base model as it is]")
  private Optional<Path> folder = Optional.empty();

  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      description = "base model [the one that the adapter names, else all-minilm-l6-v2]")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--dimensions",
      paramLabel = "N",
      description = "cut vectors to their first N numbers, for models trained with --matryoshka")
  private Optional<Integer> dimensions = Optional.empty();

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "texts are cut at N tokens [as in training, else 128]")
  private Optional<Integer> maxLength = Optional.empty();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads that compute [${DEFAULT-VALUE}]")
  private int threads;

  /// The embedder.
  ///
  /// @throws InputException if the adapter is one of another task
  Embedder load(Console console) {
    AdaptedModel loaded =
        folder
            .map(saved -> new SavedAdapter(saved).load(model, console))
            .orElseGet(() -> asItIs(BaseModels.load(model.orElse("all-minilm-l6-v2"), console)));
    if (!(loaded.task() instanceof EmbeddingTask)) {
      throw new InputException(
          "--adapter %s: its task is %s, which gives no vectors; use jada predict, or train with --task embedding"
              .formatted(folder.orElseThrow(), loaded.task().type().name()));
    }
    maxLength.ifPresent(
        tokens -> loaded.cutTextsAt(MaxLength.of(Optional.of(tokens), loaded.base())));
    Embedder embedder = Embedder.of(loaded);
    int most = embedder.dimensions();
    if (dimensions.isPresent() && (dimensions.get() < 1 || dimensions.get() > most)) {
      throw new InputException(
          "--dimensions %s: the model's vectors have %s numbers; give no more"
              .formatted(dimensions.get(), most));
    }
    return dimensions.map(embedder::withDimensions).orElse(embedder);
  }

  private static AdaptedModel asItIs(PretrainedModel base) {
    return new AdaptedModel(
        base,
        Task.embedding().on(base),
        AdaLoraConfig.defaults().withMethod(Method.HEAD),
        Map.of(),
        AdaptedModel.AdapterFactory.NONE);
  }

  /// Runs the work on the chosen number of threads.
  <T> T withWorkers(Supplier<T> computation) {
    if (threads < 1 || threads > TrainingOptions.MOST_THREADS) {
      throw new InputException(
          "threads: must be from 1 to %s, got %s".formatted(TrainingOptions.MOST_THREADS, threads));
    }
    try (Workers workers = Workers.of(threads)) {
      return workers.call(computation);
    }
  }
}
