package jada.tensor.kernel;

import jada.tensor.kernel.Gemm.Start;
import jada.tensor.kernel.Gemm.Target;
import java.util.Arrays;

/// A product C = S + A·B whose A has so few rows that every element of B is used only two or three
/// times: the gradients of an adapter's factors, (r,T)·(T,n). B is read in place, since packing it
/// would take as long as the product. That nearly doubles the speed for r = 12.
final class FewRows {
  private static final int MR = ScalarMicroKernel.MR;
  private static final int NR = Gemm.NR;

  /// Rows of A at most.
  static final int LIMIT = 4 * MR;

  /// Rows of B that are read for one tile after another: few enough to stay in L1.
  static final int KC = 128;

  /// Columns of a task at least. With a single micro-panel's columns, each row of B would give two
  /// cache lines at a time, too few for the prefetcher. Together with 128 instead of 64 rows this
  /// saves a tenth with 16 lanes and a fifth with 8.
  private static final int LEAST = 96;

  private final int m;
  private final int n;
  private final int k;
  private final Operand a;
  private final Operand b;
  private final Start start;
  private final Target target;

  FewRows(Gemm.Call call, Operand b, Target target) {
    this.m = call.m;
    this.n = call.n;
    this.k = call.k;
    this.a = call.a;
    this.b = b;
    this.start = call.start;
    this.target = target;
  }

  /// Whether this class computes such a product.
  static boolean fits(int m, Operand b) {
    return m <= LIMIT && !b.transposed;
  }

  void run(Dispatcher dispatcher) {
    Effort.count(m, n, k);
    float[] left = Scratch.ofThread().few(Math.multiplyExact(LIMIT, k));
    Panels.packLeft(a, 0, m, 0, k, left, 0);
    int panels = Math.ceilDiv(n, NR);
    long work = Math.max(1, (long) m * k * NR);
    int perTask = (int) Math.max(Math.ceilDiv(LEAST, NR), MacroKernel.TASK / work);
    dispatcher.dispatch(
        Math.ceilDiv(panels, perTask),
        task -> {
          int j = task * perTask * NR;
          columns(left, j, Math.min(n, j + perTask * NR));
          Scratch.ofThread().arguments.clear();
        });
  }

  /// Computes the columns `[j, toColumn)` of C.
  private void columns(float[] left, int j, int toColumn) {
    for (int i = 0; i < m; i++) {
      begin(target.offset + i * target.stride, j, toColumn - j);
    }
    for (int p = 0; p < k; p += KC) {
      int depth = Math.min(KC, k - p);
      Operand rows = Operand.of(b.data, b.offset + p * b.stride, b.stride);
      for (int column = j; column < toColumn; column += NR) {
        strip(left, rows, p, depth, column, Math.min(NR, toColumn - column));
      }
    }
  }

  /// Adds the product of the columns `[p, p + depth)` of A, which are packed in `left`, and `width`
  /// columns of the same rows of B.
  private void strip(float[] left, Operand rows, int p, int depth, int j, int width) {
    Scratch scratch = Scratch.ofThread();
    boolean whole = width == NR;
    float[] right = rows.data;
    int bo = rows.offset + j;
    int ldb = rows.stride;
    if (!whole) {
      right = scratch.strip;
      bo = 0;
      ldb = NR;
      Panels.packStrip(rows, j, width, 0, depth, right);
    }
    float[] c = target.data;
    for (int i = 0; i < m; i += MR) {
      int ao = i * k + p * MR;
      int to = target.offset + i * target.stride + j;
      int height = Math.min(MR, m - i);
      MicroKernelArguments tile = scratch.arguments.inPlace(left, ao, right, bo, ldb, depth);
      if (height == MR && whole) {
        Backend.tileInPlace(tile.to(c, to, target.stride));
        continue;
      }
      for (int r = 0; r < height; r++) {
        System.arraycopy(c, to + r * target.stride, scratch.tile, r * NR, width);
      }
      Backend.tileInPlace(tile.to(scratch.tile, 0, NR));
      for (int r = 0; r < height; r++) {
        System.arraycopy(scratch.tile, r * NR, c, to + r * target.stride, width);
      }
    }
  }

  /// Writes S into a row of C.
  private void begin(int rowOfC, int j, int count) {
    float[] c = target.data;
    switch (start.kind()) {
      case ZERO -> Arrays.fill(c, rowOfC + j, rowOfC + j + count, 0);
      case ROW -> System.arraycopy(start.row().data, start.row().offset + j, c, rowOfC + j, count);
      case TARGET -> {}
    }
  }
}
