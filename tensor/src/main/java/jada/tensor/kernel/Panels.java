package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Packs operands into micro-panels, the order in which a micro-kernel reads them: A (m,k) in
/// micro-panels of mr rows, column after column; B (k,n) in micro-panels of nr columns, row after
/// row. Elements of a micro-panel beyond the edge of the matrix are zero.
final class Panels {
  private static final int MR = ScalarMicroKernel.MR;

  /// Bytes.
  private static final int CACHE_LINE = 64;

  /// Bytes of a memory page at least.
  private static final int PAGE = 4096;

  private Panels() {}

  /// Floats of the micro-panels of B (k,n).
  static int size(int k, int n) {
    return Math.multiplyExact(k, Math.ceilDiv(n, Gemm.NR) * Gemm.NR);
  }

  /// Memory for micro-panels of B, zeroed; it is freed once it is unreachable.
  ///
  /// It is aligned to a cache line, and so are the vectors in it. In an array, which lies anywhere
  /// in the heap, nearly every vector of a line's length would cross into the next line and take
  /// two accesses: with 16 lanes that costs a third of the micro-kernel's speed.
  ///
  /// @param size in floats
  static MemorySegment allocate(int size) {
    return Arena.ofAuto().allocate(Math.max(1, (long) size * Float.BYTES), CACHE_LINE);
  }

  /// Reads one float of each memory page of `count` floats from number `from` on, so that the
  /// pages' addresses are in the TLB when a micro-kernel reads them. With few rows of A a
  /// micro-panel is read once and every page is new; this saves a tenth of such a product. Pages of
  /// 2 MB would have the same effect, but Java cannot ask for them.
  static float touch(MemorySegment panels, int from, int count) {
    float sum = 0;
    long end = ((long) from + count) * Float.BYTES;
    for (long at = (long) from * Float.BYTES; at < end; at += PAGE) {
      sum += panels.get(JAVA_FLOAT, at);
    }
    return sum;
  }

  /// Packs the columns `[fromColumn, toColumn)` of B (k,n), all k rows; the micro-panel of column j
  /// begins at float number `(j − firstColumn) · k`.
  ///
  /// @param fromColumn a multiple of [Gemm#NR] from `firstColumn`
  static void packRight(
      Operand b, int firstColumn, int k, int fromColumn, int toColumn, MemorySegment panels) {
    float[] strip = Scratch.ofThread().strip;
    int depth = strip.length / Gemm.NR;
    for (int j = fromColumn; j < toColumn; j += Gemm.NR) {
      int width = Math.min(Gemm.NR, toColumn - j);
      long at = (long) (j - firstColumn) * k * Float.BYTES;
      if (Backend.VECTOR && !b.transposed && width == Gemm.NR) {
        VectorPanels.copy(b.data, b.offset + j, b.stride, k, panels, at);
        continue;
      }
      for (int p = 0; p < k; p += depth) {
        int rows = Math.min(depth, k - p);
        packStrip(b, j, width, p, rows, strip);
        long to = at + (long) p * Gemm.NR * Float.BYTES;
        MemorySegment.copy(strip, 0, panels, JAVA_FLOAT, to, rows * Gemm.NR);
      }
    }
  }

  /// Packs the columns `[j, j + width)` and rows `[p, p + k)` of B into one micro-panel.
  static void packStrip(Operand b, int j, int width, int p, int k, float[] panel) {
    if (b.transposed) {
      weave(b.data, b.offset + j * b.stride + p, b.stride, width, k, panel, 0, Gemm.NR);
    } else {
      copy(b.data, b.offset + p * b.stride + j, b.stride, width, k, panel, 0, Gemm.NR);
    }
  }

  /// Packs rows `[i, i + rows)` and columns `[p, p + k)` of A; the micro-panel of row i + r begins
  /// at `to + r · k`.
  static void packLeft(Operand a, int i, int rows, int p, int k, float[] panels, int to) {
    if (a.transposed) {
      packLeftTransposed(a.data, a.offset + p * a.stride + i, a.stride, rows, k, panels, to);
    } else {
      packLeft(a.data, a.offset + i * a.stride + p, a.stride, rows, k, panels, to);
    }
  }

  static void packLeft(float[] x, int xo, int stride, int rows, int k, float[] panels, int to) {
    for (int r = 0; r < rows; r += MR) {
      int from = xo + r * stride;
      int height = Math.min(MR, rows - r);
      int done = 0;
      if (Backend.VECTOR && height == MR) {
        done = VectorPanels.weave(x, from, stride, k, panels, to + r * k);
      }
      int at = to + r * k + done * MR;
      weave(x, from + done, stride, height, k - done, panels, at, MR);
    }
  }

  static void packLeftTransposed(
      float[] x, int xo, int stride, int rows, int k, float[] panels, int to) {
    int r = 0;
    for (; Backend.VECTOR && r <= rows - 4 * MR; r += 4 * MR) {
      VectorPanels.copyFour(x, xo + r, stride, k, panels, to + r * k, MR * k);
    }
    for (; Backend.VECTOR && r <= rows - MR; r += MR) {
      VectorPanels.copyOne(x, xo + r, stride, k, panels, to + r * k);
    }
    for (; r < rows; r += MR) {
      copy(x, xo + r, stride, Math.min(MR, rows - r), k, panels, to + r * k, MR);
    }
  }

  /// `panel[at + width·p + r] ← x[xo + stride·p + r]`: k rows of `count` elements, each padded to
  /// `width` with zeros.
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

  /// `panel[at + width·p + r] ← x[xo + stride·r + p]`: the transpose of `count` rows of k elements;
  /// rows from `count` to `width` become zero.
  private static void weave(
      float[] x, int xo, int stride, int count, int k, float[] panel, int at, int width) {
    weave(x, xo, stride, count, width, k, panel, at, width);
  }

  /// The same for a part of the micro-panel's rows: those from `count` to `filled` become zero,
  /// later ones keep their values.
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
