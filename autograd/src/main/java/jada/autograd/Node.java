package jada.autograd;

import jada.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// An operation in the graph: what the backward walk needs of a [Result], without its value.
final class Node implements Source {
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

  String op() {
    return op;
  }

  /// Whether an edge is live.
  boolean differentiable() {
    return differentiable;
  }

  /// The number of operations on the longest path down to a leaf: greater than that of every
  /// operation this one depends on.
  int depth() {
    return depth;
  }

  /// One edge for each input, in the operation's order; empty after [#release].
  Optional<List<Edge>> edges() {
    return edges;
  }

  /// Lets go of the edges and with them of everything that their derivatives had saved.
  void release() {
    edges = Optional.empty();
  }

  @Override
  public String toString() {
    return op + " " + shape;
  }
}
