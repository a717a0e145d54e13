package jada.autograd;

import jada.tensor.Shape;
import jada.tensor.Tensor;

/// A value in a computation whose derivative may be asked for.
///
/// There are three kinds, and no flag that turns one into another: a [Constant] is frozen, a
/// [Parameter] is trained, a [Result] was computed by an operation.
public sealed interface Variable permits Constant, Parameter, Result {
  /// The number or numbers, to be read only.
  Tensor value();

  /// The sizes of the value.
  default Shape shape() {
    return value().shape();
  }

  /// Whether a gradient can flow through this: true for a parameter and for a result that depends
  /// on one.
  boolean differentiable();
}
