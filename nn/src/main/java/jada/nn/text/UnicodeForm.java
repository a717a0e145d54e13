package jada.nn.text;

import java.text.Normalizer;

/// The normalization forms of Unicode (UAX 15), with the reference's tables: characters that it
/// does not decompose, reorder or compose are left alone, whatever the Java runtime knows of them.
///
/// A text is normalized in pieces: a character, and those behind it that may be reordered or
/// composed with it. Of a composed character the origin is its first part, of each part of a
/// decomposition the whole.
record UnicodeForm(Normalizer.Form form) implements Normalizing {
  // Canonical ordering is quadratic in the length of a run of marks, so longer runs are cut. Only
  // hostile texts have such runs; Unicode's stream-safe format cuts at 30.
  private static final int LONGEST_RUN_OF_MARKS = 128;

  @Override
  public AlignedText apply(AlignedText text) {
    String characters = text.text();
    if (isPlain(characters)) {
      return text;
    }
    AlignedText.Builder builder = text.builder();
    int done = 0; // what is before it has been appended
    int next;
    for (int i = 0; i < characters.length(); i = next) {
      int codePoint = characters.codePointAt(i);
      next = i + Character.charCount(codePoint);
      if (codePoint < 0xA0 && (next == characters.length() || characters.charAt(next) < 0x300)) {
        continue; // nothing joins it
      }
      boolean changes = Characters.decomposes(codePoint);
      int from = i;
      int marks = 0;
      while (next < characters.length() && marks < LONGEST_RUN_OF_MARKS) {
        int mark = characters.codePointAt(next);
        if (!Characters.joins(mark)) {
          break;
        }
        changes = true;
        marks++;
        next += Character.charCount(mark);
      }
      if (!changes) {
        continue;
      }
      if (!Characters.decomposes(codePoint) && isChangedByJava(codePoint)) {
        from += Character.charCount(codePoint);
      }
      builder.keep(done, from);
      append(text, from, next, builder);
      done = next;
    }
    if (done == 0) {
      return text;
    }
    builder.keep(done, characters.length());
    return builder.build();
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0xA0) {
        return false;
      }
    }
    return true;
  }

  private boolean isChangedByJava(int codePoint) {
    return !Normalizer.isNormalized(Character.toString(codePoint), form);
  }

  private void append(AlignedText text, int from, int to, AlignedText.Builder builder) {
    String piece = text.text().substring(from, to);
    String normalized = Normalizer.normalize(piece, form);
    if (normalized.equals(piece)) {
      builder.keep(from, to);
    } else if (!text.isTracked()) {
      builder.add(normalized, from);
    } else if (form == Normalizer.Form.NFD || form == Normalizer.Form.NFKD) {
      appendParts(piece, normalized, from, builder);
    } else {
      appendComposed(piece, normalized, from, builder);
    }
  }

  /// Each character of the piece has given as many as its own decomposition has.
  private void appendParts(String piece, String normalized, int from, AlignedText.Builder builder) {
    int at = 0;
    int size;
    for (int i = 0; i < piece.length(); i += size) {
      int codePoint = piece.codePointAt(i);
      size = Character.charCount(codePoint);
      String parts = Normalizer.normalize(Character.toString(codePoint), form);
      int count = parts.codePointCount(0, parts.length());
      int end = normalized.offsetByCodePoints(at, count);
      builder.add(normalized.substring(at, end), from + i);
      at = end;
    }
  }

  /// What was not composed stands at the end of both.
  private static void appendComposed(
      String piece, String normalized, int from, AlignedText.Builder builder) {
    int before = piece.codePointCount(0, piece.length());
    int after = normalized.codePointCount(0, normalized.length());
    int at = 0;
    for (int i = 0; i < after; i++) {
      int codePoint = normalized.codePointAt(at);
      at += Character.charCount(codePoint);
      int origin = i == 0 ? 0 : Math.max(0, before - after + i);
      builder.add(codePoint, from + piece.offsetByCodePoints(0, origin));
    }
  }
}
