package jada.autograd.draw;

import jada.autograd.Edge;
import jada.autograd.Node;
import jada.autograd.Parameter;
import jada.autograd.Source;
import jada.autograd.Variable;
import jada.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The vertices and arrows of a drawing. Vertices are numbered in the order in which a walk from
/// the root, number 0, reaches them; each other one is reached through the arrow to its first user.
///
/// @param vertices operations and parameters once each, frozen inputs once for each use
/// @param arrows from each input to the operation that uses it
record Picture(List<Vertex> vertices, List<Arrow> arrows) {
  /// The kind of a vertex.
  enum Kind {
    OPERATION,
    PARAMETER,
    FROZEN
  }

  /// A box of the drawing.
  ///
  /// @param depth greater than the depth of every vertex that this one depends on
  record Vertex(Kind kind, String name, Shape shape, int depth) {
    static Vertex of(Optional<Source> source, Shape shape) {
      return switch (source.orElse(null)) {
        case null -> new Vertex(Kind.FROZEN, "frozen", shape, 0);
        case Parameter parameter -> new Vertex(Kind.PARAMETER, parameter.name(), shape, 0);
        case Node node -> new Vertex(Kind.OPERATION, node.op(), shape, node.depth());
      };
    }

    @Override
    public String toString() {
      return name + " " + shape;
    }
  }

  /// An arrow in the direction of data flow, from an input to the operation that uses it.
  record Arrow(int from, int to) {}

  /// A source that was reached, and the number of the operation that uses it, or -1 for the root.
  private record Met(Optional<Source> source, Shape shape, int user) {}

  static Picture of(Variable root) {
    List<Vertex> vertices = new ArrayList<>();
    List<Arrow> arrows = new ArrayList<>();
    Map<Source, Integer> numbers = new IdentityHashMap<>();
    Deque<Met> waiting = new ArrayDeque<>();
    waiting.push(new Met(Source.of(root), root.shape(), -1));
    while (!waiting.isEmpty()) {
      Met met = waiting.pop();
      Integer known = met.source.map(numbers::get).orElse(null);
      int number = known == null ? vertices.size() : known;
      if (known == null) {
        vertices.add(Vertex.of(met.source, met.shape));
        met.source.ifPresent(source -> numbers.put(source, number));
        if (met.source.orElse(null) instanceof Node node) {
          for (Edge edge : node.edges().orElse(List.of()).reversed()) {
            waiting.push(new Met(edge.source(), edge.shape(), number));
          }
        }
      }
      if (met.user >= 0) {
        arrows.add(new Arrow(number, met.user));
      }
    }
    return new Picture(vertices, arrows);
  }
}
