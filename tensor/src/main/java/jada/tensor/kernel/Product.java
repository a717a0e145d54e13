package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// One matrix product with B packed: cuts C into blocks for tasks, and blocks into tiles.
final class Product {
  private static final int ROWS = ScalarTile.ROWS;
  private static final int COLUMNS = Gemm.COLUMNS;

  /// Rows of three tiles, one below the other.
  static final int TALL = 3 * ROWS;

  /// Rows of a packed block of A: a multiple of [#TALL], so that no block ends with a tile of four
  /// rows, which reads all of a panel of B for them.
  static final int ROW_BLOCK = 4 * TALL;

  /// Columns of a packed block of A: so many that C, which comes from L3 or memory, is read and
  /// written once for all channels of common models. The block is then 288 KiB and a panel of B 192
  /// KiB with 16 lanes: both lie in L2 and stream through L1, which costs the tile 1 % (in L1 217,
  /// from L2 215 GFLOP/s). Blocks of 64 rows and 384 columns, for which a panel of B or nearly so
  /// fits into L1, give 324 instead of 390 GFLOP/s for 1024×384×1536, 342 instead of 389 for
  /// 2048×768×768 (Zen 5, two threads, in turns); with 8 lanes it is 3 to 7 %.
  static final int DEPTH_BLOCK = 1536;

  /// Tasks into which a product is cut where it is large enough: several for each thread, so that
  /// none waits long for the last.
  private static final int TASKS = 16;

  /// Multiply-adds below which a task is not worth handing over: about 10 µs.
  static final int TASK = 500_000;

  /// A product of at most so many columns reads A in place: each element of A is used so seldom
  /// that packing costs more than the slower tile. Not where tall tiles, which need panels, gain
  /// more than that: attention's products of 64 columns take 2.2 instead of 3.3 µs.
  private static final int NARROW = Fastest.TALL ? 0 : 2 * COLUMNS;

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
  private final int rank; // 0 without it
  private final MemorySegment up; // any without it
  private final Start start;
  private final float[] bias;
  private final int ro;
  private final Target target;

  /// The columns `[first, last)` of B and of C, in panels.
  record Right(MemorySegment panels, int first, int last) {}

  /// Element (i, j) of C is `data[offset + i·stride + j]`.
  record Target(float[] data, int offset, int stride) {}

  /// @param lowRank a second product to be added, see [LowRank]
  /// @param bias where every row starts from, beginning at `ro`, with [Start#ROW]
  Product(
      int m,
      int k,
      Operand a,
      Right right,
      Optional<LowRank.Packed> lowRank,
      Start start,
      float[] bias,
      int ro,
      Target target) {
    this.m = m;
    this.k = k;
    this.a = a;
    this.right = right;
    this.lowRank = lowRank;
    this.rank = lowRank.map(LowRank.Packed::rank).orElse(0);
    this.up = lowRank.map(LowRank.Packed::up).orElse(right.panels);
    this.inPlace = !a.transposed && lowRank.isEmpty() && right.last - right.first <= NARROW;
    this.start = start;
    this.bias = bias;
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
    int equalRows = Math.ceilDiv(m, Math.ceilDiv(m, wantedRows));
    int rowBlock = roundUp(equalRows, equalRows < TALL ? ROWS : TALL);
    int rowBlocks = Math.ceilDiv(m, rowBlock);
    int columnBlock = columnBlock(rowBlock, rowBlocks, columns);
    int columnBlocks = Math.ceilDiv(columns, columnBlock);
    if (rowBlocks == 1 && columnBlocks > 1 && !inPlace) {
      packOnce(dispatcher, columnBlock, columnBlocks);
      return;
    }
    dispatcher.dispatch(
        rowBlocks * columnBlocks,
        task -> {
          int i = task % rowBlocks * rowBlock; // so that a range of panels passes once through L3
          int j = right.first + task / rowBlocks * columnBlock;
          block(i, Math.min(m, i + rowBlock), j, Math.min(right.last, j + columnBlock));
        });
  }

  /// Where all rows are one block it is packed, and A·D computed, once for all tasks rather than by
  /// each: with LoRA on 24 matrices the answer to a sentence of 16 tokens takes 9 % less on one
  /// thread, 5 % on two.
  private void packOnce(Dispatcher dispatcher, int columnBlock, int columnBlocks) {
    Scratch scratch = Scratch.ofThread();
    int rows = roundUp(m, ROWS);
    int tail = Math.multiplyExact(rows, k);
    float[] left = scratch.left(Math.max(1, Math.addExact(tail, tailSize(rows))));
    forEachDepth((p, kc) -> pack(scratch, left, p * rows, tail, 0, m, p, kc, true));
    dispatcher.dispatch(
        columnBlocks,
        task -> {
          int j = right.first + task * columnBlock;
          int toColumn = Math.min(right.last, j + columnBlock);
          forEachDepth((p, kc) -> sweep(left, p * rows, tail, 0, m, j, toColumn, p, kc));
          Scratch.ofThread().arguments.clear();
        });
    scratch.arguments.clear(); // of A·D, if others have taken all tasks
  }

  private interface Depth {
    /// @param p the first column of A
    /// @param kc how many
    void run(int p, int kc);
  }

  /// Runs `body` for one part of the columns of A after the other, at least once: for k = 0 C
  /// becomes what it starts from.
  private void forEachDepth(Depth body) {
    int depth = Math.ceilDiv(Math.max(1, k), Math.ceilDiv(Math.max(1, k), DEPTH_BLOCK));
    int p = 0;
    do {
      body.run(p, Math.min(depth, k - p));
      p += depth;
    } while (p < k);
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
    int tail = ROW_BLOCK * DEPTH_BLOCK;
    float[] left = inPlace ? a.data : scratch.left(Math.addExact(tail, tailSize(ROW_BLOCK)));
    forEachDepth(
        (p, kc) -> {
          if (!inPlace) {
            // Of the tasks for these rows, all of which compute A·D, the first hands it out.
            pack(scratch, left, 0, tail, i, toRow, p, kc, j == 0);
          }
          sweep(left, 0, tail, i, toRow, j, toColumn, p, kc);
        });
    scratch.arguments.clear();
  }

  /// Floats that (A·D) ⊙ s takes for so many rows.
  private int tailSize(int rows) {
    return lowRank.map(second -> Math.multiplyExact(second.rank(), rows)).orElse(0);
  }

  /// Packs rows `[i, toRow)` and columns `[p, p + kc)` of A, and continues A·D by them.
  ///
  /// @param left receives the panels, from `at` on, and with the last columns (A·D) ⊙ s from `tail`
  ///   on
  /// @param writes whether to hand out A·D
  private void pack(
      Scratch scratch,
      float[] left,
      int at,
      int tail,
      int i,
      int toRow,
      int p,
      int kc,
      boolean writes) {
    Panels.packLeft(a, i, toRow - i, p, kc, left, at);
    if (lowRank.isPresent()) {
      lowRank.get().down(scratch, left, at, toRow - i, p, kc);
      if (p + kc == k) {
        lowRank.get().finish(scratch, left, tail, i, toRow - i, writes);
      }
    }
  }

  /// Continues rows `[i, toRow)` and columns `[j, toColumn)` of C by the columns `[p, p + kc)` of
  /// A.
  ///
  /// @param left holds what [#pack] has put there
  private void sweep(
      float[] left, int at, int tail, int i, int toRow, int j, int toColumn, int p, int kc) {
    Scratch scratch = Scratch.ofThread();
    for (int column = j; column < toColumn; column += COLUMNS) {
      int width = Math.min(COLUMNS, toColumn - column);
      if (column + COLUMNS < toColumn) {
        int next = (column + COLUMNS - right.first) * k + p * COLUMNS;
        scratch.touched = Panels.touch(right.panels, next, kc * COLUMNS);
      }
      for (int r = i; r < toRow; ) {
        int height = !inPlace && r + TALL <= toRow ? TALL : Math.min(ROWS, toRow - r);
        int ao = at + (r - i) * kc;
        int yo = tail + (r - i) * rank;
        tile(scratch, left, ao, yo, r, height, column, width, p, kc);
        r += height;
      }
    }
  }

  /// Computes the tile at (i, j) of C, which is `height` by `width` at the edge, or three of them,
  /// one below the other, if it is [#TALL] high, for the columns `[p, p + depth)` of A.
  ///
  /// @param ao where its panels of A begin in `left`
  /// @param yo where those of (A·D) ⊙ s begin
  private void tile(
      Scratch scratch,
      float[] left,
      int ao,
      int yo,
      int i,
      int height,
      int j,
      int width,
      int p,
      int depth) {
    float[] c = target.data;
    int to = target.offset + i * target.stride + j;
    float[] s = c;
    int so = to;
    int lds = target.stride;
    if (p == 0 && start != Start.TARGET) {
      s = start == Start.ROW ? bias : ZEROS;
      so = start == Start.ROW ? ro + j : 0;
      lds = 0;
    }
    boolean whole = height >= ROWS && width == COLUMNS;
    if (whole) {
      multiply(scratch, left, ao, yo, i, height, j, p, depth, s, so, lds, c, to, target.stride);
      return;
    }
    if (s != ZEROS) { // which are as wide as a tile
      int rows = lds == 0 ? 1 : height;
      for (int r = 0; r < rows; r++) {
        System.arraycopy(s, so + r * lds, scratch.start, r * COLUMNS, width);
      }
      s = scratch.start;
      so = 0;
      lds = lds == 0 ? 0 : COLUMNS;
    }
    multiply(scratch, left, ao, yo, i, height, j, p, depth, s, so, lds, scratch.tile, 0, COLUMNS);
    for (int r = 0; r < height; r++) {
      System.arraycopy(scratch.tile, r * COLUMNS, c, to + r * target.stride, width);
    }
  }

  private void multiply(
      Scratch scratch,
      float[] left,
      int ao,
      int yo,
      int i,
      int height,
      int j,
      int p,
      int depth,
      float[] s,
      int so,
      int lds,
      float[] to,
      int at,
      int ldt) {
    MemorySegment b = right.panels;
    int bo = (j - right.first) * k + p * COLUMNS;
    if (inPlace) {
      multiplyRows(i, height, b, bo, p, depth, s, so, lds, to, at, ldt);
      return;
    }
    TileArguments tile =
        scratch.arguments.from(s, so, lds).first(left, ao, b, bo, depth).to(to, at, ldt);
    if (rank > 0 && p + depth == k) {
      tile.second(left, yo, up, j * rank, rank);
    } else {
      tile.alone();
    }
    if (height == TALL) {
      Fastest.tallTile(tile);
    } else {
      Fastest.tile(tile);
    }
  }

  private void multiplyRows(
      int i,
      int height,
      MemorySegment b,
      int bo,
      int p,
      int depth,
      float[] s,
      int so,
      int lds,
      float[] to,
      int at,
      int ldt) {
    int a0 = a.offset + i * a.stride + p;
    // Below the edge the last row is read again; what it gives is not kept.
    int a1 = a0 + Math.min(1, height - 1) * a.stride;
    int a2 = a0 + Math.min(2, height - 1) * a.stride;
    int a3 = a0 + Math.min(3, height - 1) * a.stride;
    if (Fastest.VECTOR) {
      VectorTile.multiplyRows(a.data, a0, a1, a2, a3, b, bo, depth, s, so, lds, to, at, ldt);
    } else {
      ScalarTile.multiplyRows(a.data, a0, a1, a2, a3, b, bo, depth, s, so, lds, to, at, ldt);
    }
  }

  static int roundUp(int x, int multiple) {
    return Math.ceilDiv(x, multiple) * multiple;
  }
}
