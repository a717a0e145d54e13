package jada.autograd.draw;

import jada.autograd.Node;
import jada.autograd.Source;
import jada.autograd.Variable;
import jada.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Pictures of what [jada.autograd.Gradients] would walk: operations, shapes, parameters by name,
/// and the frozen inputs at which the walk ends.
public final class Graph {
  private Graph() {}

  /// The graph below a variable as indented text: one line for each operation, followed by its inputs.
  ///
  ///     crossEntropy ()
  ///       linear (2, 3)
  ///         tanh (2, 4)
  ///           parameter h (2, 4)
  ///         parameter w (3, 4)
  ///         frozen (3)
  ///
  /// An operation that is used more than once is shown in full once and given a number, as in `tanh
  /// (2, 4) [1]`; after that it is `tanh (2, 4) [1], above`.
  public static String text(Variable root) {
    Map<Node, Integer> uses = uses(root);
    Map<Node, Integer> numbers = new IdentityHashMap<>();
    StringBuilder text = new StringBuilder();
    Deque<Item> items = new ArrayDeque<>(List.of(Item.of(root)));
    while (!items.isEmpty()) {
      Item item = items.pop();
      text.append("  ".repeat(item.depth)).append(item);
      if (item.source.orElse(null) instanceof Node node) {
        boolean shown = numbers.containsKey(node);
        if (uses.get(node) > 1) {
          text.append(" [").append(numbers.computeIfAbsent(node, _ -> numbers.size() + 1));
          text.append(shown ? "], above" : "]");
        }
        if (!shown) {
          text.append(node.edges().isPresent() ? "" : ", released");
          item.inputs(node).reversed().forEach(items::push);
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  /// The graph below a variable in Graphviz's DOT language, data flowing upwards: operations as
  /// boxes, parameters as ellipses, frozen inputs dashed. To see it: `dot -Tsvg graph.dot`.
  public static String dot(Variable root) {
    Picture picture = Picture.of(root);
    StringBuilder text =
        new StringBuilder("digraph autograd {\n  rankdir=BT\n  node [shape=box]\n");
    text.append(declaration(0, picture.vertices().getFirst()));
    int declared = 1;
    for (Picture.Arrow arrow : picture.arrows()) {
      if (arrow.from() == declared) {
        text.append(declaration(declared, picture.vertices().get(declared)));
        declared++;
      }
      text.append("  n").append(arrow.from()).append(" -> n").append(arrow.to()).append('\n');
    }
    return text.append("}\n").toString();
  }

  /// The graph below a variable as an SVG drawing, data flowing upwards: operations as boxes,
  /// parameters rounded and blue, frozen inputs dashed. One `<svg>` element that needs nothing
  /// else: to be put into a page, where it takes the colour of the text around it, or kept as a
  /// file.
  ///
  /// Every input is drawn in a layer below all its users. Meant for small graphs, one layer or one
  /// loss; a whole model becomes a very long drawing.
  public static String svg(Variable root) {
    return GraphSvg.of(Picture.of(root));
  }

  private static String declaration(int number, Picture.Vertex vertex) {
    return "  n"
        + number
        + " [label=\""
        + quoted(vertex.name())
        + "\\n"
        + vertex.shape()
        + "\""
        + switch (vertex.kind()) {
          case FROZEN -> ", style=dashed";
          case PARAMETER -> ", shape=ellipse";
          case OPERATION -> "";
        }
        + "]\n";
  }

  private static String quoted(String name) {
    return name.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static Map<Node, Integer> uses(Variable root) {
    Map<Node, Integer> uses = new IdentityHashMap<>();
    Deque<Item> items = new ArrayDeque<>(List.of(Item.of(root)));
    while (!items.isEmpty()) {
      Item item = items.pop();
      if (item.source.orElse(null) instanceof Node node && uses.merge(node, 1, Integer::sum) == 1) {
        item.inputs(node).forEach(items::push);
      }
    }
    return uses;
  }

  /// A line of the text: the source, empty if frozen, and its depth below the root.
  private record Item(Optional<Source> source, Shape shape, int depth) {
    static Item of(Variable root) {
      return new Item(Source.of(root), root.shape(), 0);
    }

    List<Item> inputs(Node node) {
      return node.edges().orElse(List.of()).stream()
          .map(edge -> new Item(edge.source(), edge.shape(), depth + 1))
          .toList();
    }

    @Override
    public String toString() {
      return source.map(Object::toString).orElse("frozen " + shape);
    }
  }
}
