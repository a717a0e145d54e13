package jada.adalora;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;

/// How P and Q start. λ starts at 0 in any case, so the adapted model starts as the base model.
public enum TripletStart {
  /// Independent draws from N(0, 0.02²), as PEFT does.
  GAUSSIAN,
  /// Orthonormal columns of P and rows of Q, made from a random matrix, as the article does.
  ORTHONORMAL;

  private static final float STD = 0.02f;

  /// The triplets that the training of a matrix (out, in) starts from.
  ///
  /// @throws IllegalArgumentException if orthonormal vectors are asked for and there are more of
  ///   them than dimensions
  Triplets triplets(int out, int in, int rank, RandomSource random) {
    Tensor p = Tensor.normal(Shape.of(out, rank), STD, random.split("P"));
    Tensor q = Tensor.normal(Shape.of(rank, in), STD, random.split("Q"));
    Tensor lambda = Tensor.zeros(Shape.of(rank));
    return switch (this) {
      case GAUSSIAN -> new Triplets(p, lambda, q);
      case ORTHONORMAL ->
          new Triplets(orthonormalRows(p.transpose()).transpose(), lambda, orthonormalRows(q));
    };
  }

  /// The rows of a random matrix made orthonormal one after another (Gram and Schmidt): each loses
  /// what it has in common with those before it, twice, for once leaves rounding errors behind.
  private static Tensor orthonormalRows(Tensor random) {
    int rows = random.shape().dim(0);
    int n = random.shape().dim(1);
    if (rows > n) {
      throw new IllegalArgumentException(
          "orthonormal start: "
              + rows
              + " orthonormal vectors do not exist in "
              + n
              + " dimensions; lower init-r");
    }
    float[] a = random.array();
    for (int i = 0; i < rows; i++) {
      for (int earlier = 0; earlier < 2 * i; earlier++) {
        int j = earlier % i;
        double common = dot(a, i * n, j * n, n);
        for (int k = 0; k < n; k++) {
          a[i * n + k] -= (float) (common * a[j * n + k]);
        }
      }
      double length = Math.sqrt(dot(a, i * n, i * n, n));
      for (int k = 0; k < n; k++) {
        a[i * n + k] = (float) (a[i * n + k] / length);
      }
    }
    return random;
  }

  private static double dot(float[] a, int first, int second, int n) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      sum += (double) a[first + k] * a[second + k];
    }
    return sum;
  }
}
