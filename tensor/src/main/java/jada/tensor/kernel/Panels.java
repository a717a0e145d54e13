package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Copies operands into panels, the order in which a tile reads them: A (m,k) in panels of 4 rows,
/// column after column; B (k,n) in panels of [Gemm#COLUMNS] columns, row after row. What a panel
/// has beyond the edge of the matrix is zero.
final class Panels {
  private static final int ROWS = ScalarTile.ROWS;

  /// Bytes.
  private static final int CACHE_LINE = 64;

  /// Bytes of a memory page at least.
  private static final int PAGE = 4096;

  private Panels() {}

  /// Floats that the panels of B (k,n) take.
  static int size(int k, int n) {
    return Math.multiplyExact(k, Math.ceilDiv(n, Gemm.COLUMNS) * Gemm.COLUMNS);
  }

  /// Memory for panels of B, all zeros, which lives as long as anybody holds it.
  ///
  /// It begins at a cache line, and so do the vectors in it. In an array, which lies anywhere in
  /// the heap, nearly every vector as long as a line crosses into the next, and takes two accesses:
  /// with 16 lanes a tile reaches 103 instead of 157 GFLOP/s on an Emerald Rapids.
  ///
  /// @param size in floats
  static MemorySegment allocate(int size) {
    return Arena.ofAuto().allocate(Math.max(1, (long) size * Float.BYTES), CACHE_LINE);
  }

  /// Reads one float of each memory page of `count` floats from number `from` on, so that the
  /// processor knows where these pages are when a tile comes to them. With few rows a panel is read
  /// once and every page is new: a product of 16 rows with 42 MB of panels takes 10 % less. Pages
  /// of 2 MB would do the same, but Java cannot ask for them.
  static float touch(MemorySegment panels, int from, int count) {
    float sum = 0;
    long end = ((long) from + count) * Float.BYTES;
    for (long at = (long) from * Float.BYTES; at < end; at += PAGE) {
      sum += panels.get(JAVA_FLOAT, at);
    }
    return sum;
  }

  /// Packs the columns `[fromColumn, toColumn)` of B (k,n), all k rows; the panel of column j
  /// begins at float number `(j − firstColumn) · k`.
  ///
  /// @param fromColumn a multiple of [Gemm#COLUMNS] from `firstColumn`
  static void packRight(
      Operand b, int firstColumn, int k, int fromColumn, int toColumn, MemorySegment panels) {
    float[] strip = Scratch.ofThread().strip;
    int depth = strip.length / Gemm.COLUMNS;
    for (int j = fromColumn; j < toColumn; j += Gemm.COLUMNS) {
      int width = Math.min(Gemm.COLUMNS, toColumn - j);
      long at = (long) (j - firstColumn) * k * Float.BYTES;
      if (Fastest.VECTOR && !b.transposed && width == Gemm.COLUMNS) {
        VectorPanels.copy(b.data, b.offset + j, b.stride, k, panels, at);
        continue;
      }
      for (int p = 0; p < k; p += depth) {
        int rows = Math.min(depth, k - p);
        packStrip(b, j, width, p, rows, strip);
        long to = at + (long) p * Gemm.COLUMNS * Float.BYTES;
        MemorySegment.copy(strip, 0, panels, JAVA_FLOAT, to, rows * Gemm.COLUMNS);
      }
    }
  }

  /// Packs the columns `[j, j + width)` and rows `[p, p + k)` of B into one panel.
  static void packStrip(Operand b, int j, int width, int p, int k, float[] panel) {
    if (b.transposed) {
      weave(b.data, b.offset + j * b.stride + p, b.stride, width, k, panel, 0, Gemm.COLUMNS);
    } else {
      copy(b.data, b.offset + p * b.stride + j, b.stride, width, k, panel, 0, Gemm.COLUMNS);
    }
  }

  /// Packs rows `[i, i + rows)` and columns `[p, p + k)` of A; the panel of row i + r begins at `to
  /// + r · k`.
  static void packLeft(Operand a, int i, int rows, int p, int k, float[] panels, int to) {
    if (a.transposed) {
      packLeftTransposed(a.data, a.offset + p * a.stride + i, a.stride, rows, k, panels, to);
    } else {
      packLeft(a.data, a.offset + i * a.stride + p, a.stride, rows, k, panels, to);
    }
  }

  static void packLeft(float[] x, int xo, int stride, int rows, int k, float[] panels, int to) {
    for (int r = 0; r < rows; r += ROWS) {
      int from = xo + r * stride;
      int height = Math.min(ROWS, rows - r);
      int done = 0;
      if (Fastest.VECTOR && height == ROWS) {
        done = VectorPanels.weave(x, from, stride, k, panels, to + r * k);
      }
      int at = to + r * k + done * ROWS;
      weave(x, from + done, stride, height, k - done, panels, at, ROWS);
    }
  }

  static void packLeftTransposed(
      float[] x, int xo, int stride, int rows, int k, float[] panels, int to) {
    int r = 0;
    for (; Fastest.VECTOR && r <= rows - 4 * ROWS; r += 4 * ROWS) {
      VectorPanels.copyFour(x, xo + r, stride, k, panels, to + r * k, ROWS * k);
    }
    for (; Fastest.VECTOR && r <= rows - ROWS; r += ROWS) {
      VectorPanels.copyOne(x, xo + r, stride, k, panels, to + r * k);
    }
    for (; r < rows; r += ROWS) {
      copy(x, xo + r, stride, Math.min(ROWS, rows - r), k, panels, to + r * k, ROWS);
    }
  }

  /// `panel[at + width·p + r] ← x[xo + stride·p + r]`: k rows of `count` neighbours, each filled up
  /// to `width` with zeros.
  static void copy(
      float[] x, int xo, int stride, int count, int k, float[] panel, int at, int width) {
    for (int p = 0; p < k; p++) {
      int from = xo + p * stride;
      int to = at + p * width;
      for (int r = 0; r < count; r++) {
        panel[to + r] = x[from + r];
      }
      Arrays.fill(panel, to + count, to + width, 0);
    }
  }

  /// `panel[at + width·p + r] ← x[xo + stride·r + p]`: `count` rows of k neighbours, woven; rows
  /// from `count` to `width` are zero.
  private static void weave(
      float[] x, int xo, int stride, int count, int k, float[] panel, int at, int width) {
    weave(x, xo, stride, count, width, k, panel, at, width);
  }

  /// The same for a part of the panel's rows: those from `count` to `filled` are zero, those from
  /// there on stay as they are.
  static void weave(
      float[] x,
      int xo,
      int stride,
      int count,
      int filled,
      int k,
      float[] panel,
      int at,
      int width) {
    int r = 0;
    for (; r + 4 <= count; r += 4) {
      weaveFour(x, xo + r * stride, stride, k, panel, at + r, width);
    }
    for (; r < filled; r++) {
      for (int p = 0; p < k; p++) {
        panel[at + p * width + r] = r < count ? x[xo + r * stride + p] : 0;
      }
    }
  }

  private static void weaveFour(
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
