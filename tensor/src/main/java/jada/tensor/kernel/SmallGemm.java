package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/// Products C = A·B of many small matrices, such as attention's, on one thread.
///
/// For them [Gemm] spends more time on finding its way, and on edges, than on multiplying. Here the
/// caller has factors packed, each once for all products that it is in ([Left], [Right]), and C is
/// large enough for whole tiles: what they have beyond its edge means nothing. Attention over 32
/// texts of 23 tokens takes 20 % less, over 16 of 64 tokens 11 % (384 channels, forward and
/// backward, two threads of an Emerald Rapids).
///
/// Each element of C is the same chain as in [Gemm], from 0.
public final class SmallGemm {
  private static final int ROWS = ScalarTile.ROWS;
  private static final int COLUMNS = Gemm.COLUMNS;

  /// Columns of a tile on any machine divide this number.
  public static final int WIDTH = 32;

  /// Rows that are copied for one matrix after the other, when these lie side by side: so few that
  /// memory is read along whole rows.
  private static final int STRIP = 8;

  private SmallGemm() {}

  /// `x` rounded up to whole tiles: what C needs at least for so many rows or columns.
  public static int padded(int x) {
    return Product.roundUp(x, WIDTH);
  }

  /// C ← A·B.
  ///
  /// @param c receives C, element (i, j) at `c[co + i·ldc + j]`, and what means nothing up to
  ///   [#padded] rows and columns
  public static void multiply(Left a, int i, Right b, int j, float[] c, int co, int ldc) {
    int m = a.rows;
    int n = b.columns;
    int k = a.depth;
    Effort.count(m, n, k);
    int whole = Product.roundUp(m, ROWS);
    int left = i * a.step;
    int right = j * b.step;
    TileArguments tile = Scratch.ofThread().arguments.from(Product.ZEROS, 0, 0).alone();
    for (int column = 0; column < n; column += COLUMNS) {
      int bo = right + column * k;
      int height;
      for (int r = 0; r < whole; r += height) {
        int ao = left + r * k;
        int to = co + r * ldc + column;
        tile.first(a.panels, ao, b.panels, bo, k).to(c, to, ldc);
        if (r + Product.TALL <= whole) {
          height = Product.TALL;
          Fastest.tallTile(tile);
        } else {
          height = ROWS;
          Fastest.tile(tile);
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

    /// Nothing yet.
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

    /// Takes over `count` matrices (m,k) that lie side by side in x: element (i, p) of number h is
    /// `x[xo + i·stride + h·k + p]`.
    public void sideBySide(float[] x, int xo, int stride, int count, int m, int k) {
      shape(count, m, k);
      for (int r = 0; r < m; r += ROWS) {
        for (int h = 0; h < count; h++) {
          int from = xo + r * stride + h * k;
          Panels.packLeft(x, from, stride, Math.min(ROWS, m - r), k, panels, h * step + r * k);
        }
      }
    }

    /// Takes over one matrix: element (i, p) is `x[i·stride + p]`. Rows up to [#padded] are read.
    public void one(float[] x, int stride, int m, int k) {
      shape(1, m, k);
      Panels.packLeft(x, 0, stride, Product.roundUp(m, ROWS), k, panels, 0);
    }

    /// Takes over the transpose of one matrix: element (i, p) is `x[p·stride + i]`. Columns of x up
    /// to [#padded] are read.
    public void transposed(float[] x, int stride, int m, int k) {
      shape(1, m, k);
      Panels.packLeftTransposed(x, 0, stride, Product.roundUp(m, 4 * ROWS), k, panels, 0);
    }
  }

  /// Right factors B (k,n) of equal shape.
  public static final class Right {
    private MemorySegment panels = MemorySegment.NULL;
    private float[] woven = {};
    private int depth;
    private int columns;
    private int step; // from one matrix to the next

    /// Nothing yet.
    public Right() {}

    private int shape(int count, int k, int n) {
      depth = k;
      columns = n;
      step = k * Product.roundUp(n, COLUMNS);
      int size = Math.multiplyExact(count, step);
      if (panels.byteSize() < (long) size * Float.BYTES) {
        panels = Panels.allocate(size);
      }
      return size;
    }

    /// Takes over `count` matrices (k,n) that lie side by side in x: element (p, j) of number h is
    /// `x[xo + p·stride + h·n + j]`.
    public void sideBySide(float[] x, int xo, int stride, int count, int k, int n) {
      shape(count, k, n);
      float[] strip = Scratch.ofThread().strip;
      for (int p = 0; p < k; p += STRIP) {
        int rows = Math.min(STRIP, k - p);
        for (int h = 0; h < count; h++) {
          for (int j = 0; j < n; j += COLUMNS) {
            int from = xo + p * stride + h * n + j;
            long to = ((long) h * step + j * k + p * COLUMNS) * Float.BYTES;
            if (Fastest.VECTOR && j + COLUMNS <= n) {
              VectorPanels.copy(x, from, stride, rows, panels, to);
            } else {
              Panels.copy(x, from, stride, Math.min(COLUMNS, n - j), rows, strip, 0, COLUMNS);
              MemorySegment.copy(strip, 0, panels, JAVA_FLOAT, to, rows * COLUMNS);
            }
          }
        }
      }
    }

    /// Takes over the transposes of `count` matrices (n,k) that lie side by side in x: element (p,
    /// j) of number h is `x[xo + j·stride + h·k + p]`.
    public void transposed(float[] x, int xo, int stride, int count, int k, int n) {
      int size = shape(count, k, n);
      if (woven.length < size) {
        woven = new float[size];
      }
      for (int j = 0; j < n; j += ROWS) {
        for (int h = 0; h < count; h++) {
          int from = xo + j * stride + h * k;
          int to = h * step + j / COLUMNS * COLUMNS * k + j % COLUMNS;
          Panels.weave(x, from, stride, Math.min(ROWS, n - j), ROWS, k, woven, to, COLUMNS);
        }
      }
      MemorySegment.copy(woven, 0, panels, JAVA_FLOAT, 0, size);
    }
  }
}
