package jada.tensor.kernel;

/// Matrix products: C = A·B or C += A·B with A (m,k), B (k,n), C (m,n).
public final class Gemm {
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
      Operand b,
      float[] c,
      int co,
      int ldc) {
    for (int i = 0; i < m; i++) {
      java.util.Arrays.fill(c, co + i * ldc, co + i * ldc + n, 0);
    }
    multiplyAdd(dispatcher, m, n, k, a, b, c, co, ldc);
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
      Operand b,
      float[] c,
      int co,
      int ldc) {
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        float aip = a.at(i, p);
        for (int j = 0; j < n; j++) {
          c[co + i * ldc + j] = Math.fma(aip, b.at(p, j), c[co + i * ldc + j]);
        }
      }
    }
  }
}
