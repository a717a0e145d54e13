package jada.adalora.data;

/// Text of a user's file as a message may show it: quoted, on one line, and short.
final class Quoted {
  private static final int LIMIT = 60;

  private Quoted() {}

  static String of(String text) {
    StringBuilder shown = new StringBuilder("'");
    text.codePoints()
        .limit(LIMIT)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(shown::appendCodePoint);
    return shown.append(text.codePointCount(0, text.length()) > LIMIT ? "…'" : "'").toString();
  }
}
