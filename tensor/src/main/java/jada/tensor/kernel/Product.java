package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// One matrix product with B packed: cuts C into blocks for tasks, and blocks into tiles.
final class Product {
  private static final int ROWS = ScalarTile.ROWS;
  private static final int COLUMNS = Gemm.COLUMNS;

  /// Rows of two tiles, one below the other.
  private static final int TALL = 2 * ROWS;

  /// Rows of a packed block of A: with 384 columns 96 KiB, which stays in L2 while panels of B
  /// pass.
  static final int ROW_BLOCK = 64;

  /// Columns of a packed block of A: a panel of B is then 24 KiB, a panel of A 6 KiB; both in L1.
  static final int DEPTH_BLOCK = 384;

  /// Tasks into which a product is cut where it is large enough: several for each thread, so that
  /// none waits long for the last.
  private static final int TASKS = 16;

  /// Multiply-adds below which a task is not worth handing over: about 10 µs.
  static final int TASK = 500_000;

  /// A product of at most so many columns reads A in place: each element of A is used so seldom
  /// that packing costs more than the slower tile.
  private static final int NARROW = 2 * COLUMNS;

  static final float[] ZEROS = new float[COLUMNS];

  /// What the sums start from.
  enum Start {
    ZERO,
    ROW,
    TARGET
  }

  private final int m;
  private final int k;
  private final Operand a;
  private final Right right;
  private final boolean inPlace;
  private final Optional<LowRank.Packed> lowRank;
  private final Start start;
  private final float[] row;
  private final int ro;
  private final Target target;

  /// The columns `[first, last)` of B and of C, in panels.
  record Right(MemorySegment panels, int first, int last) {}

  /// Element (i, j) of C is `data[offset + i·stride + j]`.
  record Target(float[] data, int offset, int stride) {}

  /// @param lowRank a second product to be added, see [LowRank]
  /// @param row where every row starts from, beginning at `ro`, with [Start#ROW]
  Product(
      int m,
      int k,
      Operand a,
      Right right,
      Optional<LowRank.Packed> lowRank,
      Start start,
      float[] row,
      int ro,
      Target target) {
    this.m = m;
    this.k = k;
    this.a = a;
    this.right = right;
    this.lowRank = lowRank;
    this.inPlace = !a.transposed && lowRank.isEmpty() && right.last - right.first <= NARROW;
    this.start = start;
    this.row = row;
    this.ro = ro;
    this.target = target;
  }

  void run(Dispatcher dispatcher) {
    int columns = right.last - right.first;
    Effort.count(m, columns, k);
    lowRank.ifPresent(second -> second.count(m, columns));
    if (m == 0 || columns == 0) {
      return;
    }
    // Blocks of nearly equal size, so that no thread is left with the last.
    int wantedRows =
        lowRank.isPresent() ? Math.clamp(Math.ceilDiv(m, TASKS), 16, ROW_BLOCK) : ROW_BLOCK;
    int rowBlock = roundUp(Math.ceilDiv(m, Math.ceilDiv(m, wantedRows)), ROWS);
    int rowBlocks = Math.ceilDiv(m, rowBlock);
    int columnBlock = columnBlock(rowBlock, rowBlocks, columns);
    int columnBlocks = Math.ceilDiv(columns, columnBlock);
    dispatcher.dispatch(
        rowBlocks * columnBlocks,
        task -> {
          int i = task % rowBlocks * rowBlock; // so that a range of panels passes once through L3
          int j = right.first + task / rowBlocks * columnBlock;
          block(i, Math.min(m, i + rowBlock), j, Math.min(right.last, j + columnBlock));
        });
  }

  /// Columns of a task: all of them where there are many blocks of rows, unless that makes a task
  /// so long that threads wait for the last one; else fewer. But so many that packing the block of
  /// A again for each range stays small beside multiplying it: 3 % at 384 columns.
  private int columnBlock(int rowBlock, int rowBlocks, int columns) {
    int wanted = Math.ceilDiv(TASKS, rowBlocks);
    int least = Math.max(96, TASK / Math.max(1, rowBlock * k));
    int block = Math.max(least, Math.min(768, Math.ceilDiv(columns, wanted)));
    // Ranges of nearly equal size.
    return roundUp(Math.ceilDiv(columns, Math.ceilDiv(columns, block)), COLUMNS);
  }

  /// Computes rows `[i, toRow)` and columns `[j, toColumn)` of C.
  private void block(int i, int toRow, int j, int toColumn) {
    Scratch scratch = Scratch.ofThread();
    int depth = Math.ceilDiv(Math.max(1, k), Math.ceilDiv(Math.max(1, k), DEPTH_BLOCK));
    int p = 0;
    do { // once for k = 0 as well: C becomes what it starts from
      int kc = Math.min(depth, k - p);
      if (!inPlace) {
        Panels.packLeft(a, i, toRow - i, p, kc, scratch.left);
      }
      boolean last = p + kc == k;
      if (lowRank.isPresent()) {
        lowRank.get().down(scratch, toRow - i, p, kc);
        if (last) { // of the tasks for these rows, all of which compute A·D, the first hands it out
          lowRank.get().finish(scratch, i, toRow - i, j == 0);
        }
      }
      for (int column = j; column < toColumn; column += COLUMNS) {
        int width = Math.min(COLUMNS, toColumn - column);
        int panel = (column - right.first) * k + p * COLUMNS;
        boolean tall = !inPlace && width == COLUMNS;
        for (int r = i; r < toRow; ) {
          int left = inPlace ? a.offset + r * a.stride + p : (r - i) * kc;
          int height = tall && r + TALL <= toRow ? TALL : Math.min(ROWS, toRow - r);
          tile(scratch, left, panel, kc, p == 0 ? start : Start.TARGET, r, height, column, width);
          if (lowRank.isPresent() && last) {
            addUp(lowRank.get(), scratch, r - i, r, height, column, width);
          }
          r += height;
        }
      }
      p += depth;
    } while (p < k);
  }

  /// Computes the tile at (i, j) of C, which is `height` by `width` at the edge, or two whole ones,
  /// one below the other, if it is [#TALL].
  private void tile(
      Scratch scratch,
      int left,
      int panel,
      int depth,
      Start from,
      int i,
      int height,
      int j,
      int width) {
    float[] c = target.data;
    int to = target.offset + i * target.stride + j;
    float[] s = c;
    int so = to;
    int lds = target.stride;
    if (from != Start.TARGET) {
      s = from == Start.ROW ? row : ZEROS;
      so = from == Start.ROW ? ro + j : 0;
      lds = 0;
    }
    if (height == TALL) {
      int below = left + depth * ROWS;
      float[] x = scratch.left;
      MemorySegment b = right.panels;
      Fastest.tallTile(x, left, below, b, panel, depth, s, so, lds, c, to, target.stride);
      return;
    }
    if (height == ROWS && width == COLUMNS) {
      multiply(scratch, left, height, panel, depth, s, so, lds, c, to, target.stride);
      return;
    }
    for (int r = 0; r < height; r++) {
      System.arraycopy(s, so + r * lds, scratch.start, r * COLUMNS, width);
    }
    multiply(
        scratch, left, height, panel, depth, scratch.start, 0, COLUMNS, scratch.tile, 0, COLUMNS);
    for (int r = 0; r < height; r++) {
      System.arraycopy(scratch.tile, r * COLUMNS, c, to + r * target.stride, width);
    }
  }

  /// Adds the second product to the tile at (i, j) of C, or to two of them as in [#tile].
  private void addUp(
      LowRank.Packed second, Scratch scratch, int row, int i, int height, int j, int width) {
    float[] c = target.data;
    int to = target.offset + i * target.stride + j;
    if (height == TALL) {
      second.upTall(scratch, row, j, c, to, target.stride);
      return;
    }
    if (height == ROWS && width == COLUMNS) {
      second.up(scratch, row, j, c, to, target.stride);
      return;
    }
    for (int r = 0; r < height; r++) {
      System.arraycopy(c, to + r * target.stride, scratch.tile, r * COLUMNS, width);
    }
    second.up(scratch, row, j, scratch.tile, 0, COLUMNS);
    for (int r = 0; r < height; r++) {
      System.arraycopy(scratch.tile, r * COLUMNS, c, to + r * target.stride, width);
    }
  }

  private void multiply(
      Scratch scratch,
      int left,
      int height,
      int panel,
      int depth,
      float[] s,
      int so,
      int lds,
      float[] to,
      int at,
      int ldt) {
    MemorySegment b = right.panels;
    if (!inPlace) {
      Fastest.tile(scratch.left, left, b, panel, depth, s, so, lds, to, at, ldt);
      return;
    }
    // Below the edge the last row is read again; what it gives is not kept.
    int a1 = left + Math.min(1, height - 1) * a.stride;
    int a2 = left + Math.min(2, height - 1) * a.stride;
    int a3 = left + Math.min(3, height - 1) * a.stride;
    if (Fastest.VECTOR) {
      VectorTile.multiplyRows(a.data, left, a1, a2, a3, b, panel, depth, s, so, lds, to, at, ldt);
    } else {
      ScalarTile.multiplyRows(a.data, left, a1, a2, a3, b, panel, depth, s, so, lds, to, at, ldt);
    }
  }

  private static int roundUp(int x, int multiple) {
    return Math.ceilDiv(x, multiple) * multiple;
  }
}
