package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// A part of a computation that keeps nothing between the passes: forward, only its value is kept,
/// and when its gradient is known the part is computed a second time, now for its derivatives (Chen
/// et al. 2016, "Training deep nets with sublinear memory cost"). It costs one more forward pass
/// and saves the memory of all that the derivatives read.
///
/// With the gradient G of the part's value y = f(θ), the vector-Jacobian product Jᵀ·G is the
/// gradient of a scalar, ⟨y, G⟩, since G is a constant:
///
///     dθ = ∂⟨f(θ), G⟩/∂θ
///
/// A loss over many texts whose embeddings are computed in parts, each recomputed, is the gradient
/// cache of Gao et al. 2021 ("Scaling deep contrastive learning batch size under memory limited
/// setup"): the batch is as large as the loss wants, the memory that of one part.
public final class Recomputed {
  private Recomputed() {}

  /// The value of a part of the network.
  ///
  /// @param part a pure function of parameters: every call must give the same bits. What it reads
  ///   besides, such as the step that determines the masks of dropout, it must bring along. It must
  ///   not read results of other computations that depend on parameters: the gradients of the part
  ///   would release their graph, too
  /// @param memory where the tensors of the part lie while it is computed, and nothing is kept
  public static Variable of(Supplier<Variable> part, Workspace memory) {
    List<Parameter> parameters = new ArrayList<>();
    Tensor value =
        memory.call(
            () -> {
              Variable y = part.get();
              parameters.addAll(parametersBelow(y));
              return Workspace.outside(() -> y.value().copy());
            });
    Shared<Gradients> second = g -> again(part, memory, g);
    Edge[] edges =
        parameters.stream()
            .map(parameter -> edge(parameter, second, (_, d) -> d.of(parameter)))
            .toArray(Edge[]::new);
    return Result.of("recomputed", value, edges);
  }

  private static Gradients again(Supplier<Variable> part, Workspace memory, Tensor g) {
    return memory.call(
        () -> {
          Variable along = Ops.sum(Ops.multiply(part.get(), Constant.of(g)));
          Gradients gradients = Gradients.of(along);
          return Workspace.outside(() -> gradients.scale(1)); // copies outlive the part's memory
        });
  }

  /// The parameters that a result depends on, in the order in which a walk down reaches them.
  private static List<Parameter> parametersBelow(Variable y) {
    Map<Source, Boolean> seen = new IdentityHashMap<>();
    List<Parameter> found = new ArrayList<>();
    Deque<Source> left = new ArrayDeque<>();
    Source.of(y).ifPresent(left::add);
    while (!left.isEmpty()) {
      Source source = left.remove();
      if (seen.put(source, true) != null) {
        continue;
      }
      switch (source) {
        case Parameter parameter -> found.add(parameter);
        case Node node ->
            node.edges().orElseThrow().forEach(edge -> edge.source().ifPresent(left::add));
      }
    }
    return found;
  }
}
