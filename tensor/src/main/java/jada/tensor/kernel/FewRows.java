package jada.tensor.kernel;

import jada.tensor.kernel.Product.Start;
import jada.tensor.kernel.Product.Target;
import java.util.Arrays;

/// A product C = S + A·B whose A has so few rows that every element of B is used two or three times
/// only: the gradients of an adapter's factors, (r,T)·(T,n). B is read where it lies, since packing
/// it would take as long as the product.
///
/// For MiniLM's 1,024 tokens and r = 12 on two threads 92 instead of 50 GFLOP/s.
final class FewRows {
  private static final int ROWS = ScalarTile.ROWS;
  private static final int COLUMNS = Gemm.COLUMNS;

  /// Rows of A at most.
  static final int LIMIT = 4 * ROWS;

  /// Rows of B that are read for one tile after the other: few enough to stay in L1.
  static final int DEPTH_BLOCK = 128;

  /// Columns of a task at least. With those of one panel alone each row of B would give two cache
  /// lines at a time, too few for the processor to see where it goes on: with 96, and 128 instead
  /// of 64 rows, the gradient of a factor of 12 rows takes a tenth less with 16 lanes, a fifth less
  /// with 8 (Zen 5, 1,024 tokens of 384 channels, 2,048 of 768, two threads).
  private static final int LEAST = 96;

  private final int m;
  private final int n;
  private final int k;
  private final Operand a;
  private final Operand b;
  private final Start start;
  private final float[] row;
  private final int ro;
  private final Target target;

  FewRows(
      int m, int n, int k, Operand a, Operand b, Start start, float[] row, int ro, Target target) {
    this.m = m;
    this.n = n;
    this.k = k;
    this.a = a;
    this.b = b;
    this.start = start;
    this.row = row;
    this.ro = ro;
    this.target = target;
  }

  /// Whether a product is one of these.
  static boolean fits(int m, Operand b) {
    return m <= LIMIT && !b.transposed;
  }

  void run(Dispatcher dispatcher) {
    Effort.count(m, n, k);
    float[] left = Scratch.ofThread().few(Math.multiplyExact(LIMIT, k));
    Panels.packLeft(a, 0, m, 0, k, left, 0);
    int panels = Math.ceilDiv(n, COLUMNS);
    long work = Math.max(1, (long) m * k * COLUMNS);
    int perTask = (int) Math.max(Math.ceilDiv(LEAST, COLUMNS), Product.TASK / work);
    dispatcher.dispatch(
        Math.ceilDiv(panels, perTask),
        task -> {
          int j = task * perTask * COLUMNS;
          columns(left, j, Math.min(n, j + perTask * COLUMNS));
          Scratch.ofThread().arguments.clear();
        });
  }

  /// Computes the columns `[j, toColumn)` of C.
  private void columns(float[] left, int j, int toColumn) {
    for (int i = 0; i < m; i++) {
      begin(target.offset() + i * target.stride(), j, toColumn - j);
    }
    for (int p = 0; p < k; p += DEPTH_BLOCK) {
      int depth = Math.min(DEPTH_BLOCK, k - p);
      Operand rows = Operand.of(b.data, b.offset + p * b.stride, b.stride);
      for (int column = j; column < toColumn; column += COLUMNS) {
        strip(left, rows, p, depth, column, Math.min(COLUMNS, toColumn - column));
      }
    }
  }

  /// Adds the product of the columns `[p, p + depth)` of A, which lie in `left`, and a strip of as
  /// many rows of B.
  private void strip(float[] left, Operand rows, int p, int depth, int j, int width) {
    Scratch scratch = Scratch.ofThread();
    boolean whole = width == COLUMNS;
    float[] right = rows.data;
    int bo = rows.offset + j;
    int ldb = rows.stride;
    if (!whole) {
      right = scratch.strip;
      bo = 0;
      ldb = COLUMNS;
      Panels.packStrip(rows, j, width, 0, depth, right);
    }
    float[] c = target.data();
    for (int i = 0; i < m; i += ROWS) {
      int ao = i * k + p * ROWS;
      int to = target.offset() + i * target.stride() + j;
      int height = Math.min(ROWS, m - i);
      TileArguments tile = scratch.arguments.inPlace(left, ao, right, bo, ldb, depth);
      if (height == ROWS && whole) {
        Fastest.tileInPlace(tile.to(c, to, target.stride()));
        continue;
      }
      for (int r = 0; r < height; r++) {
        System.arraycopy(c, to + r * target.stride(), scratch.tile, r * COLUMNS, width);
      }
      Fastest.tileInPlace(tile.to(scratch.tile, 0, COLUMNS));
      for (int r = 0; r < height; r++) {
        System.arraycopy(scratch.tile, r * COLUMNS, c, to + r * target.stride(), width);
      }
    }
  }

  /// Writes into a row of C what its sums start from.
  private void begin(int rowOfC, int j, int count) {
    float[] c = target.data();
    switch (start) {
      case ZERO -> Arrays.fill(c, rowOfC + j, rowOfC + j + count, 0);
      case ROW -> System.arraycopy(row, ro + j, c, rowOfC + j, count);
      case TARGET -> {}
    }
  }
}
