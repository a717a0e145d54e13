package jada.autograd;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// One input of an operation and its vector-Jacobian product: the function that turns the gradient
/// of the output, G = ∂L/∂y, into that of the input, ∂L/∂x = Jᵀ·G with J = ∂y/∂x.
///
/// A vjp is pure: it does not write into G, and equal G give equal results. It may return G itself.
public final class Edge {
  private final Shape shape;
  private final Optional<Live> live;

  private record Live(Source source, Function<Visit, Tensor> vjp) {}

  private Edge(Variable input, Function<Visit, Tensor> vjp) {
    this.shape = input.shape();
    // A frozen input keeps its shape, for drawings, and drops the vjp with all it refers to.
    this.live = Source.of(input).map(source -> new Live(source, vjp));
  }

  /// An edge to `input` with its vjp.
  public static Edge edge(Variable input, UnaryOperator<Tensor> vjp) {
    return new Edge(input, visit -> vjp.apply(visit.gradient()));
  }

  /// An edge to `input` whose vjp takes G and work that it shares with other edges of the same
  /// operation.
  public static <S> Edge edge(Variable input, Shared<S> shared, BiFunction<Tensor, S, Tensor> vjp) {
    return new Edge(input, visit -> vjp.apply(visit.gradient(), visit.of(shared)));
  }

  /// The shape of the input.
  public Shape shape() {
    return shape;
  }

  /// The parameter or operation that the edge leads to; empty if the input is frozen.
  public Optional<Source> source() {
    return live.map(Live::source);
  }

  /// The gradient of the input of a live edge.
  Tensor pull(Visit visit) {
    return live.orElseThrow().vjp.apply(visit);
  }
}
