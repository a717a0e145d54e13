package jada.nn;

import jada.tensor.kernel.CounterHash;
import java.util.Optional;
import java.util.function.Supplier;

/// One step of training: while it is bound to the calling thread, dropout is active.
///
/// A forward pass inside [#call] is training, one outside is evaluation; layers have no train or
/// eval mode. A mask is a pure function of seed, step, layer and index of the element. So it is the
/// same on every machine and for any number of threads, and the backward pass needs no stored mask.
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
