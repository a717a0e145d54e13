package jada.autograd;

import java.util.Arrays;
import java.util.stream.Collectors;

/// Checks of an operation's arguments.
final class Require {
  private Require() {}

  /// Requires matching shapes.
  ///
  /// @param needed the rule, for example `x (T, in), weight (out, in)`
  /// @throws IllegalArgumentException that names the operation, the rule and the inputs' shapes
  static void shapes(boolean fit, String op, String needed, Variable... inputs) {
    if (!fit) {
      throw new IllegalArgumentException(
          op
              + ": "
              + Arrays.stream(inputs)
                  .map(input -> input.shape().toString())
                  .collect(Collectors.joining(", "))
              + " do not fit: needed "
              + needed);
    }
  }

  /// Requires `number` in `[0, bound)`.
  ///
  /// @throws IllegalArgumentException that names the operation, the number, its position and the
  ///   range
  static void inRange(String op, String what, int position, int number, int bound) {
    if (number < 0 || number >= bound) {
      throw new IllegalArgumentException(
          op
              + ": "
              + what
              + " "
              + number
              + " at position "
              + position
              + " is not in [0, "
              + bound
              + ")");
    }
  }

  /// Requires a dropout probability.
  ///
  /// @throws IllegalArgumentException if `p` is not in [0, 1)
  static void probability(String op, float p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException(
          op + ": the probability to drop must be at least 0 and less than 1, got " + p);
    }
  }
}
