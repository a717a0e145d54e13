package jada.tensor.kernel;

import jada.tensor.kernel.MacroKernel.Right;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Matrix products: C = S + A·B with A (m,k), B (k,n), C (m,n), where S is zero, a row, or C itself.
///
/// Each element of C is one chain of fused multiply-adds over p = 0…k−1 that starts from S:
///
///     c ← s;  for p in 0…k−1:  c ← fma(a_ip, b_pj, c)
///
/// The order of this chain is fixed, so the bits depend neither on blocks nor on threads, lanes,
/// packing or the position of a matrix within a larger one. [ScalarGemm] gives the same bits.
///
/// The loops follow GotoBLAS (Goto, van de Geijn 2008, Anatomy of High-Performance Matrix
/// Multiplication) and BLIS (Van Zee, van de Geijn 2015, BLIS: A Framework for Rapidly Instantiating
/// BLAS Functionality): B is packed into micro-panels of nr
/// columns, a block of mc rows and kc columns of A into micro-panels of mr rows. The macro-kernel
/// ([MacroKernel]) runs over a packed block, and the micro-kernel ([VectorMicroKernel]) keeps a
/// micro-tile of mr × nr elements of C in registers.
///
/// C must not overlap A or B.
public final class Gemm {
  /// nr: columns of a micro-tile, two vectors.
  static final int NR = Backend.VECTOR ? VectorMicroKernel.NR : ScalarMicroKernel.NR;

  /// Floats of B that are packed at a time, k·nc: 8 MiB.
  private static final int RIGHT_LIMIT = 1 << 21;

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
    call(m, n, k, a, b).into(dispatcher, c, co, ldc);
  }

  /// A product A·B with A (m,k) and B (k,n), to be refined and run.
  public static Call call(int m, int n, int k, Operand a, RightOperand b) {
    return new Call(m, n, k, a, b, Start.ZERO, Optional.empty());
  }

  /// What the sums of C start from.
  ///
  /// @param kind zero, a row, or C itself
  /// @param row for [Kind#ROW]: element (i, j) starts from `row.data[row.offset + j]`
  record Start(Kind kind, Operand row) {
    enum Kind {
      ZERO,
      ROW,
      TARGET
    }

    private static final Operand NO_ROW = Operand.of(new float[0], 0, 0);
    static final Start ZERO = new Start(Kind.ZERO, NO_ROW);
    static final Start TARGET = new Start(Kind.TARGET, NO_ROW);
  }

  /// A matrix to write: element (i, j) is `data[offset + i·stride + j]`.
  static final class Target {
    final float[] data;
    final int offset;
    final int stride;

    Target(float[] data, int offset, int stride) {
      this.data = data;
      this.offset = offset;
      this.stride = stride;
    }
  }

  /// One product, C ← S + A·B, with S = 0 unless said otherwise. Immutable; [#into] runs it.
  public static final class Call {
    final int m;
    final int n;
    final int k;
    final Operand a;
    final RightOperand b;
    final Start start;
    private final Optional<LowRank> lowRank;

    private Call(
        int m, int n, int k, Operand a, RightOperand b, Start start, Optional<LowRank> lowRank) {
      this.m = m;
      this.n = n;
      this.k = k;
      this.a = a;
      this.b = b;
      this.start = start;
      this.lowRank = lowRank;
    }

    /// C ← C + A·B.
    public Call accumulating() {
      return new Call(m, n, k, a, b, Start.TARGET, lowRank);
    }

    /// C ← 1·rowᵀ + A·B: column j starts from `row[offset + j]`.
    public Call fromRow(float[] row, int offset) {
      Start from = new Start(Start.Kind.ROW, Operand.of(row, offset, 0));
      return new Call(m, n, k, a, b, from, lowRank);
    }

    /// C ← S + A·B + ((A·D) ⊙ s)·U.
    public Call plus(LowRank second) {
      return new Call(m, n, k, a, b, start, Optional.of(second));
    }

    /// Runs the product.
    ///
    /// @param c receives C, row after row
    public void into(Dispatcher dispatcher, float[] c) {
      into(dispatcher, c, 0, n);
    }

    /// Runs the product.
    ///
    /// @param c receives C; element (i, j) is `c[co + i·ldc + j]`
    public void into(Dispatcher dispatcher, float[] c, int co, int ldc) {
      Target target = new Target(c, co, ldc);
      Optional<LowRank.Packed> second = lowRank.flatMap(product -> product.packed(n, k));
      switch (b) {
        case PackedOperand packed ->
            new MacroKernel(this, new Right(packed.panels(k, n), 0, n), second, target)
                .run(dispatcher);
        case Operand plain when second.isEmpty() && FewRows.fits(m, plain) ->
            new FewRows(this, plain, target).run(dispatcher);
        case Operand plain -> packAndRun(dispatcher, plain, second, target);
      }
    }

    private void packAndRun(
        Dispatcher dispatcher, Operand plain, Optional<LowRank.Packed> second, Target target) {
      if (m == 0 || n == 0) {
        return;
      }
      int nc = Math.max(NR, RIGHT_LIMIT / Math.max(1, k) / NR * NR);
      MemorySegment panels = Scratch.ofThread().right(Panels.size(k, Math.min(nc, n)));
      // Packing an element takes as long as about 16 multiply-adds.
      int perTask = Math.max(1, MacroKernel.TASK / 16 / Math.max(1, k * NR)) * NR;
      for (int first = 0; first < n; first += nc) {
        int from = first;
        int to = Math.min(n, first + nc);
        dispatcher.dispatch(
            Math.ceilDiv(to - from, perTask),
            task -> {
              int j = from + task * perTask;
              Panels.packRight(plain, from, k, j, Math.min(to, j + perTask), panels);
            });
        new MacroKernel(this, new Right(panels, from, to), second, target).run(dispatcher);
      }
    }
  }
}
