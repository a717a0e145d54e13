package jada.autograd;

import jada.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// An operation in the graph: what the backward walk needs of a [Result], without its value.
final class Node implements Source {
  private final String op;
  private final Shape shape;
  private final List<Shape> frozen = new ArrayList<>(0);
  private final int depth;
  private List<Edge> edges;
  private boolean walked;

  Node(String op, Shape shape, Edge... inputs) {
    this.op = op;
    this.shape = shape;
    List<Edge> live = new ArrayList<>(inputs.length);
    int deepest = 0;
    for (Edge input : inputs) {
      if (!input.live()) {
        frozen.add(input.shape());
        continue;
      }
      live.add(input);
      if (input.source() instanceof Node node) {
        deepest = Math.max(deepest, node.depth);
      }
    }
    this.edges = List.copyOf(live);
    this.depth = deepest + 1;
  }

  String op() {
    return op;
  }

  Shape shape() {
    return shape;
  }

  /// The edges to differentiable inputs, in the operation's order.
  List<Edge> edges() {
    return edges;
  }

  /// The shapes of the inputs that no edge leads to.
  List<Shape> frozen() {
    return frozen;
  }

  /// The number of operations on the longest path down to a leaf: greater than that of every
  /// operation this one depends on.
  int depth() {
    return depth;
  }

  boolean walked() {
    return walked;
  }

  /// Lets go of the edges and with them of everything that their derivatives had saved.
  void release() {
    walked = !edges.isEmpty();
    edges = List.of();
  }

  @Override
  public String toString() {
    return op + " " + shape;
  }
}
