package jada.autograd;

import jada.tensor.Shape;
import jada.tensor.Tensor;

/// A value in a computation, for which a derivative may be requested.
///
/// There are three kinds, and no flag turns one into another: a [Constant] is frozen, a [Parameter]
/// is trained, a [Result] was computed by an operation.
public sealed interface Variable permits Constant, Parameter, Result {
  /// The value, read-only.
  Tensor value();

  /// The shape of the value.
  default Shape shape() {
    return value().shape();
  }

  /// Whether a gradient can flow through this: true for a parameter and for a result that depends
  /// on one.
  boolean differentiable();
}
