package jada.tensor.kernel;

/// The order of a sum along a row, the same on every machine:
///
/// 1. Lane l of 16 adds the elements l, l + 16, l + 32, … in this order, from 0.
/// 2. The lanes are added in pairs, l and l + 8, then l and l + 4, l + 2, l + 1.
///
/// A vector unit of 16 lanes keeps the sums in one vector, one of 8 lanes in two, one of 4 lanes in
/// four, and the scalar twin in an array: the same additions, so the same bits. Not `reduceLanes`,
/// whose order is undefined and changes when a method is compiled.
final class RowSums {
  /// Lanes of a sum, on every machine.
  static final int LANES = 16;

  private RowSums() {}

  /// The lane that adds the element with this distance from the beginning of the row.
  static int lane(int distance) {
    return distance & (LANES - 1);
  }

  /// The sum of 16 lanes, in pairs; written out, since as a loop it takes as long as adding a row
  /// of 384 elements.
  static float total(float[] s) {
    float even = ((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14]));
    float odd = ((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15]));
    return even + odd;
  }
}
