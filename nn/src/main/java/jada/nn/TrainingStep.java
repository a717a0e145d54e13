package jada.nn;

import jada.tensor.kernel.CounterHash;
import java.util.Optional;
import java.util.function.Supplier;

/// One step of training: while it is bound to the calling thread, dropout drops.
///
/// A forward pass inside [#call] is training, a forward pass outside is evaluation; no layer has a
/// mode to be switched. What is dropped is a pure function of the seed, the step, the layer and the
/// element's index, so that it repeats on any machine and any number of threads, and nothing is
/// stored for the backward pass.
///
///     Variable loss = new TrainingStep(seed, t).call(() -> crossEntropy(model.logits(batch), y));
///
/// @param seed of the run
/// @param step number of the forward pass in the run, from 0
public record TrainingStep(long seed, long step) {
  private static final ScopedValue<TrainingStep> CURRENT = ScopedValue.newInstance();

  /// The step bound to the calling thread, or nothing in evaluation.
  public static Optional<TrainingStep> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }

  /// Computes a forward pass as part of this step.
  public <T> T call(Supplier<T> forward) {
    return ScopedValue.where(CURRENT, this).call(forward::get);
  }

  /// The key of a layer's dropout mask in this step: independent streams for different seeds, steps
  /// and layers.
  ///
  /// @param layer a number of the layer's own, see [Dropout#layer]
  public long key(long layer) {
    return CounterHash.derive(CounterHash.derive(CounterHash.derive(0, seed), step), layer);
  }
}
