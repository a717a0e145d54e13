package jada.nn.text;

import java.util.function.IntPredicate;

/// What a step of a tokenizer looks for in a text.
interface Pattern {
  /// Receives the matches.
  interface Found {
    /// The units between `from` (inclusive) and `to` (exclusive), at least one.
    void match(int from, int to);
  }

  /// All matches between `from` (inclusive) and `to` (exclusive), from left to right; they do not
  /// overlap. What stands before and behind does not count.
  void matches(String text, int from, int to, Found found);

  /// A string, as it is.
  static Pattern literal(String string) {
    return (text, from, to, found) -> {
      int at = text.indexOf(string, from, to);
      while (at >= 0) {
        found.match(at, at + string.length());
        at = text.indexOf(string, at + string.length(), to);
      }
    };
  }

  /// Each character of a class, alone.
  static Pattern each(IntPredicate characters) {
    return (text, from, to, found) -> {
      int size;
      for (int i = from; i < to; i += size) {
        int codePoint = text.codePointAt(i);
        size = Character.charCount(codePoint);
        if (characters.test(codePoint)) {
          found.match(i, i + size);
        }
      }
    };
  }
}
