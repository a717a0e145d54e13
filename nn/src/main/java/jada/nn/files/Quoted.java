package jada.nn.files;

/// Text that came out of a file, made fit for a one-line message.
public final class Quoted {
  private static final int LONGEST = 80;

  private Quoted() {}

  /// The text in single quotes, shortened, with a question mark for everything that could break a
  /// line or steer a terminal.
  public static String of(String text) {
    StringBuilder quoted = new StringBuilder("'");
    text.codePoints()
        .limit(LONGEST)
        .map(c -> isPlain(c) ? c : '?')
        .forEach(quoted::appendCodePoint);
    boolean shortened = text.codePoints().skip(LONGEST).findAny().isPresent();
    return quoted.append(shortened ? "…'" : "'").toString();
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
