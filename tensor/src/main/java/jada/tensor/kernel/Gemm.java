package jada.tensor.kernel;

/// Matrix products: C = S + A·B with A (m,k), B (k,n), C (m,n), and S zero, a row, or C itself.
///
/// Each element of C is one chain of fused multiply-adds in order of p = 0…k−1 that starts from S:
///
///     c ← s;  for p in 0…k−1:  c ← fma(a_ip, b_pj, c)
///
/// So the bits depend neither on the blocks below nor on threads, lanes, packing or the place of a
/// matrix within a larger one, and [ScalarGemm] gives the same.
///
/// The order of the loops is that of GotoBLAS (Goto, van de Geijn 2008): B is packed into panels as
/// wide as a tile; a task takes a block of rows of A and a range of panels, packs the block for as
/// many columns as fit the caches, and runs over it tile by tile with the sums in registers.
public final class Gemm {
  /// Columns of a tile: two vectors.
  static final int COLUMNS = Fastest.VECTOR ? VectorTile.COLUMNS : ScalarTile.COLUMNS;

  private static final int ROWS = ScalarTile.ROWS;

  /// Rows of a packed block of A: with 384 columns 96 KiB, which stays in L2 while panels of B
  /// pass.
  static final int ROW_BLOCK = 64;

  /// Columns of a packed block of A: a panel of B is then 24 KiB, a panel of A 6 KiB; both in L1.
  static final int DEPTH_BLOCK = 384;

  /// Floats of B that are packed at a time: 8 MiB.
  private static final int RIGHT_LIMIT = 1 << 21;

  /// Multiply-adds below which a task is not worth handing over: about 10 µs.
  private static final int TASK = 500_000;

  private static final float[] ZEROS = new float[COLUMNS];

  private Gemm() {}

  /// C ← A·B.
  ///
  /// @param c receives the product; element (i, j) is `c[co + i·ldc + j]`
  public static void multiply(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      Operand b,
      float[] c,
      int co,
      int ldc) {
    packAndRun(dispatcher, m, n, k, a, b, new Target(Start.ZERO, ZEROS, 0, c, co, ldc));
  }

  /// C ← C + A·B.
  ///
  /// @param c accumulated into; element (i, j) is `c[co + i·ldc + j]`
  public static void multiplyAdd(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      Operand b,
      float[] c,
      int co,
      int ldc) {
    packAndRun(dispatcher, m, n, k, a, b, new Target(Start.TARGET, c, co, c, co, ldc));
  }

  /// C ← 1·rowᵀ + A·B: `row[ro + j]` is where every element of column j starts from.
  ///
  /// @param c receives the result; element (i, j) is `c[co + i·ldc + j]`
  public static void multiplyAddRow(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      Operand b,
      float[] row,
      int ro,
      float[] c,
      int co,
      int ldc) {
    packAndRun(dispatcher, m, n, k, a, b, new Target(Start.ROW, row, ro, c, co, ldc));
  }

  /// [#multiply] with B packed beforehand; k and n are those of B.
  public static void multiply(
      Dispatcher dispatcher, int m, Operand a, PackedOperand b, float[] c, int co, int ldc) {
    Target target = new Target(Start.ZERO, ZEROS, 0, c, co, ldc);
    run(dispatcher, m, 0, b.n, b.k, a, b.panels, target);
  }

  /// [#multiplyAdd] with B packed beforehand; k and n are those of B.
  public static void multiplyAdd(
      Dispatcher dispatcher, int m, Operand a, PackedOperand b, float[] c, int co, int ldc) {
    Target target = new Target(Start.TARGET, c, co, c, co, ldc);
    run(dispatcher, m, 0, b.n, b.k, a, b.panels, target);
  }

  /// [#multiplyAddRow] with B packed beforehand; k and n are those of B.
  public static void multiplyAddRow(
      Dispatcher dispatcher,
      int m,
      Operand a,
      PackedOperand b,
      float[] row,
      int ro,
      float[] c,
      int co,
      int ldc) {
    Target target = new Target(Start.ROW, row, ro, c, co, ldc);
    run(dispatcher, m, 0, b.n, b.k, a, b.panels, target);
  }

  /// What the sums start from.
  private enum Start {
    ZERO,
    ROW,
    TARGET
  }

  /// Where the result goes and what it starts from.
  private record Target(Start from, float[] s, int so, float[] c, int co, int ldc) {}

  private static void packAndRun(
      Dispatcher dispatcher, int m, int n, int k, Operand a, Operand b, Target target) {
    if (m == 0 || n == 0) {
      return;
    }
    int width = Math.max(COLUMNS, RIGHT_LIMIT / Math.max(1, k) / COLUMNS * COLUMNS);
    float[] panels = Scratch.ofThread().right(Panels.size(k, Math.min(width, n)));
    for (int first = 0; first < n; first += width) {
      int from = first;
      int to = Math.min(n, first + width);
      int perTask = Math.max(1, TASK / 16 / Math.max(1, k * COLUMNS)) * COLUMNS;
      dispatcher.dispatch(
          ceilDiv(to - from, perTask),
          task -> {
            int j = from + task * perTask;
            Panels.packRight(b, from, k, j, Math.min(to, j + perTask), panels);
          });
      run(dispatcher, m, from, to, k, a, panels, target);
    }
  }

  /// Computes the columns `[from, to)` of C, whose panels are given.
  private static void run(
      Dispatcher dispatcher,
      int m,
      int from,
      int to,
      int k,
      Operand a,
      float[] panels,
      Target target) {
    if (m == 0 || from == to) {
      return;
    }
    // Blocks of nearly equal size, so that no thread is left with the last.
    int rowBlock = roundUp(ceilDiv(m, ceilDiv(m, ROW_BLOCK)), ROWS);
    int rowBlocks = ceilDiv(m, rowBlock);
    int columnBlock = columnBlock(rowBlock, rowBlocks, to - from, k);
    int columnBlocks = ceilDiv(to - from, columnBlock);
    dispatcher.dispatch(
        rowBlocks * columnBlocks,
        task -> {
          int i = task / columnBlocks * rowBlock;
          int j = from + task % columnBlocks * columnBlock;
          block(
              a,
              i,
              Math.min(rowBlock, m - i),
              panels,
              (j - from) * k,
              j,
              Math.min(to, j + columnBlock),
              k,
              target);
        });
  }

  /// Columns of a task: all of them where there are many blocks of rows, else fewer, but so many
  /// that packing the block of A again for each range (one step an element) stays small beside it.
  private static int columnBlock(int rowBlock, int rowBlocks, int columns, int k) {
    int wanted = ceilDiv(16, rowBlocks);
    int least = Math.max(96, TASK / Math.max(1, rowBlock * k));
    return roundUp(Math.max(least, ceilDiv(columns, wanted)), COLUMNS);
  }

  /// Computes rows `[i, i + rows)` and columns `[j, toColumn)` of C from the panels at `bo`.
  private static void block(
      Operand a,
      int i,
      int rows,
      float[] panels,
      int bo,
      int j,
      int toColumn,
      int k,
      Target target) {
    Scratch scratch = Scratch.ofThread();
    int depth = ceilDiv(Math.max(1, k), ceilDiv(Math.max(1, k), DEPTH_BLOCK));
    int p = 0;
    do { // once for k = 0 as well: C becomes S
      int kc = Math.min(depth, k - p);
      Panels.packLeft(a, i, rows, p, kc, scratch.left);
      for (int column = j; column < toColumn; column += COLUMNS) {
        int panel = bo + (column - j) * k + p * COLUMNS;
        int width = Math.min(COLUMNS, toColumn - column);
        for (int r = 0; r < rows; r += ROWS) {
          int height = Math.min(ROWS, rows - r);
          tile(scratch, r * kc, panels, panel, kc, p == 0, i + r, height, column, width, target);
        }
      }
      p += depth;
    } while (p < k);
  }

  private static void tile(
      Scratch scratch,
      int ao,
      float[] b,
      int bo,
      int k,
      boolean first,
      int i,
      int height,
      int j,
      int width,
      Target target) {
    float[] c = target.c;
    int ldc = target.ldc;
    int co = target.co + i * ldc + j;
    Start start = first ? target.from : Start.TARGET;
    float[] s = start == Start.TARGET ? c : target.s;
    int lds = start == Start.TARGET ? ldc : 0;
    int so =
        switch (start) {
          case ZERO -> 0;
          case ROW -> target.so + j;
          case TARGET -> co;
        };
    if (height == ROWS && width == COLUMNS) {
      full(scratch.left, ao, b, bo, k, s, so, lds, c, co, ldc);
      return;
    }
    for (int r = 0; r < height; r++) {
      System.arraycopy(s, so + r * lds, scratch.start, r * COLUMNS, width);
    }
    full(scratch.left, ao, b, bo, k, scratch.start, 0, COLUMNS, scratch.tile, 0, COLUMNS);
    for (int r = 0; r < height; r++) {
      System.arraycopy(scratch.tile, r * COLUMNS, c, co + r * ldc, width);
    }
  }

  private static void full(
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
    if (Fastest.VECTOR) {
      VectorTile.multiply(a, ao, b, bo, k, s, so, lds, c, co, ldc);
    } else {
      ScalarTile.multiply(a, ao, b, bo, k, s, so, lds, c, co, ldc);
    }
  }

  private static int ceilDiv(int x, int y) {
    return Math.ceilDiv(x, y);
  }

  private static int roundUp(int x, int multiple) {
    return Math.ceilDiv(x, multiple) * multiple;
  }
}
