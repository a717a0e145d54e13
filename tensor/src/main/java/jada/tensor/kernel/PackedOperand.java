package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// A right operand B (k,n), packed once into the micro-panels that [Gemm] reads. For a matrix that
/// does not change this saves packing in every product. Later changes of the matrix have no effect
/// on it.
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

  /// The micro-panels, for a product that expects B to be (k,n).
  ///
  /// @throws IllegalArgumentException if B has another shape
  MemorySegment panels(int k, int n) {
    if (k != this.k || n != this.n) {
      throw new IllegalArgumentException(
          "a packed operand (%s, %s) cannot be read as (%s, %s)".formatted(this.k, this.n, k, n));
    }
    return panels;
  }
}
