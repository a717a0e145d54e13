package jada.autograd;

import java.util.Optional;

/// What an edge leads to: a parameter, or the operation that computed a result. Deliberately not
/// the result itself: the graph then keeps alive only the values that some derivative reads.
sealed interface Source permits Parameter, Node {
  /// Where the gradient of `variable` goes; nowhere if it is frozen.
  static Optional<Source> of(Variable variable) {
    return switch (variable) {
      case Constant _ -> Optional.empty();
      case Parameter parameter -> Optional.of(parameter);
      case Result result -> result.differentiable() ? Optional.of(result.node()) : Optional.empty();
    };
  }
}
