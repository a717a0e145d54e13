package jada.cli;

import jada.adalora.Method;
import jada.adalora.model.Models;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Whether the heap can hold a model, known before it is loaded. Only what certainly cannot work is
/// refused: batches and packed copies of the weights come on top.
///
/// @param model as it was asked for
/// @param parameters numbers in its file
record HeapNeed(String model, long parameters) {
  /// Weights alone; for training everything, gradients and two moments beside them.
  private static final int BYTES = 4;

  private static final int BYTES_OF_FULL = 16;

  /// What a run is comfortable with, in times of the least: copies of the weights in the order in
  /// which products read them, and the values of a batch.
  private static final int COMFORT = 4;

  private static final long GIGABYTE = 1L << 30;

  /// What a model needs; empty where its files do not tell at a glance.
  ///
  /// @throws InputException if its weights are damaged
  static Optional<HeapNeed> of(String nameOrFolder) {
    Optional<Models.KnownModel> known = Models.find(nameOrFolder);
    if (known.isPresent()) {
      return Optional.of(new HeapNeed(nameOrFolder, known.get().parameters()));
    }
    Path weights = Path.of(nameOrFolder).resolve("model.safetensors");
    if (!Files.isRegularFile(weights)) {
      return Optional.empty();
    }
    Safetensors file = Safetensors.open(weights);
    double numbers = 0;
    for (String name : file.names()) {
      numbers += file.sizes(name).stream().mapToDouble(size -> size).reduce(1, (a, b) -> a * b);
    }
    return Optional.of(new HeapNeed(nameOrFolder, (long) numbers));
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
