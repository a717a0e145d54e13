package jada.tensor.kernel;

/// The tile of the matrix product as plain Java: the oracle of [VectorTile], and what computes
/// where the vector unit is not available.
final class ScalarTile {
  /// Rows of a tile and of a packed panel of A.
  static final int ROWS = 4;

  /// Columns of a tile and of a packed panel of B.
  static final int COLUMNS = 16;

  private ScalarTile() {}

  /// C ← S + A·B for a tile of 4 rows and one panel's width of columns. Each element is one chain
  /// of fused multiply-adds in order of p, starting from S.
  ///
  /// @param a a panel (k, 4): element (i, p) of A is `a[ao + 4p + i]`
  /// @param b a panel (k, columns): element (p, j) of B is `b[bo + columns·p + j]`
  /// @param s where the sums start: element (i, j) is `s[so + i·lds + j]`; may be C itself
  /// @param c overwritten; element (i, j) is `c[co + i·ldc + j]`
  static void multiply(
      float[] a,
      int ao,
      float[] b,
      int bo,
      int k,
      float[] s,
      int so,
      int lds,
      float[] c,
      int co,
      int ldc) {
    for (int i = 0; i < ROWS; i++) {
      float[] sums = new float[COLUMNS];
      System.arraycopy(s, so + i * lds, sums, 0, COLUMNS);
      for (int p = 0; p < k; p++) {
        float aip = a[ao + ROWS * p + i];
        for (int j = 0; j < COLUMNS; j++) {
          sums[j] = Math.fma(aip, b[bo + COLUMNS * p + j], sums[j]);
        }
      }
      System.arraycopy(sums, 0, c, co + i * ldc, COLUMNS);
    }
  }
}
