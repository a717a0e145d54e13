package jada.autograd;

import jada.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// An operation in the graph: what the backward pass needs of a [Result], without its value.
///
/// Read-only for callers outside this package. [Gradients] walks nodes, and `jada.autograd.draw`
/// draws them.
public final class Node implements Source {
  private final String op;
  private final Shape shape;
  private final boolean differentiable;
  private final int depth;
  private Optional<List<Edge>> edges;

  Node(String op, Shape shape, Edge... edges) {
    this.op = op;
    this.shape = shape;
    this.edges = Optional.of(List.of(edges));
    boolean live = false;
    int deepest = 0;
    for (Edge edge : edges) {
      if (edge.source().isPresent()) {
        live = true;
        deepest = Math.max(deepest, edge.source().get() instanceof Node node ? node.depth : 0);
      }
    }
    this.differentiable = live;
    this.depth = deepest + 1;
  }

  /// The name of the operation.
  public String op() {
    return op;
  }

  /// The shape of the operation's output.
  public Shape shape() {
    return shape;
  }

  /// Whether at least one input is trained or depends on a parameter.
  boolean differentiable() {
    return differentiable;
  }

  /// The number of operations on the longest path down to a leaf. It is greater than the depth of
  /// every operation this one depends on.
  public int depth() {
    return depth;
  }

  /// One edge for each input, in the operation's order; empty once a backward pass has released the
  /// node.
  public Optional<List<Edge>> edges() {
    return edges;
  }

  /// Drops the edges, and with them everything their derivatives saved.
  void release() {
    edges = Optional.empty();
  }

  @Override
  public String toString() {
    return op + " " + shape;
  }
}
