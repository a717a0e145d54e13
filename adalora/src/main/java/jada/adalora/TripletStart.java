package jada.adalora;

import jada.tensor.Qr;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;

/// How P and Q start. λ starts at 0 in any case, so the adapted model starts as the base model.
public enum TripletStart {
  /// Independent draws from N(0, 0.02²), as PEFT does.
  GAUSSIAN,
  /// Orthonormal columns of P and rows of Q, from the QR decomposition of a random matrix, as the
  /// article does.
  ORTHONORMAL;

  private static final float STD = 0.02f;

  /// The triplets that the training of a matrix (out, in) starts from.
  ///
  /// @throws IllegalArgumentException if orthonormal vectors are asked for and there are more of
  ///   them than dimensions
  public Triplets triplets(int out, int in, int rank, RandomSource random) {
    Tensor p = Tensor.normal(Shape.of(out, rank), STD, random.split("P"));
    Tensor q = Tensor.normal(Shape.of(rank, in), STD, random.split("Q"));
    Tensor lambda = Tensor.zeros(Shape.of(rank));
    return switch (this) {
      case GAUSSIAN -> new Triplets(p, lambda, q);
      case ORTHONORMAL -> new Triplets(Qr.of(p).q(), lambda, Qr.of(q.transpose()).q().transpose());
    };
  }
}
