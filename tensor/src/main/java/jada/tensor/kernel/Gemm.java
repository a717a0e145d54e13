package jada.tensor.kernel;

import jada.tensor.kernel.Product.Right;
import jada.tensor.kernel.Product.Start;
import jada.tensor.kernel.Product.Target;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Matrix products: C = S + A·B with A (m,k), B (k,n), C (m,n), and S zero, a row, or C itself.
///
/// Each element of C is one chain of fused multiply-adds in order of p = 0…k−1 that starts from S:
///
///     c ← s;  for p in 0…k−1:  c ← fma(a_ip, b_pj, c)
///
/// So the bits depend neither on blocks nor on threads, lanes, packing or the place of a matrix
/// within a larger one, and [ScalarGemm] gives the same.
///
/// The order of the loops is that of GotoBLAS (Goto, van de Geijn 2008): B is packed into panels as
/// wide as a tile; a task takes a block of rows of A and a range of panels, packs the block for as
/// many columns as fit the caches, and runs over it tile by tile with the sums in registers.
///
/// C must not overlap A or B.
public final class Gemm {
  /// Columns of a tile: two vectors.
  static final int COLUMNS = Fastest.VECTOR ? VectorTile.COLUMNS : ScalarTile.COLUMNS;

  /// Floats of B that are packed at a time: 8 MiB.
  private static final int RIGHT_LIMIT = 1 << 21;

  private static final float[] NO_ROW = {};

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
      RightOperand b,
      float[] c,
      int co,
      int ldc) {
    Target target = new Target(c, co, ldc);
    run(dispatcher, m, n, k, a, b, Optional.empty(), Start.ZERO, NO_ROW, 0, target);
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
      RightOperand b,
      float[] c,
      int co,
      int ldc) {
    Target target = new Target(c, co, ldc);
    run(dispatcher, m, n, k, a, b, Optional.empty(), Start.TARGET, NO_ROW, 0, target);
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
      RightOperand b,
      float[] row,
      int ro,
      float[] c,
      int co,
      int ldc) {
    Target target = new Target(c, co, ldc);
    run(dispatcher, m, n, k, a, b, Optional.empty(), Start.ROW, row, ro, target);
  }

  /// C ← A·B + ((A·D) ⊙ s)·U.
  ///
  /// @param second D, s and U
  /// @param c receives the result, row after row
  public static void multiply(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      RightOperand b,
      LowRank second,
      float[] c) {
    Target target = new Target(c, 0, n);
    run(dispatcher, m, n, k, a, b, second.packed(n, k), Start.ZERO, NO_ROW, 0, target);
  }

  /// C ← 1·rowᵀ + A·B + ((A·D) ⊙ s)·U.
  ///
  /// @param row where every row of C starts from (n)
  /// @param second D, s and U
  /// @param c receives the result, row after row
  public static void multiplyAddRow(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      RightOperand b,
      float[] row,
      LowRank second,
      float[] c) {
    Target target = new Target(c, 0, n);
    run(dispatcher, m, n, k, a, b, second.packed(n, k), Start.ROW, row, 0, target);
  }

  private static void run(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      RightOperand b,
      Optional<LowRank.Packed> second,
      Start start,
      float[] row,
      int ro,
      Target target) {
    switch (b) {
      case PackedOperand packed -> {
        Right right = new Right(packed.panels(k, n), 0, n);
        new Product(m, k, a, right, second, start, row, ro, target).run(dispatcher);
      }
      case Operand plain when second.isEmpty() && FewRows.fits(m, plain) ->
          new FewRows(m, n, k, a, plain, start, row, ro, target).run(dispatcher);
      case Operand plain ->
          packAndRun(dispatcher, m, n, k, a, plain, second, start, row, ro, target);
    }
  }

  private static void packAndRun(
      Dispatcher dispatcher,
      int m,
      int n,
      int k,
      Operand a,
      Operand b,
      Optional<LowRank.Packed> second,
      Start start,
      float[] row,
      int ro,
      Target target) {
    if (m == 0 || n == 0) {
      return;
    }
    int width = Math.max(COLUMNS, RIGHT_LIMIT / Math.max(1, k) / COLUMNS * COLUMNS);
    MemorySegment panels = Scratch.ofThread().right(Panels.size(k, Math.min(width, n)));
    // Packing an element takes as long as some 16 multiply-adds.
    int perTask = Math.max(1, Product.TASK / 16 / Math.max(1, k * COLUMNS)) * COLUMNS;
    for (int first = 0; first < n; first += width) {
      int from = first;
      int to = Math.min(n, first + width);
      dispatcher.dispatch(
          Math.ceilDiv(to - from, perTask),
          task -> {
            int j = from + task * perTask;
            Panels.packRight(b, from, k, j, Math.min(to, j + perTask), panels);
          });
      Right right = new Right(panels, from, to);
      new Product(m, k, a, right, second, start, row, ro, target).run(dispatcher);
    }
  }
}
