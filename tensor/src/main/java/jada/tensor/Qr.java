package jada.tensor;

import java.util.Arrays;

/// The thin QR decomposition A = Q·R of a matrix A (m,n) with m ≥ n, by Householder reflections
/// (Golub, Van Loan, Matrix Computations, 5.2), computed in double precision.
///
/// The columns of Q are orthonormal even if A is rank-deficient. The diagonal of R is not negative,
/// which makes Q and R unique if A has full rank; so Q of a matrix of independent normal numbers is
/// uniformly distributed over the orthonormal frames.
///
/// @param q (m,n), QᵀQ = I
/// @param r (n,n), upper triangular
public record Qr(Tensor q, Tensor r) {

  /// Decomposes A (m,n).
  ///
  /// @throws IllegalArgumentException if A is not a matrix or has more columns than rows
  public static Qr of(Tensor a) {
    if (a.shape().rank() != 2 || a.shape().dim(0) < a.shape().dim(1)) {
      throw new IllegalArgumentException(
          "qr: a matrix with at least as many rows as columns is needed, got "
              + a.shape()
              + "; transpose it first");
    }
    int m = a.shape().dim(0);
    int n = a.shape().dim(1);
    // Stored by columns: w[j] is column j of A, later the reflector vⱼ from element j on.
    double[][] w = new double[n][m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        w[j][i] = a.array()[i * n + j];
      }
    }
    float[] r = new float[n * n];
    double[] signs = new double[n];
    for (int j = 0; j < n; j++) {
      double diagonal = makeReflector(w[j], j);
      signs[j] = diagonal < 0 ? -1 : 1;
      for (int l = j + 1; l < n; l++) {
        reflect(w[j], w[l], j);
        r[j * n + l] = (float) (signs[j] * w[l][j]);
      }
      r[j * n + j] = (float) Math.abs(diagonal);
    }
    float[] q = new float[m * n];
    double[] column = new double[m];
    for (int l = 0; l < n; l++) {
      Arrays.fill(column, 0);
      column[l] = signs[l];
      for (int j = l; j >= 0; j--) { // reflectors beyond l do not change this column
        reflect(w[j], column, j);
      }
      for (int i = 0; i < m; i++) {
        q[i * n + l] = (float) column[i];
      }
    }
    return new Qr(Tensor.of(Shape.of(m, n), q), Tensor.of(Shape.of(n, n), r));
  }

  /// Replaces x from element j on by v with |v|² = 2, so that I − v·vᵀ maps x to d·eⱼ; v = 0 if x =
  /// 0.
  ///
  /// @return d, of the sign opposite to xⱼ, so that nothing cancels
  private static double makeReflector(double[] x, int j) {
    double norm = 0;
    for (int i = j; i < x.length; i++) {
      norm = StrictMath.hypot(norm, x[i]);
    }
    if (norm == 0) {
      return 0;
    }
    double d = x[j] > 0 ? -norm : norm;
    x[j] -= d;
    // |x − d·eⱼ|² = 2·norm·(norm + |xⱼ|) = 2·norm·|new xⱼ|
    double scale = 1 / Math.sqrt(norm * Math.abs(x[j]));
    for (int i = j; i < x.length; i++) {
      x[i] *= scale;
    }
    return d;
  }

  /// y ← (I − v·vᵀ)·y over the elements from j on.
  private static void reflect(double[] v, double[] y, int j) {
    double dot = 0;
    for (int i = j; i < y.length; i++) {
      dot += v[i] * y[i];
    }
    for (int i = j; i < y.length; i++) {
      y[i] -= dot * v[i];
    }
  }
}
