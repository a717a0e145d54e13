package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.Optional;

/// The change of coordinates B ← B·T, A ← T⁻¹·A that makes the product of B (out, r) and A (r, in)
/// a singular value decomposition without changing it. See [Gauge] for what holds afterwards.
///
///     A·Aᵀ = L·Lᵀ                        Cholesky
///     Lᵀ·(BᵀB)·L = V·diag(σ²)·Vᵀ          symmetric eigenproblem, r × r
///     T = L·V·diag(n)                    T⁻¹ = diag(1/n)·Vᵀ·L⁻¹
///
/// For then (T⁻¹A)(T⁻¹A)ᵀ = diag(1/n²) and (BT)ᵀ(BT) = diag(σ²·n²). B may be 0, as at the start. All
/// of this is of size r × r, in double precision, and costs r²·(out + in) for the two Gram matrices.
///
/// Where B and A are already such factors, T is I; after one step of an optimizer it is close to I,
/// because triplets keep their positions and signs: Jacobi's rotations are by less than π/4 each
/// and nothing is sorted, and each column of V has the sign that makes the diagonal of T positive.
/// So state kept per triplet, such as its score, stays valid.
///
/// Gradients change by the transposed inverse: g_B ← g_B·T⁻ᵀ and g_A ← Tᵀ·g_A, exactly. So do means
/// of gradients, such as the first moment of Adam. The mean of their squares would follow from the
/// mean of products of all pairs in a row, of which Adam keeps the squares alone: here the products
/// of different triplets count as 0 on average, which gives v_B ← v_B·(T⁻ᵀ)∘² and
/// v_A ← (Tᵀ)∘²·v_A with the squares of the entries. This is exact where T is diagonal, and never
/// negative.
///
/// @param t T (r, r); I in the rows and columns of triplets that take no part
/// @param inverse T⁻¹ (r, r)
record GaugeChange(Tensor t, Tensor inverse) {
  /// A pivot of Cholesky's method below this part of the largest is rounding: rows of A depend on
  /// each other, and have no orthogonal directions for all triplets.
  private static final double SINGULAR = 1e-10;

  /// Off-diagonal elements below this part of the trace are rounding.
  private static final double DIAGONAL = 1e-15;

  /// Jacobi's method converges quadratically; 3 to 8 sweeps are usual.
  private static final int SWEEPS = 60;

  /// The change for two factors.
  ///
  /// @param gauge how singular values are shared
  /// @param b B (out, r)
  /// @param a A (r, in)
  /// @param living the triplets that take part: those that ΔW consists of
  /// @return empty if there is none, because rows of A depend on each other
  static Optional<GaugeChange> of(Gauge gauge, Tensor b, Tensor a, BitSet living) {
    int[] places = living.stream().toArray();
    int k = places.length;
    double[][] lower = gramOfRows(a, places);
    if (!cholesky(lower)) {
      return Optional.empty();
    }
    double[][] middle = congruent(lower, gramOfColumns(b, places)); // LᵀGL
    double[][] v = eigenvectors(middle);
    double[] n = new double[k];
    for (int i = 0; i < k; i++) {
      n[i] = Math.sqrt(gauge.n2(Math.sqrt(Math.max(0, middle[i][i]))));
    }
    double[][] t = new double[k][k]; // L·V·diag(n)
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        double sum = 0;
        for (int l = 0; l <= i; l++) {
          sum += lower[i][l] * v[l][j];
        }
        t[i][j] = sum * n[j];
      }
    }
    double[][] inverse = new double[k][k]; // row j is the solution x of Lᵀx = v_j/n_j
    for (int j = 0; j < k; j++) {
      double sign = t[j][j] < 0 ? -1 : 1;
      for (int i = k - 1; i >= 0; i--) {
        double sum = sign * v[i][j] / n[j];
        for (int l = i + 1; l < k; l++) {
          sum -= lower[l][i] * inverse[j][l];
        }
        inverse[j][i] = sum / lower[i][i];
      }
      for (int i = 0; i < k; i++) {
        t[i][j] *= sign;
      }
    }
    int r = a.shape().dim(0);
    return Optional.of(new GaugeChange(spread(t, places, r), spread(inverse, places, r)));
  }

  /// B·T, the new B.
  Tensor ofB(Tensor b) {
    return b.matmul(t);
  }

  /// T⁻¹·A, the new A.
  Tensor ofA(Tensor a) {
    return inverse.matmul(a);
  }

  /// g_B·T⁻ᵀ, the gradient with respect to the new B.
  Tensor ofGradientB(Tensor g) {
    return g.matmulTransposed(inverse);
  }

  /// Tᵀ·g_A, the gradient with respect to the new A.
  Tensor ofGradientA(Tensor g) {
    return t.transposedMatmul(g);
  }

  /// v_B·(T⁻ᵀ)∘², the mean square of the gradient with respect to the new B.
  Tensor ofSquareB(Tensor v) {
    return v.matmulTransposed(inverse.multiply(inverse));
  }

  /// (Tᵀ)∘²·v_A, the mean square of the gradient with respect to the new A.
  Tensor ofSquareA(Tensor v) {
    return t.multiply(t).transposedMatmul(v);
  }

  private static double[][] gramOfRows(Tensor a, int... places) {
    float[] values = a.array();
    int in = a.shape().dim(1);
    double[][] gram = new double[places.length][places.length];
    for (int i = 0; i < places.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int c = 0; c < in; c++) {
          sum += (double) values[places[i] * in + c] * values[places[j] * in + c];
        }
        gram[i][j] = sum;
        gram[j][i] = sum;
      }
    }
    return gram;
  }

  private static double[][] gramOfColumns(Tensor b, int... places) {
    float[] values = b.array();
    int r = b.shape().dim(1);
    double[][] gram = new double[places.length][places.length];
    for (int row = 0; row < values.length / Math.max(1, r) * r; row += r) {
      for (int i = 0; i < places.length; i++) {
        double of = values[row + places[i]];
        for (int j = 0; j <= i; j++) {
          gram[i][j] += of * values[row + places[j]];
        }
      }
    }
    for (int i = 0; i < places.length; i++) {
      for (int j = 0; j < i; j++) {
        gram[j][i] = gram[i][j];
      }
    }
    return gram;
  }

  /// Overwrites the lower triangle of a symmetric matrix with L.
  ///
  /// @return whether the matrix is positive definite
  private static boolean cholesky(double[][] m) {
    double largest = 0;
    for (int i = 0; i < m.length; i++) {
      largest = Math.max(largest, m[i][i]);
    }
    for (int j = 0; j < m.length; j++) {
      double pivot = m[j][j];
      for (int l = 0; l < j; l++) {
        pivot -= m[j][l] * m[j][l];
      }
      if (!(pivot > SINGULAR * largest)) {
        return false;
      }
      m[j][j] = Math.sqrt(pivot);
      for (int i = j + 1; i < m.length; i++) {
        double sum = m[i][j];
        for (int l = 0; l < j; l++) {
          sum -= m[i][l] * m[j][l];
        }
        m[i][j] = sum / m[j][j];
      }
    }
    return true;
  }

  /// Lᵀ·G·L.
  private static double[][] congruent(double[][] lower, double[][] g) {
    int k = g.length;
    double[][] gl = new double[k][k];
    double[][] lgl = new double[k][k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        for (int l = j; l < k; l++) {
          gl[i][j] += g[i][l] * lower[l][j];
        }
      }
    }
    for (int i = 0; i < k; i++) {
      for (int j = 0; j <= i; j++) {
        for (int l = i; l < k; l++) {
          lgl[i][j] += lower[l][i] * gl[l][j];
        }
        lgl[j][i] = lgl[i][j];
      }
    }
    return lgl;
  }

  /// Makes a symmetric matrix diagonal by cyclic Jacobi rotations (Golub, Van Loan, Matrix
  /// Computations, 8.5) and returns their product V: what was M is V·diag·Vᵀ.
  private static double[][] eigenvectors(double[][] m) {
    int k = m.length;
    double trace = 0;
    double[][] v = new double[k][k];
    for (int i = 0; i < k; i++) {
      trace += m[i][i];
      v[i][i] = 1;
    }
    boolean rotated = true;
    for (int sweep = 0; rotated && sweep < SWEEPS; sweep++) {
      rotated = false;
      for (int p = 0; p < k; p++) {
        for (int q = p + 1; q < k; q++) {
          if (Math.abs(m[p][q]) > DIAGONAL * trace) {
            rotate(m, v, p, q);
            rotated = true;
          }
        }
      }
    }
    return v;
  }

  /// The smaller of the two rotations that make the element (p, q) 0.
  private static void rotate(double[][] m, double[][] v, int p, int q) {
    double zeta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    double tan = Math.copySign(1 / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta)), zeta);
    double cos = 1 / Math.sqrt(1 + tan * tan);
    double sin = cos * tan;
    for (int i = 0; i < m.length; i++) {
      double ip = m[i][p];
      m[i][p] = cos * ip - sin * m[i][q];
      m[i][q] = sin * ip + cos * m[i][q];
    }
    for (int i = 0; i < m.length; i++) {
      double pi = m[p][i];
      m[p][i] = cos * pi - sin * m[q][i];
      m[q][i] = sin * pi + cos * m[q][i];
      double ip = v[i][p];
      v[i][p] = cos * ip - sin * v[i][q];
      v[i][q] = sin * ip + cos * v[i][q];
    }
    m[p][q] = 0;
    m[q][p] = 0;
  }

  private static Tensor spread(double[][] small, int[] places, int r) {
    float[] all = new float[r * r];
    for (int i = 0; i < r; i++) {
      all[i * r + i] = 1;
    }
    for (int i = 0; i < places.length; i++) {
      for (int j = 0; j < places.length; j++) {
        all[places[i] * r + places[j]] = (float) small[i][j];
      }
    }
    return Tensor.of(Shape.of(r, r), all);
  }
}
