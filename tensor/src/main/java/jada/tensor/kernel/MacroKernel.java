package jada.tensor.kernel;

import jada.tensor.kernel.Gemm.Start;
import jada.tensor.kernel.Gemm.Target;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// A matrix product whose B is packed: splits C into blocks for tasks, and blocks into micro-tiles.
final class MacroKernel {
  private static final int MR = ScalarMicroKernel.MR;
  private static final int NR = Gemm.NR;

  /// Rows of three micro-tiles, one below the other.
  static final int TALL_MR = 3 * MR;

  /// mc: rows of a packed block of A. A multiple of [#TALL_MR], so that no block ends in a 4-row
  /// tile, which would read a whole micro-panel of B for four rows.
  static final int MC = 4 * TALL_MR;

  /// kc: columns of a packed block of A. Large enough that C, which comes from L3 or memory, is
  /// read and written once for all channels of common models. The block is then 288 KiB, and a
  /// micro-panel of B 192 KiB with 16 lanes: both lie in L2 and stream through L1, which costs the
  /// micro-kernel about 1 %. Blocks whose micro-panels fit into L1 (mc = 64, kc = 384) are slower,
  /// by 3 to 7 % with 8 lanes and more with 16, because C passes through memory several times.
  ///
  /// Where k > kc, the next block continues the sums of C, so the chain of an element is unbroken.
  static final int KC = 1536;

  /// Number of tasks for a product that is large enough: several for each thread, so that none
  /// waits long for the last.
  private static final int TASKS = 16;

  /// Multiply-adds below which a task is not worth handing to another thread: about 10 µs.
  static final int TASK = 500_000;

  /// A product of at most this many columns reads A in place: each element of A is used so seldom
  /// that packing costs more than the slower micro-kernel. Never where tall tiles are used: they
  /// need packed panels and gain more than packing costs.
  private static final int NARROW = Backend.TALL ? 0 : 2 * NR;

  static final float[] ZEROS = new float[NR];

  private final int m;
  private final int k;
  private final Operand a;
  private final Right right;
  private final boolean inPlace;
  private final Optional<LowRank.Packed> lowRank;
  private final int rank; // 0 without a low-rank product
  private final MemorySegment up; // unused without a low-rank product
  private final Start start;
  private final Target target;

  /// The columns `[first, last)` of B and C, packed into micro-panels.
  record Right(MemorySegment panels, int first, int last) {}

  /// A range of rows and columns of C, and the packed rows of A that belong to it.
  ///
  /// @param at where the micro-panels of A begin in `left`
  /// @param tail where those of (A·D) ⊙ s begin
  private record Block(Packed left, int at, int tail, int i, int toRow, int j, int toColumn) {}

  /// An array of micro-panels, in an object of its own because records here hold no arrays.
  private static final class Packed {
    final float[] data;

    Packed(float[] data) {
      this.data = data;
    }
  }

  MacroKernel(Gemm.Call call, Right right, Optional<LowRank.Packed> lowRank, Target target) {
    this.m = call.m;
    this.k = call.k;
    this.a = call.a;
    this.right = right;
    this.lowRank = lowRank;
    this.rank = lowRank.map(LowRank.Packed::rank).orElse(0);
    this.up = lowRank.map(LowRank.Packed::up).orElse(right.panels);
    this.inPlace = !a.transposed && lowRank.isEmpty() && right.last - right.first <= NARROW;
    this.start = call.start;
    this.target = target;
  }

  void run(Dispatcher dispatcher) {
    int columns = right.last - right.first;
    Effort.count(m, columns, k);
    lowRank.ifPresent(second -> second.count(m, columns));
    if (m == 0 || columns == 0) {
      return;
    }
    // Blocks of nearly equal size, so that no thread is left with the last one.
    int wantedRows = lowRank.isPresent() ? Math.clamp(Math.ceilDiv(m, TASKS), 16, MC) : MC;
    int equalRows = Math.ceilDiv(m, Math.ceilDiv(m, wantedRows));
    int rowBlock = roundUp(equalRows, equalRows < TALL_MR ? MR : TALL_MR);
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
          int i = task % rowBlocks * rowBlock; // rows first: a column range passes L3 only once
          int j = right.first + task / rowBlocks * columnBlock;
          block(i, Math.min(m, i + rowBlock), j, Math.min(right.last, j + columnBlock));
        });
  }

  /// If all rows form one block, it is packed, and A·D computed, once for all tasks instead of once
  /// for each. With LoRA on 24 matrices this saves 5 to 9 % of the answer to a short sentence.
  private void packOnce(Dispatcher dispatcher, int columnBlock, int columnBlocks) {
    Scratch scratch = Scratch.ofThread();
    int rows = roundUp(m, MR);
    int tail = Math.multiplyExact(rows, k);
    Packed left = new Packed(scratch.left(Math.max(1, Math.addExact(tail, tailSize(rows)))));
    Block all = new Block(left, 0, tail, 0, m, right.first, right.last);
    forEachDepth((p, kc) -> pack(scratch, all, p * rows, p, kc, true));
    dispatcher.dispatch(
        columnBlocks,
        task -> {
          int j = right.first + task * columnBlock;
          int toColumn = Math.min(right.last, j + columnBlock);
          Block block = new Block(left, 0, tail, 0, m, j, toColumn);
          forEachDepth((p, kc) -> sweep(block, p * rows, p, kc));
          Scratch.ofThread().arguments.clear();
        });
    scratch.arguments.clear(); // of A·D, in case other threads took all tasks
  }

  private interface Depth {
    /// @param p the first column of A
    /// @param kc how many
    void run(int p, int kc);
  }

  /// Runs `body` for one part of the columns of A after another, and at least once: for k = 0, C
  /// becomes S.
  private void forEachDepth(Depth body) {
    int depth = Math.ceilDiv(Math.max(1, k), Math.ceilDiv(Math.max(1, k), KC));
    int p = 0;
    do {
      body.run(p, Math.min(depth, k - p));
      p += depth;
    } while (p < k);
  }

  /// Columns of a task. All of them if there are many blocks of rows, unless tasks would then be so
  /// long that threads wait for the last one; otherwise fewer. Packing the block of A again for
  /// each range of columns must stay cheap beside multiplying it: 3 % at 384 columns.
  private int columnBlock(int rowBlock, int rowBlocks, int columns) {
    int wanted = Math.ceilDiv(TASKS, rowBlocks);
    int least = Math.max(96, TASK / Math.max(1, rowBlock * k));
    int block = Math.max(least, Math.min(768, Math.ceilDiv(columns, wanted)));
    // Ranges of nearly equal size.
    return roundUp(Math.ceilDiv(columns, Math.ceilDiv(columns, block)), NR);
  }

  /// Computes rows `[i, toRow)` and columns `[j, toColumn)` of C.
  private void block(int i, int toRow, int j, int toColumn) {
    Scratch scratch = Scratch.ofThread();
    int tail = MC * KC;
    float[] left = inPlace ? a.data : scratch.left(Math.addExact(tail, tailSize(MC)));
    Block block = new Block(new Packed(left), 0, tail, i, toRow, j, toColumn);
    forEachDepth(
        (p, kc) -> {
          if (!inPlace) {
            // All tasks for these rows compute A·D; the first one stores it.
            pack(scratch, block, 0, p, kc, j == 0);
          }
          sweep(block, 0, p, kc);
        });
    scratch.arguments.clear();
  }

  /// Floats of (A·D) ⊙ s for the given number of rows.
  private int tailSize(int rows) {
    return lowRank.map(second -> Math.multiplyExact(second.rank(), rows)).orElse(0);
  }

  /// Packs the block's rows and the columns `[p, p + kc)` of A, and adds their part of A·D. With
  /// the last columns, (A·D) ⊙ s is complete and packed, too.
  ///
  /// @param at where the micro-panels go
  /// @param writes whether to store A·D
  private void pack(Scratch scratch, Block block, int at, int p, int kc, boolean writes) {
    float[] left = block.left.data;
    int rows = block.toRow - block.i;
    Panels.packLeft(a, block.i, rows, p, kc, left, at);
    if (lowRank.isPresent()) {
      lowRank.get().down(scratch, left, at, rows, p, kc);
      if (p + kc == k) {
        lowRank.get().finish(scratch, left, block.tail, block.i, rows, writes);
      }
    }
  }

  /// Continues the block's sums by the columns `[p, p + kc)` of A.
  ///
  /// @param at where [#pack] has put these columns
  private void sweep(Block block, int at, int p, int kc) {
    Scratch scratch = Scratch.ofThread();
    for (int column = block.j; column < block.toColumn; column += NR) {
      int width = Math.min(NR, block.toColumn - column);
      int bo = (column - right.first) * k + p * NR;
      if (column + NR < block.toColumn) {
        scratch.touched = Panels.touch(right.panels, bo + NR * k, kc * NR);
      }
      for (int r = block.i; r < block.toRow; ) {
        int height =
            !inPlace && r + TALL_MR <= block.toRow ? TALL_MR : Math.min(MR, block.toRow - r);
        MicroKernelArguments tile = scratch.arguments;
        if (inPlace) {
          int first = a.offset + r * a.stride + p;
          tile.firstInPlace(a.data, first, a.stride, height, right.panels, bo, kc);
        } else {
          tile.first(block.left.data, at + (r - block.i) * kc, right.panels, bo, kc);
        }
        if (rank > 0 && p + kc == k) {
          tile.second(block.left.data, block.tail + (r - block.i) * rank, up, column * rank, rank);
        } else {
          tile.alone();
        }
        tile(scratch, tile, r, height, column, width, p == 0);
        r += height;
      }
    }
  }

  /// Computes one micro-tile, `height` × `width` at (i, j) of C. At the edges of C it is computed
  /// in full size in a buffer, and its part inside of C is copied.
  ///
  /// @param tile what to multiply
  /// @param first whether the sums begin here, rather than continue what C holds
  private void tile(
      Scratch scratch,
      MicroKernelArguments tile,
      int i,
      int height,
      int j,
      int width,
      boolean first) {
    float[] c = target.data;
    int to = target.offset + i * target.stride + j;
    float[] s = c;
    int so = to;
    int lds = target.stride;
    if (first && start.kind() != Start.Kind.TARGET) {
      boolean fromRow = start.kind() == Start.Kind.ROW;
      s = fromRow ? start.row().data : ZEROS;
      so = fromRow ? start.row().offset + j : 0;
      lds = 0;
    }
    if (height >= MR && width == NR) {
      microKernel(tile.from(s, so, lds).to(c, to, target.stride), height);
      return;
    }
    if (s != ZEROS) { // ZEROS is as wide as a tile
      int rows = lds == 0 ? 1 : height;
      for (int r = 0; r < rows; r++) {
        System.arraycopy(s, so + r * lds, scratch.start, r * NR, width);
      }
      s = scratch.start;
      so = 0;
      lds = lds == 0 ? 0 : NR;
    }
    microKernel(tile.from(s, so, lds).to(scratch.tile, 0, NR), height);
    for (int r = 0; r < height; r++) {
      System.arraycopy(scratch.tile, r * NR, c, to + r * target.stride, width);
    }
  }

  private void microKernel(MicroKernelArguments tile, int height) {
    if (inPlace) {
      Backend.tileOfRows(tile);
    } else if (height == TALL_MR) {
      Backend.tallTile(tile);
    } else {
      Backend.tile(tile);
    }
  }

  static int roundUp(int x, int multiple) {
    return Math.ceilDiv(x, multiple) * multiple;
  }
}
