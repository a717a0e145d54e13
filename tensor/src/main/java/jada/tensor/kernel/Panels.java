package jada.tensor.kernel;

import java.util.Arrays;

/// Copies operands into panels, the order in which a tile reads them: A (m,k) in panels of 4 rows,
/// column after column; B (k,n) in panels of [Gemm#COLUMNS] columns, row after row. What a panel
/// has beyond the edge of the matrix is zero.
final class Panels {
  private static final int ROWS = ScalarTile.ROWS;

  private Panels() {}

  /// Floats that the panels of B (k,n) take.
  static int size(int k, int n) {
    return Math.multiplyExact(k, roundUp(n));
  }

  /// The number of columns with the last panel's filled up.
  static int roundUp(int n) {
    return (n + Gemm.COLUMNS - 1) / Gemm.COLUMNS * Gemm.COLUMNS;
  }

  /// Packs the columns `[fromColumn, toColumn)` of B (k,n), all k rows; panel q of these columns
  /// begins at `q · k · COLUMNS`, counted from the panel of column `firstColumn`.
  ///
  /// @param fromColumn a multiple of [Gemm#COLUMNS] from `firstColumn`
  static void packRight(
      Operand b, int firstColumn, int k, int fromColumn, int toColumn, float[] panels) {
    for (int j = fromColumn; j < toColumn; j += Gemm.COLUMNS) {
      int width = Math.min(Gemm.COLUMNS, toColumn - j);
      int at = (j - firstColumn) * k;
      if (b.transposed) {
        interleave(b.data, b.offset + j * b.stride, b.stride, width, k, panels, at, Gemm.COLUMNS);
      } else {
        copy(b.data, b.offset + j, b.stride, width, k, panels, at, Gemm.COLUMNS);
      }
    }
  }

  /// Packs rows `[i, i + rows)` and columns `[p, p + k)` of A; panel q of these rows begins at `q ·
  /// k · 4`.
  static void packLeft(Operand a, int i, int rows, int p, int k, float[] panels) {
    for (int r = 0; r < rows; r += ROWS) {
      int height = Math.min(ROWS, rows - r);
      int at = r * k;
      if (a.transposed) {
        copy(a.data, a.offset + p * a.stride + i + r, a.stride, height, k, panels, at, ROWS);
      } else {
        interleave(
            a.data, a.offset + (i + r) * a.stride + p, a.stride, height, k, panels, at, ROWS);
      }
    }
  }

  /// `panel[at + width·p + r] ← x[xo + stride·p + r]`: k rows of `count` neighbours, each filled up
  /// to `width`.
  private static void copy(
      float[] x, int xo, int stride, int count, int k, float[] panel, int at, int width) {
    for (int p = 0; p < k; p++) {
      System.arraycopy(x, xo + p * stride, panel, at + p * width, count);
    }
    if (count < width) {
      for (int p = 0; p < k; p++) {
        Arrays.fill(panel, at + p * width + count, at + p * width + width, 0);
      }
    }
  }

  /// `panel[at + width·p + r] ← x[xo + stride·r + p]`: `count` rows of k neighbours, woven; rows
  /// from `count` to `width` are zero.
  private static void interleave(
      float[] x, int xo, int stride, int count, int k, float[] panel, int at, int width) {
    int r = 0;
    for (; r + 4 <= count; r += 4) {
      weave4(x, xo + r * stride, stride, k, panel, at + r, width);
    }
    for (; r < width; r++) {
      for (int p = 0; p < k; p++) {
        panel[at + p * width + r] = r < count ? x[xo + r * stride + p] : 0;
      }
    }
  }

  private static void weave4(
      float[] x, int xo, int stride, int k, float[] panel, int at, int width) {
    int x1 = xo + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    for (int p = 0; p < k; p++) {
      int to = at + p * width;
      panel[to] = x[xo + p];
      panel[to + 1] = x[x1 + p];
      panel[to + 2] = x[x2 + p];
      panel[to + 3] = x[x3 + p];
    }
  }
}
