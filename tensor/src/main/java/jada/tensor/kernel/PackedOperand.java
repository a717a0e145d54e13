package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// A right operand B (k,n), copied into the panels that [Gemm] reads: made once for a matrix that
/// does not change, it saves the packing of every product. A later change of the matrix does not
/// reach it.
public final class PackedOperand implements RightOperand {
  private final int k;
  private final int n;
  private final MemorySegment panels;

  private PackedOperand(int k, int n, MemorySegment panels) {
    this.k = k;
    this.n = n;
    this.panels = panels;
  }

  /// A packed copy of B (k,n).
  public static PackedOperand of(int k, int n, Operand b) {
    MemorySegment panels = Panels.allocate(Panels.size(k, n));
    Panels.packRight(b, 0, k, 0, n, panels);
    return new PackedOperand(k, n, panels);
  }

  /// The panels, for a product that takes B to be (k,n).
  ///
  /// @throws IllegalArgumentException if it is not
  MemorySegment panels(int k, int n) {
    if (k != this.k || n != this.n) {
      throw new IllegalArgumentException(
          "a packed operand (%d, %d) cannot be read as (%d, %d)".formatted(this.k, this.n, k, n));
    }
    return panels;
  }
}
