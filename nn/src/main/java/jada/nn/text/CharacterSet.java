package jada.nn.text;

import java.util.BitSet;

/// A set of code points, as fast to ask as an array: one bit each in the basic plane, a bit set for
/// the others. Immutable.
final class CharacterSet {
  private final long[] basic = new long[Character.MIN_SUPPLEMENTARY_CODE_POINT >> 6];
  private final BitSet others;

  /// The set of these code points.
  CharacterSet(BitSet codePoints) {
    long[] words = codePoints.toLongArray();
    System.arraycopy(words, 0, basic, 0, Math.min(words.length, basic.length));
    others =
        codePoints.get(
            Character.MIN_SUPPLEMENTARY_CODE_POINT,
            Math.max(Character.MIN_SUPPLEMENTARY_CODE_POINT, codePoints.length()));
  }

  boolean contains(int codePoint) {
    return codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT
        ? (basic[codePoint >> 6] >>> codePoint & 1) != 0
        : others.get(codePoint - Character.MIN_SUPPLEMENTARY_CODE_POINT);
  }
}
