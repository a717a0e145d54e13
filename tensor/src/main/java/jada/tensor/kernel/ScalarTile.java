package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/// The tile of the matrix product as plain Java: the oracle of [VectorTile], and what computes
/// where the vector unit is not available.
final class ScalarTile {
  /// Rows of a tile and of a packed panel of A.
  static final int ROWS = 4;

  /// Columns of a tile and of a packed panel of B.
  static final int COLUMNS = 16;

  private ScalarTile() {}

  /// C ← S + A·B + Y·U for a tile of 4 rows and one panel's width of columns. Each element is one
  /// chain of fused multiply-adds, starting from S: in order of p over A·B, then over Y·U.
  static void multiply(TileArguments of) {
    multiply(
        of.a, of.ao, copy(of.b, of.bo, of.k), 0, of.k, of.s, of.so, of.lds, of.c, of.co, of.ldc);
    if (of.r > 0) {
      float[] up = copy(of.u, of.uo, of.r);
      multiply(of.y, of.yo, up, 0, of.r, of.c, of.co, of.ldc, of.c, of.co, of.ldc);
    }
  }

  private static void multiply(
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

  /// The panel of k rows from float number bo on.
  private static float[] copy(MemorySegment b, int bo, int k) {
    float[] panel = new float[k * COLUMNS];
    MemorySegment.copy(b, JAVA_FLOAT, (long) bo * Float.BYTES, panel, 0, panel.length);
    return panel;
  }

  /// The same for A in place: row i of the tile begins at `a0` … `a3`.
  static void multiplyRows(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      MemorySegment b,
      int bo,
      int k,
      float[] s,
      int so,
      int lds,
      float[] c,
      int co,
      int ldc) {
    float[] panel = new float[ROWS * k];
    for (int p = 0; p < k; p++) {
      panel[ROWS * p] = a[a0 + p];
      panel[ROWS * p + 1] = a[a1 + p];
      panel[ROWS * p + 2] = a[a2 + p];
      panel[ROWS * p + 3] = a[a3 + p];
    }
    multiply(panel, 0, copy(b, bo, k), 0, k, s, so, lds, c, co, ldc);
  }

  /// C ← C + A·B with B in place.
  static void multiplyInPlace(TileArguments of) {
    float[] panel = new float[of.k * COLUMNS];
    for (int p = 0; p < of.k; p++) {
      System.arraycopy(of.rows, of.bo + p * of.ldb, panel, p * COLUMNS, COLUMNS);
    }
    multiply(of.a, of.ao, panel, 0, of.k, of.c, of.co, of.ldc, of.c, of.co, of.ldc);
  }
}
