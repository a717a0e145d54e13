package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/// Products C = A·B of many small matrices, such as attention's, on one thread.
///
/// For such products [Gemm] would spend more time on set-up and edges than on multiplying. Here the
/// caller packs each factor once for all products in which it occurs ([Left], [Right]), and C has
/// room for whole micro-tiles; elements beyond its edge are undefined. That saves 10 to 20 % of
/// attention.
///
/// Each element of C is the same chain as in [Gemm], starting from 0.
public final class SmallGemm {
  private static final int MR = ScalarMicroKernel.MR;
  private static final int NR = Gemm.NR;

  /// A multiple of nr on every machine.
  public static final int WIDTH = 32;

  /// Rows that are copied for one matrix after another if these lie side by side: few enough that
  /// memory is read along whole rows.
  private static final int STRIP = 8;

  private SmallGemm() {}

  /// `x` rounded up to whole micro-tiles: the rows or columns that C must have room for.
  public static int padded(int x) {
    return MacroKernel.roundUp(x, WIDTH);
  }

  /// C ← A·B.
  ///
  /// @param c receives C, element (i, j) at `c[co + i·ldc + j]`, and undefined elements up to
  ///   [#padded] rows and columns
  public static void multiply(Left a, int i, Right b, int j, float[] c, int co, int ldc) {
    int m = a.rows;
    int n = b.columns;
    int k = a.depth;
    Effort.count(m, n, k);
    int whole = MacroKernel.roundUp(m, MR);
    int left = i * a.step;
    int right = j * b.step;
    MicroKernelArguments tile = Scratch.ofThread().arguments.from(MacroKernel.ZEROS, 0, 0).alone();
    for (int column = 0; column < n; column += NR) {
      int bo = right + column * k;
      int height;
      for (int r = 0; r < whole; r += height) {
        int ao = left + r * k;
        int to = co + r * ldc + column;
        tile.first(a.panels, ao, b.panels, bo, k).to(c, to, ldc);
        if (r + MacroKernel.TALL_MR <= whole) {
          height = MacroKernel.TALL_MR;
          Backend.tallTile(tile);
        } else {
          height = MR;
          Backend.tile(tile);
        }
      }
    }
  }

  /// Left factors A (m,k) of equal shape.
  public static final class Left {
    private float[] panels = {};
    private int rows;
    private int depth;
    private int step; // from one matrix to the next

    /// An empty buffer.
    public Left() {}

    private void shape(int count, int m, int k) {
      rows = m;
      depth = k;
      step = padded(m) * k;
      int size = Math.multiplyExact(count, step);
      if (panels.length < size) {
        panels = new float[size];
      }
    }

    /// Packs `count` matrices (m,k) that lie side by side in x: element (i, p) of number h is `x[xo
    /// + i·stride + h·k + p]`.
    public void sideBySide(float[] x, int xo, int stride, int count, int m, int k) {
      shape(count, m, k);
      for (int r = 0; r < m; r += MR) {
        for (int h = 0; h < count; h++) {
          int from = xo + r * stride + h * k;
          Panels.packLeft(x, from, stride, Math.min(MR, m - r), k, panels, h * step + r * k);
        }
      }
    }

    /// Packs one matrix: element (i, p) is `x[i·stride + p]`. Rows up to [#padded] are read.
    public void one(float[] x, int stride, int m, int k) {
      shape(1, m, k);
      Panels.packLeft(x, 0, stride, MacroKernel.roundUp(m, MR), k, panels, 0);
    }

    /// Packs the transpose of one matrix: element (i, p) is `x[p·stride + i]`. Columns of x up to
    /// [#padded] are read.
    public void transposed(float[] x, int stride, int m, int k) {
      shape(1, m, k);
      Panels.packLeftTransposed(x, 0, stride, MacroKernel.roundUp(m, 4 * MR), k, panels, 0);
    }
  }

  /// Right factors B (k,n) of equal shape.
  public static final class Right {
    private MemorySegment panels = MemorySegment.NULL;
    private float[] woven = {};
    private int depth;
    private int columns;
    private int step; // from one matrix to the next

    /// An empty buffer.
    public Right() {}

    private int shape(int count, int k, int n) {
      depth = k;
      columns = n;
      step = k * MacroKernel.roundUp(n, NR);
      int size = Math.multiplyExact(count, step);
      if (panels.byteSize() < (long) size * Float.BYTES) {
        panels = Panels.allocate(size);
      }
      return size;
    }

    /// Packs `count` matrices (k,n) that lie side by side in x: element (p, j) of number h is `x[xo
    /// + p·stride + h·n + j]`.
    public void sideBySide(float[] x, int xo, int stride, int count, int k, int n) {
      shape(count, k, n);
      float[] strip = Scratch.ofThread().strip;
      for (int p = 0; p < k; p += STRIP) {
        int rows = Math.min(STRIP, k - p);
        for (int h = 0; h < count; h++) {
          for (int j = 0; j < n; j += NR) {
            int from = xo + p * stride + h * n + j;
            long to = ((long) h * step + j * k + p * NR) * Float.BYTES;
            if (Backend.VECTOR && j + NR <= n) {
              VectorPanels.copy(x, from, stride, rows, panels, to);
            } else {
              Panels.copy(x, from, stride, Math.min(NR, n - j), rows, strip, 0, NR);
              MemorySegment.copy(strip, 0, panels, JAVA_FLOAT, to, rows * NR);
            }
          }
        }
      }
    }

    /// Packs the transposes of `count` matrices (n,k) that lie side by side in x: element (p, j) of
    /// number h is `x[xo + j·stride + h·k + p]`.
    public void transposed(float[] x, int xo, int stride, int count, int k, int n) {
      int size = shape(count, k, n);
      if (woven.length < size) {
        woven = new float[size];
      }
      for (int j = 0; j < n; j += MR) {
        for (int h = 0; h < count; h++) {
          int from = xo + j * stride + h * k;
          int to = h * step + j / NR * NR * k + j % NR;
          Panels.weave(x, from, stride, Math.min(MR, n - j), MR, k, woven, to, NR);
        }
      }
      MemorySegment.copy(woven, 0, panels, JAVA_FLOAT, 0, size);
    }
  }
}
