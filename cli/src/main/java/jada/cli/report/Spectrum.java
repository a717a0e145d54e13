package jada.cli.report;

import jada.adalora.Triplets;
import jada.tensor.Qr;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;

/// The singular values of ΔW = scale · P·diag(λ)·Q, from a singular value decomposition, beside the
/// norms of the triplets: |λᵢ|·‖P[:,i]‖·‖Q[i,:]‖·scale. Both are the same where P and Q are
/// orthogonal.
///
/// @param singular values of ΔW, descending, one for each triplet
/// @param learned the norm of each triplet, in their order
record Spectrum(Tensor singular, Tensor learned) {
  /// The spectrum of these triplets. With P = Q₁R₁ and Qᵀ = Q₂R₂, orthonormal Q₁ and Q₂, the
  /// singular values of ΔW (out, in) are those of R₁·diag(λ)·R₂ᵀ (r, r), which is small.
  static Spectrum of(Triplets triplets, float scale) {
    int r = triplets.rank();
    float[] learned = new float[r];
    for (int i = 0; i < r; i++) {
      Triplets one = triplets.keep(i);
      learned[i] = Math.abs(one.lambda().item()) * one.p().norm() * one.q().norm() * scale;
    }
    if (r == 0) {
      return new Spectrum(Tensor.zeros(Shape.of(0)), Tensor.vector(learned));
    }
    Tensor core =
        r <= Math.min(triplets.out(), triplets.in())
            ? Qr.of(triplets.p())
                .r()
                .multiplyRow(triplets.lambda())
                .matmulTransposed(Qr.of(triplets.q().transpose()).r())
            : triplets.product();
    return new Spectrum(Svd.of(core.scale(scale)).s(), Tensor.vector(learned));
  }
}
