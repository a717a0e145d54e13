package jada.autograd;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// One input of an operation and its vector-Jacobian product: the function that turns the gradient
/// of the output, ∂L/∂y, into that of the input, ∂L/∂x = Jᵀ·∂L/∂y with J = ∂y/∂x.
///
/// A vjp is pure. It may return the very tensor it was given; it must not write into it.
public final class Edge {
  private final Shape shape;
  private final Optional<Source> source;
  private final Function<Visit, Tensor> vjp;

  private Edge(Variable input, Function<Visit, Tensor> vjp) {
    this.shape = input.shape();
    this.source =
        switch (input) {
          case Constant _ -> Optional.empty();
          case Parameter parameter -> Optional.of(parameter);
          case Result result ->
              result.differentiable() ? Optional.of(result.node()) : Optional.empty();
        };
    this.vjp = vjp;
  }

  /// An edge to `input` with its vjp.
  public static Edge edge(Variable input, UnaryOperator<Tensor> vjp) {
    return new Edge(input, visit -> vjp.apply(visit.gradient()));
  }

  /// An edge to `input` whose vjp takes the gradient of the output and the work that it shares with
  /// the operation's other edges.
  public static <S> Edge edge(Variable input, Shared<S> shared, BiFunction<Tensor, S, Tensor> vjp) {
    return new Edge(input, visit -> vjp.apply(visit.gradient(), visit.of(shared)));
  }

  boolean live() {
    return source.isPresent();
  }

  /// The sizes of the input.
  Shape shape() {
    return shape;
  }

  Source source() {
    return source.orElseThrow();
  }

  Tensor pull(Visit visit) {
    return vjp.apply(visit);
  }
}
