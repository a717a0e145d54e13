package jada.cli.builtin;

/// Where the sentences of a plain text end.
final class Sentences {
  private Sentences() {}

  /// Whether a sentence ends with this character: a full stop before a capital or the end; so
  /// neither "e.g. x" nor "1.5" nor "java.io" ends one.
  static boolean endsAt(String text, int i) {
    boolean stop = ".!?".indexOf(text.charAt(i)) >= 0;
    boolean last = i + 1 == text.length();
    return stop
        && (last
            || i + 2 < text.length()
                && text.charAt(i + 1) == ' '
                && Character.isUpperCase(text.codePointAt(i + 2)));
  }

  /// The first sentence; the whole text if no sentence ends within it.
  static String first(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (endsAt(text, i)) {
        return text.substring(0, i + 1);
      }
    }
    return text;
  }

  /// Whether a text ends without a full stop.
  static boolean isOpen(String text) {
    return text.isEmpty() || !endsAt(text, text.length() - 1);
  }
}
