package jada.autograd;

import java.util.Optional;

/// The target of an edge: a parameter, or the operation that computed a result. It is not the
/// result itself, so the graph keeps alive only the values that some derivative reads.
public sealed interface Source permits Parameter, Node {
  /// Where the gradient of `variable` is added; empty if it is frozen.
  static Optional<Source> of(Variable variable) {
    return switch (variable) {
      case Constant _ -> Optional.empty();
      case Parameter parameter -> Optional.of(parameter);
      case Result result -> result.differentiable() ? Optional.of(result.node()) : Optional.empty();
    };
  }
}
