package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// A product of low rank that rides along with A·B:
///
///     C = S + A·B + ((A·D) ⊙ s)·U
///
/// with A (m,k), B (k,n), D (k,r) down to few columns, s (r) a factor for each of them, U (r,n) up
/// again. The adapter of a linear layer is one, and so is its part of the input's gradient.
///
/// A block of A is packed once for both products, and the second continues the sums of a tile of C
/// while they are in registers: C passes through memory once instead of twice, and A once instead
/// of twice. Forward that saves 7 % of an adapted layer (1,024 tokens, 384 channels, r = 12, two
/// threads), backward 13 % together with [FewRows]; adding the second product to a tile that has
/// just been stored, 10 % of the layer more, because the loads wait for the stores. Each element of
/// C is the chain of A·B, continued by that of the second product, so it has the bits of three
/// products one after the other.
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

  /// Both factors in panels, in buffers of the calling thread that last until its next product;
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

  /// A low-rank product whose factors lie in panels.
  static final class Packed {
    private static final int ROWS = ScalarTile.ROWS;
    private static final int COLUMNS = Gemm.COLUMNS;

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

    /// U (r,n) in panels.
    MemorySegment up() {
      return up;
    }

    /// Continues the sums of A·D, for one block of A, by the columns `[p, p + depth)` of A.
    ///
    /// @param scratch keeps the sums
    /// @param left holds that block of A packed, from `at` on
    /// @param rows rows of the block
    void down(Scratch scratch, float[] left, int at, int rows, int p, int depth) {
      int width = Math.ceilDiv(of.rank, COLUMNS) * COLUMNS;
      float[] sums = scratch.sums(Product.ROW_BLOCK * width); // (rows, width)
      for (int q = 0; q < of.rank; q += COLUMNS) {
        int panel = q * k + p * COLUMNS;
        int height;
        for (int r = 0; r < rows; r += height) {
          height = r + Product.TALL <= rows ? Product.TALL : ROWS;
          int to = r * width + q;
          float[] start = p == 0 ? Product.ZEROS : sums;
          int so = p == 0 ? 0 : to;
          int lds = p == 0 ? 0 : width;
          int ao = at + r * depth;
          TileArguments tile =
              scratch
                  .arguments
                  .from(start, so, lds)
                  .first(left, ao, down, panel, depth)
                  .alone()
                  .to(sums, to, width);
          if (height == Product.TALL) {
            Fastest.tallTile(tile);
          } else {
            Fastest.tile(tile);
          }
        }
      }
    }

    /// Makes the sums the left factor of the second product: (A·D) ⊙ s, packed as a block of A is.
    ///
    /// @param left receives it, from `tail` on
    /// @param i the first row of the block
    /// @param writes whether to hand out A·D as well
    void finish(Scratch scratch, float[] left, int tail, int i, int rows, boolean writes) {
      int rank = of.rank;
      int width = Math.ceilDiv(rank, COLUMNS) * COLUMNS;
      float[] sums = scratch.sums(Product.ROW_BLOCK * width);
      for (int r = 0; r < rows; r++) {
        int panel = tail + r / ROWS * ROWS * rank + r % ROWS;
        for (int q = 0; q < rank; q++) {
          left[panel + q * ROWS] = sums[r * width + q] * of.factors[q];
        }
        if (writes) {
          System.arraycopy(sums, r * width, of.inner, (i + r) * rank, rank);
        }
      }
    }
  }
}
