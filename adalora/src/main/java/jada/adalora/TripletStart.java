package jada.adalora;

import jada.tensor.Qr;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;

/// Initialisation of P, λ and Q. Either λ or P starts at 0, so the adapted model starts as the base
/// model.
public enum TripletStart {
  /// λ = 0, P and Q independent draws from N(0, 0.02²), as PEFT does.
  GAUSSIAN,
  /// λ = 0, orthonormal columns of P and rows of Q, from the QR decomposition of a random matrix,
  /// as the article does.
  ORTHONORMAL,
  /// λ = 1, P = 0 and Q uniform on ±1/√in: the B and A of [LoraLinear] from the same random source.
  /// So ΔW grows through P, as fast as in LoRA.
  LORA;

  private static final float STD = 0.02f;

  /// The initial triplets of a matrix (out, in).
  ///
  /// @throws IllegalArgumentException if orthonormal vectors are asked for and there are more of
  ///   them than dimensions
  public Triplets triplets(int out, int in, int rank, RandomSource random) {
    if (this == LORA) {
      return new Triplets(
          LoraLinear.startOfB(out, rank),
          Tensor.full(Shape.of(rank), 1),
          LoraLinear.startOfA(rank, in, random));
    }
    Tensor p = Tensor.normal(Shape.of(out, rank), STD, random.split("P"));
    Tensor q = Tensor.normal(Shape.of(rank, in), STD, random.split("Q"));
    Tensor lambda = Tensor.zeros(Shape.of(rank));
    return this == GAUSSIAN
        ? new Triplets(p, lambda, q)
        : new Triplets(Qr.of(p).q(), lambda, Qr.of(q.transpose()).q().transpose());
  }
}
