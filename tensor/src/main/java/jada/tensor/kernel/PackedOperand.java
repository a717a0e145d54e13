package jada.tensor.kernel;

/// A right operand B (k,n), copied into the panels that [Gemm] reads: made once for a matrix that
/// does not change, it saves the packing of every product. A later change of the matrix does not
/// reach it.
public final class PackedOperand {
  final int k;
  final int n;
  final float[] panels;

  private PackedOperand(int k, int n, float[] panels) {
    this.k = k;
    this.n = n;
    this.panels = panels;
  }

  /// A packed copy of B (k,n).
  public static PackedOperand of(int k, int n, Operand b) {
    float[] panels = new float[Panels.size(k, n)];
    Panels.packRight(b, 0, k, 0, n, panels);
    return new PackedOperand(k, n, panels);
  }
}
