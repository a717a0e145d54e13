package jada.nn.text;

import java.text.Normalizer;

/// Normalizes text to the form from which a BERT vocabulary was built.
///
/// Four steps in this order, each optional:
/// 1. `cleanText` removes control characters and turns every white space into a blank;
/// 2. `separateIdeographs` puts blanks around CJK ideographs, which makes each a word;
/// 3. `stripAccents` decomposes canonically (NFD) and removes nonspacing marks: é → e;
/// 4. `lowercase` maps code point by code point, without context: a final Σ becomes σ, not ς.
///
/// An unpaired surrogate counts as U+FFFD, as in every UTF-8 encoder that replaces.
record BertNormalizer(
    boolean cleanText, boolean separateIdeographs, boolean stripAccents, boolean lowercase)
    implements Normalizing {
  private static final int REPLACEMENT = 0xFFFD;

  private static final UnicodeForm DECOMPOSED = new UnicodeForm(Normalizer.Form.NFD);

  /// The text after all steps that are on.
  CharSequence normalize(CharSequence text) {
    boolean ascii = isAscii(text);
    CharSequence result = ascii ? text : separateAndReplace(text);
    if (cleanText) {
      result = clean(result);
    }
    if (stripAccents && !ascii) {
      result = withoutMarks(DECOMPOSED.apply(AlignedText.of(result.toString())).text());
    }
    return lowercase ? toLowerCase(result) : result;
  }

  @Override
  public AlignedText apply(AlignedText text) {
    AlignedText.Builder builder = text.builder();
    String characters = text.text();
    if (!text.isTracked()) {
      builder.add(normalize(characters), 0);
      return builder.build();
    }
    // A character and the marks behind it are normalized without regard to what is around them.
    int next;
    for (int i = 0; i < characters.length(); i = next) {
      next = i + Character.charCount(characters.codePointAt(i));
      while (next < characters.length() && isAttached(characters.codePointAt(next))) {
        next += Character.charCount(characters.codePointAt(next));
      }
      align(characters.substring(i, next), i, builder);
    }
    return builder.build();
  }

  /// Appends what a part becomes: each of its characters as many as it alone becomes.
  private void align(String part, int from, AlignedText.Builder builder) {
    String normalized = normalize(part).toString();
    int done = 0;
    int size;
    for (int i = 0; i < part.length() && done < normalized.length(); i += size) {
      size = Character.charCount(part.codePointAt(i));
      int end =
          i + size == part.length()
              ? normalized.length()
              : Math.min(
                  normalized.length(), done + normalize(part.substring(i, i + size)).length());
      builder.add(normalized.substring(done, end), from + i);
      done = end;
    }
  }

  private boolean isAttached(int codePoint) {
    return Characters.joins(codePoint)
        || BertCharacters.isMark(codePoint)
        || cleanText && BertCharacters.isControl(codePoint);
  }

  private static boolean isAscii(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /// Blanks around ideographs, if asked for, and U+FFFD for unpaired surrogates.
  ///
  /// It may run before [#clean], because cleaning neither makes nor removes an ideograph.
  private CharSequence separateAndReplace(CharSequence text) {
    StringBuilder result = new StringBuilder(text.length() + 16);
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i);
      if (separateIdeographs && BertCharacters.isIdeograph(codePoint)) {
        result.append(' ').appendCodePoint(codePoint).append(' ');
      } else {
        result.appendCodePoint(isSurrogate(codePoint) ? REPLACEMENT : codePoint);
      }
    }
    return result;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static CharSequence clean(CharSequence text) {
    StringBuilder result = new StringBuilder(text.length());
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i);
      if (!BertCharacters.isControl(codePoint)) {
        result.appendCodePoint(BertCharacters.isWhitespace(codePoint) ? ' ' : codePoint);
      }
    }
    return result;
  }

  private static CharSequence withoutMarks(CharSequence text) {
    StringBuilder result = new StringBuilder(text.length());
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i);
      if (!BertCharacters.isMark(codePoint)) {
        result.appendCodePoint(codePoint);
      }
    }
    return result;
  }

  private static CharSequence toLowerCase(CharSequence text) {
    StringBuilder result = new StringBuilder(text.length());
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i);
      if (codePoint == 'İ') {
        result.append("i\u0307"); // the one code point whose lower case is two, whatever stands by
      } else {
        result.appendCodePoint(Normalizing.lowercase(codePoint));
      }
    }
    return result;
  }
}
