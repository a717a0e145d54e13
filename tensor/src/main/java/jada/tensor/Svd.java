package jada.tensor;

import java.util.Comparator;
import java.util.stream.IntStream;

/// The thin singular value decomposition A = U·diag(σ)·Vᵀ of A (m,n), k = min(m,n), by one-sided
/// Jacobi rotations (Demmel, Veselić 1992), computed in double precision. Meant for inspection and
/// tests: simple and accurate, but slow beyond a few hundred columns.
///
/// In each column of U the element of largest magnitude is positive, which makes U and V unique if
/// the singular values differ.
///
/// @param u (m,k), UᵀU = I
/// @param s (k), descending, not negative
/// @param v (n,k), VᵀV = I
public record Svd(Tensor u, Tensor s, Tensor v) {
  /// Columns whose cosine is below this are treated as orthogonal.
  private static final double ORTHOGONAL = 1e-14;

  /// Jacobi's method converges quadratically; 6 to 10 sweeps are usual.
  private static final int SWEEPS = 60;

  /// Decomposes A.
  ///
  /// @throws IllegalArgumentException if A is not a matrix or has an element that is not finite
  public static Svd of(Tensor a) {
    if (a.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "svd: a matrix is needed, got shape " + a.shape() + "; reshape it first");
    }
    if (!a.isFinite()) {
      throw new IllegalArgumentException("svd: the elements must be finite, got NaN or infinity");
    }
    boolean wide = a.shape().dim(0) < a.shape().dim(1);
    Tensor tall = wide ? a.transpose() : a;
    int m = tall.shape().dim(0);
    int n = tall.shape().dim(1);
    double[][] columns = new double[n][m]; // of A, rotated until they are orthogonal: σⱼ·uⱼ
    double[][] rotations = new double[n][n]; // vⱼ
    for (int j = 0; j < n; j++) {
      rotations[j][j] = 1;
      for (int i = 0; i < m; i++) {
        columns[j][i] = tall.array()[i * n + j];
      }
    }
    orthogonalize(columns, rotations);
    return sorted(columns, rotations, m, n, wide);
  }

  private static void orthogonalize(double[][] columns, double[][] rotations) {
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean rotated = false;
      for (int p = 0; p < columns.length; p++) {
        for (int q = p + 1; q < columns.length; q++) {
          double alpha = dot(columns[p], columns[p]);
          double beta = dot(columns[q], columns[q]);
          double gamma = dot(columns[p], columns[q]);
          if (Math.abs(gamma) > ORTHOGONAL * Math.sqrt(alpha) * Math.sqrt(beta)) {
            // The smaller angle that makes the two columns orthogonal: tan 2θ = 2γ/(α − β).
            double zeta = (beta - alpha) / (2 * gamma);
            double t = Math.copySign(1 / (Math.abs(zeta) + StrictMath.hypot(1, zeta)), zeta);
            double cos = 1 / StrictMath.hypot(1, t);
            rotate(columns[p], columns[q], cos, cos * t);
            rotate(rotations[p], rotations[q], cos, cos * t);
            rotated = true;
          }
        }
      }
      if (!rotated) {
        return;
      }
    }
    throw new IllegalStateException("svd: no convergence after " + SWEEPS + " sweeps");
  }

  private static void rotate(double[] x, double[] y, double cos, double sin) {
    for (int i = 0; i < x.length; i++) {
      double xi = x[i];
      x[i] = cos * xi - sin * y[i];
      y[i] = sin * xi + cos * y[i];
    }
  }

  private static Svd sorted(double[][] columns, double[][] rotations, int m, int n, boolean wide) {
    double[] sigma = new double[n];
    for (int j = 0; j < n; j++) {
      sigma[j] = Math.sqrt(dot(columns[j], columns[j]));
    }
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(j -> -sigma[j]))
            .mapToInt(j -> j)
            .toArray();
    double largest = n == 0 ? 0 : sigma[order[0]];
    double[][] left = new double[n][];
    double[][] right = new double[n][];
    float[] s = new float[n];
    for (int k = 0; k < n; k++) {
      int j = order[k];
      s[k] = (float) sigma[j];
      right[k] = rotations[j];
      // The remainder of a linearly dependent column is rounding error, not a direction.
      left[k] =
          sigma[j] > largest * m * 0x1p-52 ? scaled(columns[j], 1 / sigma[j]) : another(left, k, m);
      double sign = Math.signum(largestElement(wide ? right[k] : left[k]));
      left[k] = scaled(left[k], sign);
      right[k] = scaled(right[k], sign);
    }
    Tensor u = fromColumns(left, m);
    Tensor v = fromColumns(right, n);
    return new Svd(wide ? v : u, Tensor.vector(s), wide ? u : v);
  }

  /// A unit vector orthogonal to the first k: the axis farthest from their span, orthogonalized
  /// twice.
  private static double[] another(double[][] basis, int k, int m) {
    double[] best = {};
    double longest = -1;
    for (int axis = 0; axis < m; axis++) {
      double inSpan = 0;
      for (int j = 0; j < k; j++) {
        inSpan += basis[j][axis] * basis[j][axis];
      }
      if (1 - inSpan > longest) {
        longest = 1 - inSpan;
        best = new double[m];
        best[axis] = 1;
      }
    }
    for (int round = 0; round < 2; round++) {
      for (int j = 0; j < k; j++) {
        double dot = dot(best, basis[j]);
        for (int i = 0; i < m; i++) {
          best[i] -= dot * basis[j][i];
        }
      }
    }
    return scaled(best, 1 / Math.sqrt(dot(best, best)));
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[] scaled(double[] x, double factor) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * factor;
    }
    return y;
  }

  private static double largestElement(double[] x) {
    double largest = 0;
    for (double value : x) {
      largest = Math.abs(value) > Math.abs(largest) ? value : largest;
    }
    return largest;
  }

  private static Tensor fromColumns(double[][] columns, int rows) {
    int n = columns.length;
    float[] data = new float[rows * n];
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < rows; i++) {
        data[i * n + j] = (float) columns[j][i];
      }
    }
    return Tensor.of(Shape.of(rows, n), data);
  }
}
