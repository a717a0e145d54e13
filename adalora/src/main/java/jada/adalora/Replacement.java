package jada.adalora;

import jada.autograd.Parameter;
import jada.tensor.Tensor;
import java.util.function.UnaryOperator;

/// A parameter that has lost the rows or columns of dropped triplets, or has other coordinates.
///
/// @param old the parameter before
/// @param now the parameter in its place; after a change of coordinates the same one, with its
///   value already changed
/// @param change how the value was changed; applies to copies of it too
/// @param ofGradient how a gradient changes, and a mean of gradients: the optimizer's first moment
/// @param ofSquare how a mean of squared gradients changes: the optimizer's second moment
public record Replacement(
    Parameter old,
    Parameter now,
    UnaryOperator<Tensor> change,
    UnaryOperator<Tensor> ofGradient,
    UnaryOperator<Tensor> ofSquare) {

  /// A replacement that removes the same rows or columns everywhere.
  Replacement(Parameter old, Parameter now, UnaryOperator<Tensor> change) {
    this(old, now, change, change, change);
  }
}
