package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.peft.PeftFolder;
import jada.adalora.training.TrainingOptions;
import jada.nn.files.InputException;
import jada.tensor.Workers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/// Options that choose a saved adapter, its base model and the number of threads.
final class AdapterOptions {
  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "folder written by finetune or by PEFT")
  private Optional<Path> folder = Optional.empty();

  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      description = "base model [the one that the adapter names]")
  private Optional<String> model = Optional.empty();

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

  /// Whether it is an adapter for sentence embeddings, which has other data than a classifier.
  boolean embeds() {
    return folder.isPresent() && PeftFolder.embeds(saved().folder());
  }

  /// The adapter on its base model.
  AdaptedModel load(Console console) {
    return saved().load(model, console);
  }

  private SavedAdapter saved() {
    return new SavedAdapter(
        folder.orElseThrow(
            () -> new InputException("adapter: is needed; name the folder that finetune wrote")));
  }

  /// Tokens at which texts are cut before they reach the model.
  int maxLength(AdaptedModel adapted) {
    return maxLength
        .or(() -> adapted.textLength().isPresent() ? Optional.empty() : saved().maxLength())
        .map(tokens -> MaxLength.of(Optional.of(tokens), adapted.base()))
        .orElseGet(adapted::maxLength);
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
