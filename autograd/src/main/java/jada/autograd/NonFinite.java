package jada.autograd;

import jada.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Finds the operation that produced the first infinite or NaN value, for the error message after a
/// loss or a gradient turned out not to be finite.
///
/// The computation is repeated, and every value and derivative is checked as soon as it exists. In
/// normal operation nothing is checked.
///
///     NonFinite.firstOf(() -> crossEntropy(model.logits(batch), labels))
///         // svdLinear (5, 16) in encoder.layer.0.attention.self.query
public final class NonFinite {
  private static final ScopedValue<NonFinite> CURRENT = ScopedValue.newInstance();

  private final Map<Node, String> places = new IdentityHashMap<>();
  private Optional<String> module = Optional.empty();
  private Optional<String> lastModule = Optional.empty();
  private Optional<String> found = Optional.empty();

  private NonFinite() {}

  /// The first operation of a computation whose value, or else the first of its backward pass whose
  /// derivative, is not finite, with its shape and its module; empty if everything is finite.
  ///
  /// @param loss computes the scalar loss as before
  public static Optional<String> firstOf(Supplier<Variable> loss) {
    NonFinite search = new NonFinite();
    ScopedValue.where(CURRENT, search)
        .run(
            () -> {
              Variable value = loss.get();
              if (search.found.isEmpty()) {
                Gradients.of(value);
              }
            });
    return search.found;
  }

  /// Computes a part of a network under its module name, which [#firstOf] reports.
  public static Variable inModule(String name, Supplier<Variable> part) {
    if (!CURRENT.isBound()) {
      return part.get();
    }
    NonFinite search = CURRENT.get();
    Optional<String> outer = search.module;
    search.module = Optional.of(name);
    try {
      return part.get();
    } finally {
      search.module = outer;
      search.lastModule = Optional.of(name);
    }
  }

  /// Checks a value.
  static void see(Node node, Tensor value) {
    if (CURRENT.isBound()) {
      CURRENT.get().look(node, value);
    }
  }

  /// Checks the derivative of an operation for one of its inputs.
  static void see(Node node, Source input, Tensor derivative) {
    if (CURRENT.isBound()) {
      CURRENT.get().look(node, input, derivative);
    }
  }

  private void look(Node node, Tensor value) {
    String place =
        module
            .map(name -> " in " + name)
            .or(() -> lastModule.map(name -> " after " + name))
            .orElse("");
    places.put(node, place);
    if (found.isEmpty() && !value.isFinite()) {
      found = Optional.of(node + place);
    }
  }

  private void look(Node node, Source input, Tensor derivative) {
    if (found.isEmpty() && !derivative.isFinite()) {
      String place = places.getOrDefault(node, "");
      found = Optional.of("the derivative of " + node + place + " for its input " + input);
    }
  }
}
