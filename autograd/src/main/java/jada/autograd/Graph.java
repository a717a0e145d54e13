package jada.autograd;

import jada.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Pictures of what [Gradients] would walk: operations, shapes, parameters by name, and the frozen
/// inputs at which the walk ends.
public final class Graph {
  private Graph() {}

  /// The graph below a variable as indented text, one line for each operation and its inputs below
  /// it.
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
          text.append(node.edges().isPresent() ? "" : ", let go");
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
    Map<Source, Integer> numbers = new IdentityHashMap<>();
    StringBuilder text =
        new StringBuilder("digraph autograd {\n  rankdir=BT\n  node [shape=box]\n");
    int count = 0;
    Deque<Item> items = new ArrayDeque<>(List.of(Item.of(root)));
    while (!items.isEmpty()) {
      Item item = items.pop();
      Optional<Integer> known = item.source.map(numbers::get);
      int number = known.isPresent() ? known.get() : count++;
      if (known.isEmpty()) {
        text.append(declaration(number, item));
        item.source.ifPresent(source -> numbers.put(source, number));
        if (item.source.orElse(null) instanceof Node node) {
          item.inputs(node).reversed().forEach(input -> items.push(input.usedBy(number)));
        }
      }
      if (item.user >= 0) {
        text.append("  n").append(number).append(" -> n").append(item.user).append('\n');
      }
    }
    return text.append("}\n").toString();
  }

  private static String declaration(int number, Item item) {
    String shape = "\\n" + item.shape + "\"";
    return "  n"
        + number
        + " [label=\""
        + switch (item.source.orElse(null)) {
          case null -> "frozen" + shape + ", style=dashed";
          case Parameter parameter -> quoted(parameter.name()) + shape + ", shape=ellipse";
          case Node node -> quoted(node.op()) + shape;
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

  /// Something to be drawn: where it comes from if it is not frozen, how deep below the root, and
  /// the number of the operation that uses it, or -1.
  private record Item(Optional<Source> source, Shape shape, int depth, int user) {
    static Item of(Variable root) {
      return new Item(Source.of(root), root.shape(), 0, -1);
    }

    List<Item> inputs(Node node) {
      return node.edges().orElse(List.of()).stream()
          .map(edge -> new Item(edge.source(), edge.shape(), depth + 1, -1))
          .toList();
    }

    Item usedBy(int number) {
      return new Item(source, shape, depth, number);
    }

    @Override
    public String toString() {
      return source.map(Object::toString).orElse("frozen " + shape);
    }
  }
}
