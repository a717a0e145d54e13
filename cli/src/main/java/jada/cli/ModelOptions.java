package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.model.Task;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Options for the base model of `finetune`.
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      defaultValue = Models.DEFAULT,
      description = "a name that jada models lists, or a Hugging Face folder [${DEFAULT-VALUE}]")
  private String model;

  @Option(
      names = "--init-adapter",
      paramLabel = "DIR",
      description = "start from the values of this adapter")
  private Optional<Path> initAdapter = Optional.empty();

  /// Refuses a heap that cannot hold the base model, before anything is loaded.
  ///
  /// @param available bytes that the heap may grow to
  /// @throws InputException with the number needed and the flag that gives it
  void requireHeap(long available, Method method) {
    HeapNeed.of(model).ifPresent(need -> need.require(available, method));
  }

  /// The base model.
  ///
  /// @param dropout of hidden states and attention weights while training; empty for what the
  ///   model's configuration says
  PretrainedModel load(Console console, Optional<Float> dropout) {
    PretrainedModel base = BaseModels.load(model, console);
    return new PretrainedModel(
        model, // as it was asked for, so that the adapter's folder says how to find it
        dropout.map(p -> base.config().withDropout(p, p)).orElse(base.config()),
        base.tokenizer(),
        base.weights(),
        base.checksum(),
        base.source(),
        base.labels(),
        base.problemType(),
        base.embedding());
  }

  /// The base model prepared for training.
  ///
  /// @throws InputException if no module matches the target modules, or the initial adapter does
  ///   not fit
  AdaptedModel adapt(PretrainedModel base, Task task, AdaLoraConfig config, long seed) {
    try {
      AdaptedModel adapted = AdaLora.adapt(base, task, config, seed);
      initAdapter.ifPresent(
          folder -> InitialValues.copy(new SavedAdapter(folder).on(base), adapted));
      return adapted;
    } catch (InputException e) {
      throw new InputException(
          e.getMessage().replaceFirst("^target modules: ", "--target-modules: "), e);
    }
  }
}
