package jada.tensor.kernel;

/// The matrix product as three plain loops, for comparison. [Gemm] gives the same bits.
public final class ScalarGemm {
  private ScalarGemm() {}

  /// C ← C + A·B with A (m,k), B (k,n), C (m,n). Each element is one chain of fused multiply-adds
  /// in order of p = 0…k−1.
  ///
  /// @param c accumulated into; element (i, j) is `c[co + i·ldc + j]`
  public static void multiplyAdd(
      int m, int n, int k, Operand a, Operand b, float[] c, int co, int ldc) {
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        float aip = a.at(i, p);
        for (int j = 0; j < n; j++) {
          c[co + i * ldc + j] = Fma.fma(aip, b.at(p, j), c[co + i * ldc + j]);
        }
      }
    }
  }
}
