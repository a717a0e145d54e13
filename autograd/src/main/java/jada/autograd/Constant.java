package jada.autograd;

import jada.tensor.Tensor;

/// A value that is not trained: data, or a frozen weight. No edge ever leads to it, so no gradient
/// is computed for it or passes through it.
public final class Constant implements Variable {
  private final Tensor value;

  private Constant(Tensor value) {
    this.value = value;
  }

  /// A constant over the given tensor, which is not copied.
  public static Constant of(Tensor value) {
    return new Constant(value);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public boolean differentiable() {
    return false;
  }

  @Override
  public String toString() {
    return "constant " + shape();
  }
}
