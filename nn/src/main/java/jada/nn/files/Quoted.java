package jada.nn.files;

/// Names that came out of a file, made fit for a one-line message.
final class Quoted {
  private static final int LONGEST = 80;

  private Quoted() {}

  /// The name in single quotes, shortened, with a question mark for everything that could break a
  /// line or steer a terminal.
  static String of(String name) {
    StringBuilder text = new StringBuilder("'");
    name.codePoints().limit(LONGEST).map(c -> isPlain(c) ? c : '?').forEach(text::appendCodePoint);
    boolean shortened = name.codePoints().skip(LONGEST).findAny().isPresent();
    return text.append(shortened ? "…'" : "'").toString();
  }

  private static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
