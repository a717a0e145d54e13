package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;
import jada.tensor.kernel.CounterHash;

/// Inverted dropout: inside a [TrainingStep] each element becomes 0 with probability p, else x / (1
/// − p); outside it the identity. Srivastava et al. 2014.
///
/// @param layer number of this layer, which makes its masks differ from those of all others
/// @param probability p, at least 0 and below 1
public record Dropout(long layer, float probability) implements Layer {
  /// @throws IllegalArgumentException if the probability lies outside [0, 1)
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "dropout: the probability must be at least 0 and below 1, got " + probability);
    }
  }

  /// Dropout whose layer number is a 64-bit hash of a name, so that layers need not be counted. Two
  /// layers of one model must not share a name.
  public static Dropout of(String name, float probability) {
    long layer = 0;
    for (int i = 0; i < name.length(); i++) {
      layer = CounterHash.derive(layer, name.charAt(i));
    }
    return new Dropout(layer, probability);
  }

  @Override
  public Variable forward(Variable x) {
    return Fused.dropout(x, key(), current()); // x itself outside of training
  }

  /// Whether elements are dropped now: inside a training step if p > 0.
  public boolean active() {
    return current() > 0;
  }

  /// The probability now: p inside a training step, else 0. For fused operations with dropout,
  /// together with [#key].
  float current() {
    return TrainingStep.current().isPresent() ? probability : 0;
  }

  /// The key of the mask in this training step; 0 outside.
  long key() {
    return TrainingStep.current().map(step -> step.key(layer)).orElse(0L);
  }
}
