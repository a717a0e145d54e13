package jada.autograd;

import jada.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Finds the operation that made the first number that is infinite or NaN: for the error message,
/// after a loss or a gradient was found not to be finite.
///
/// The computation is done once more, every value and every derivative being looked at as it is
/// made. In normal operation nothing is looked at.
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
  /// derivative, is not finite, with its shape and the module it is in; empty if all is finite.
  ///
  /// @param loss computes a scalar, in the same way as before
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

  /// Computes a part of a network under its name, by which what goes wrong in it is found.
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

  /// A value was computed.
  static void see(Node node, Tensor value) {
    if (CURRENT.isBound()) {
      CURRENT.get().look(node, value);
    }
  }

  /// An operation has handed a derivative to one of its inputs.
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
