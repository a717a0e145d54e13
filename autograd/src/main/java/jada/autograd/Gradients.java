package jada.autograd;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/// The derivatives of a scalar loss with respect to every parameter it depends on.
///
/// Reverse mode: each operation receives the complete G = ∂L/∂(its output) and passes Jᵀ·G to each
/// of its inputs; contributions to the same input are added. Operations are visited deepest first.
/// An operation is deeper than everything it depends on, so all its users are visited before it.
/// There is no recursion, and the graph alone determines the order and with it every bit of the
/// sums.
///
/// Immutable: there are no gradient fields to clear, and nothing accumulates between passes.
public final class Gradients {
  private final Map<Parameter, Tensor> gradients;

  private Gradients(Map<Parameter, Tensor> gradients) {
    this.gradients = Collections.unmodifiableMap(gradients);
  }

  /// The gradients of `loss`. Releases the graph on the way, so that an operation's saved values
  /// can be collected as soon as it has been visited. The graph cannot be differentiated again (see
  /// [#keepingGraph]); values stay readable.
  ///
  /// @throws IllegalArgumentException if the loss is not a scalar, shape `()`
  /// @throws IllegalStateException if the graph has been released before, or a derivative does not
  ///   have the shape of its input
  public static Gradients of(Variable loss) {
    return new Walk(true).from(loss);
  }

  /// The gradients of `loss` without releasing the graph: it may be differentiated again, whole or
  /// in part, as long as no parameter in it is updated.
  ///
  /// @throws IllegalArgumentException if the loss is not a scalar, shape `()`
  /// @throws IllegalStateException if the graph has been released before, or a derivative does not
  ///   have the shape of its input
  public static Gradients keepingGraph(Variable loss) {
    return new Walk(false).from(loss);
  }

  /// ∂L/∂parameter, of the parameter's shape, read-only; zeros if the loss does not depend on the
  /// parameter.
  public Tensor of(Parameter parameter) {
    Tensor gradient = gradients.get(parameter);
    return gradient == null ? Tensor.zeros(parameter.shape()) : gradient;
  }

  /// The parameters that the loss depends on, in the order in which the pass reached them.
  public Set<Parameter> parameters() {
    return gradients.keySet();
  }

  /// Gradients that were computed elsewhere, on another machine for example.
  ///
  /// @throws IllegalArgumentException if a gradient has not the shape of its parameter
  public static Gradients given(Map<Parameter, Tensor> gradients) {
    gradients.forEach(
        (parameter, gradient) -> {
          if (!gradient.shape().equals(parameter.shape())) {
            throw new IllegalArgumentException(
                "gradients: %s has shape %s, its gradient %s"
                    .formatted(parameter.name(), parameter.shape(), gradient.shape()));
          }
        });
    return new Gradients(new LinkedHashMap<>(gradients));
  }

  /// The gradients of the sum of two losses.
  public Gradients plus(Gradients other) {
    Map<Parameter, Tensor> sums = new LinkedHashMap<>(gradients);
    other.gradients.forEach((parameter, gradient) -> sums.merge(parameter, gradient, Tensor::add));
    return new Gradients(sums);
  }

  /// All gradients multiplied by `factor`, for clipping.
  public Gradients scale(float factor) {
    Map<Parameter, Tensor> scaled = new LinkedHashMap<>();
    gradients.forEach((parameter, gradient) -> scaled.put(parameter, gradient.scale(factor)));
    return new Gradients(scaled);
  }

  /// An operation that waits for its visit: the deepest first; among equals, the first one reached.
  private record Waiting(Node node, int arrival) implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      return node.depth() == other.node.depth()
          ? Integer.compare(arrival, other.arrival)
          : Integer.compare(other.node.depth(), node.depth());
    }
  }

  private static final class Walk {
    private final boolean release;
    private final Map<Source, Tensor> sums = new IdentityHashMap<>();
    private final SharedSums arrays = new SharedSums();
    private final List<Parameter> parameters = new ArrayList<>();
    private final PriorityQueue<Waiting> queue = new PriorityQueue<>();
    private int arrivals;

    Walk(boolean release) {
      this.release = release;
    }

    Gradients from(Variable loss) {
      if (!loss.shape().equals(Shape.of())) {
        throw new IllegalArgumentException(
            "gradients: the loss must be a scalar (), got "
                + loss
                + "; reduce it with Ops.sum or Ops.mean");
      }
      Source.of(loss).ifPresent(source -> arrive(source, Tensor.scalar(1))); // ∂L/∂L
      while (!queue.isEmpty()) {
        visit(queue.remove().node);
      }
      Map<Parameter, Tensor> gradients = new LinkedHashMap<>();
      parameters.forEach(parameter -> gradients.put(parameter, sums.get(parameter)));
      return new Gradients(gradients);
    }

    private void visit(Node node) {
      Tensor gradient = sums.remove(node);
      Visit visit = new Visit(gradient);
      for (Edge edge : node.edges().orElseThrow(() -> released(node))) {
        edge.source()
            .ifPresent(
                source -> {
                  Tensor pulled = checked(node, edge, source, edge.pull(visit));
                  NonFinite.see(node, source, pulled);
                  arrive(source, pulled);
                });
      }
      if (release) {
        node.release();
      }
      arrays.drop(gradient);
      Profile.lap(Profile.Phase.BACKWARD, node.op(), gradient.size());
    }

    private void arrive(Source source, Tensor contribution) {
      Tensor sum = sums.get(source);
      if (sum != null) {
        sums.put(source, arrays.add(sum, contribution));
        return;
      }
      sums.put(source, contribution);
      arrays.hold(contribution);
      switch (source) {
        case Node node -> queue.add(new Waiting(node, arrivals++));
        case Parameter parameter -> parameters.add(parameter);
      }
    }

    private static Tensor checked(Node node, Edge edge, Source source, Tensor gradient) {
      if (!gradient.shape().equals(edge.shape())) {
        throw new IllegalStateException(
            "gradients: the derivative of "
                + node.op()
                + " for its input "
                + source
                + " has shape "
                + gradient.shape()
                + "; it must have the shape of the input, "
                + edge.shape());
      }
      return gradient;
    }

    private static IllegalStateException released(Node node) {
      return new IllegalStateException(
          "gradients: the graph below "
              + node
              + " was released by an earlier backward pass; compute it anew, or make the earlier"
              + " pass with Gradients.keepingGraph");
    }
  }
}
