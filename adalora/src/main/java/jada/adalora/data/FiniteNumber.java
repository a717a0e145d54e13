package jada.adalora.data;

import java.util.regex.Pattern;

/// Numbers as data have them: not Java's own literals, such as 1d and 0x1p3.
final class FiniteNumber {
  /// Possessive: a million digits before a letter are looked at once.
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?+");

  private FiniteNumber() {}

  /// Whether a text is a number that a float can hold.
  static boolean is(String text) {
    String number = text.strip();
    return NUMBER.matcher(number).matches() && Float.isFinite(Float.parseFloat(number));
  }
}
