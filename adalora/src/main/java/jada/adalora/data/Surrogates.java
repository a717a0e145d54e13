package jada.adalora.data;

/// Halves of characters: a Java string can hold one alone, UTF-8 cannot, so it would be saved as
/// something else.
final class Surrogates {
  private Surrogates() {}

  /// The position of the first surrogate without its other half, or -1.
  static int unpaired(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return i;
      }
    }
    return -1;
  }
}
