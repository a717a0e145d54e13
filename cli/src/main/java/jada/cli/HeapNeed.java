package jada.cli;

import jada.adalora.Method;
import jada.adalora.model.Models;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Checks before a model is loaded whether the heap can hold it. Only a heap that is certainly too
/// small is refused: batches and packed copies of the weights need more.
///
/// @param model as the user named it
/// @param parameters number of parameters in its file
record HeapNeed(String model, long parameters) {
  /// Bytes per parameter: the weights; for training all of them also gradients and two moments.
  private static final int BYTES = 4;

  private static final int BYTES_OF_FULL = 16;

  /// A comfortable heap as a multiple of the least one: packed copies of the weights, and the
  /// activations of a batch.
  private static final int COMFORT = 4;

  private static final long GIGABYTE = 1L << 30;

  /// The need of a model; empty where its files do not show it quickly.
  ///
  /// @throws InputException if its weights are damaged
  static Optional<HeapNeed> of(String nameOrFolder) {
    Optional<Models.KnownModel> known = Models.find(nameOrFolder);
    if (known.isPresent()) {
      return Optional.of(new HeapNeed(nameOrFolder, known.get().parameters()));
    }
    return HuggingFaceFolder.parameters(Path.of(nameOrFolder)).stream()
        .mapToObj(parameters -> new HeapNeed(nameOrFolder, parameters))
        .findFirst();
  }

  /// Refuses a heap that is too small.
  ///
  /// @param available bytes that the heap may grow to
  /// @throws InputException with the number needed and the flag that gives it
  void require(long available, Method method) {
    long least = parameters * (method.trainsEncoder() ? BYTES_OF_FULL : BYTES);
    if (least > available) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "--model %s: has %,d parameters, which need %s of heap at the very least, but Java"
                  + " may use %s; start it with JADA_OPTS=-Xmx%dg",
              model,
              parameters,
              Figures.bytes(least),
              Figures.bytes(available),
              Math.ceilDiv(COMFORT * least, GIGABYTE)));
    }
  }
}
