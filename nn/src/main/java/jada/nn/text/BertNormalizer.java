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
    boolean cleanText, boolean separateIdeographs, boolean stripAccents, boolean lowercase) {
  private static final int REPLACEMENT = 0xFFFD;

  // Canonical ordering is quadratic in the length of a run of marks, so longer runs are cut. Only
  // hostile texts have such runs; Unicode's stream-safe format cuts at 30.
  private static final int LONGEST_RUN_OF_MARKS = 128;

  /// The text after all steps that are on.
  CharSequence normalize(CharSequence text) {
    boolean ascii = isAscii(text);
    CharSequence result = ascii ? text : separateAndReplace(text);
    if (cleanText) {
      result = clean(result);
    }
    if (stripAccents && !ascii) {
      result = withoutMarks(decompose(result));
    }
    return lowercase ? toLowerCase(result) : result;
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

  private static CharSequence decompose(CharSequence text) {
    StringBuilder result = new StringBuilder(text.length() + 16);
    int start = 0;
    int marks = 0;
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i);
      marks = isCombining(codePoint) ? marks + 1 : 0;
      if (marks > LONGEST_RUN_OF_MARKS) {
        result.append(Normalizer.normalize(text.subSequence(start, i), Normalizer.Form.NFD));
        start = i;
        marks = 1;
      }
    }
    return result.append(
        Normalizer.normalize(text.subSequence(start, text.length()), Normalizer.Form.NFD));
  }

  private static boolean isCombining(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
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
        result.appendCodePoint(Character.toLowerCase(codePoint));
      }
    }
    return result;
  }
}
