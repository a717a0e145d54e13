package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// A low-rank product that is computed together with A·B:
///
///     C = S + A·B + ((A·D) ⊙ s)·U
///
/// with A (m,k), B (k,n), D (k,r), factors s (r) and U (r,n). The adapter of a linear layer has this
/// form, and so has its part of the input's gradient.
///
/// A block of A is packed once for both products, and the second product continues the sums of a
/// micro-tile of C while they are in registers. A and C pass through memory once instead of twice,
/// which saves about a tenth of an adapted layer. Each element of C is the chain of A·B, continued by
/// the chain of the second product, so it has the same bits as three separate products.
public final class LowRank {
  private final int rank;
  private final Operand down;
  private final float[] factors;
  private final Operand up;
  private final float[] inner;

  /// @param rank r
  /// @param down D (k,r)
  /// @param factors s, r of them
  /// @param up U (r,n)
  /// @param inner receives A·D (m,r), row after row, without the factors
  public LowRank(int rank, Operand down, float[] factors, Operand up, float[] inner) {
    this.rank = rank;
    this.down = down;
    this.factors = factors;
    this.up = up;
    this.inner = inner;
  }

  /// Both factors packed, in buffers of the calling thread that stay valid until its next product;
  /// empty for r = 0.
  ///
  /// @param n columns of C
  /// @param k columns of A
  Optional<Packed> packed(int n, int k) {
    if (rank == 0) {
      return Optional.empty();
    }
    Scratch scratch = Scratch.ofThread();
    MemorySegment d = scratch.down(Panels.size(k, rank));
    Panels.packRight(down, 0, k, 0, rank, d);
    MemorySegment u = scratch.up(Panels.size(rank, n));
    Panels.packRight(up, 0, rank, 0, n, u);
    return Optional.of(new Packed(this, k, d, u));
  }

  /// A low-rank product whose factors are packed.
  static final class Packed {
    private static final int MR = ScalarMicroKernel.MR;
    private static final int NR = Gemm.NR;

    private final LowRank of;
    private final int k;
    private final MemorySegment down;
    private final MemorySegment up;

    private Packed(LowRank of, int k, MemorySegment down, MemorySegment up) {
      this.of = of;
      this.k = k;
      this.down = down;
      this.up = up;
    }

    /// Counts the multiply-adds of both factors for C (m,n).
    void count(int m, int n) {
      Effort.count(m, of.rank, k);
      Effort.count(m, n, of.rank);
    }

    int rank() {
      return of.rank;
    }

    /// U (r,n), packed.
    MemorySegment up() {
      return up;
    }

    /// Continues the sums of A·D for one block of A by its columns `[p, p + depth)`.
    ///
    /// @param scratch keeps the sums
    /// @param left holds the packed block of A, from `at` on
    /// @param rows rows of the block
    void down(Scratch scratch, float[] left, int at, int rows, int p, int depth) {
      int width = Math.ceilDiv(of.rank, NR) * NR;
      float[] sums = scratch.sums(MacroKernel.MC * width); // (rows, width)
      for (int q = 0; q < of.rank; q += NR) {
        int panel = q * k + p * NR;
        int height;
        for (int r = 0; r < rows; r += height) {
          height = r + MacroKernel.TALL_MR <= rows ? MacroKernel.TALL_MR : MR;
          int to = r * width + q;
          float[] start = p == 0 ? MacroKernel.ZEROS : sums;
          int so = p == 0 ? 0 : to;
          int lds = p == 0 ? 0 : width;
          int ao = at + r * depth;
          MicroKernelArguments tile =
              scratch
                  .arguments
                  .from(start, so, lds)
                  .first(left, ao, down, panel, depth)
                  .alone()
                  .to(sums, to, width);
          if (height == MacroKernel.TALL_MR) {
            Backend.tallTile(tile);
          } else {
            Backend.tile(tile);
          }
        }
      }
    }

    /// Computes and packs the left factor of the second product, (A·D) ⊙ s.
    ///
    /// @param left receives it, from `tail` on
    /// @param i the first row of the block
    /// @param writes whether to store A·D as well
    void finish(Scratch scratch, float[] left, int tail, int i, int rows, boolean writes) {
      int rank = of.rank;
      int width = Math.ceilDiv(rank, NR) * NR;
      float[] sums = scratch.sums(MacroKernel.MC * width);
      for (int r = 0; r < rows; r++) {
        int panel = tail + r / MR * MR * rank + r % MR;
        for (int q = 0; q < rank; q++) {
          left[panel + q * MR] = sums[r * width + q] * of.factors[q];
        }
        if (writes) {
          System.arraycopy(sums, r * width, of.inner, (i + r) * rank, rank);
        }
      }
    }
  }
}
