package jada.adalora;

/// Keeps the two factors of ΔW = scale · B·A, during training, the factors of a singular value
/// decomposition.
///
/// B (out, r) and A (r, in) are the P and the Q of triplets with λ = 1. For every invertible T (r, r)
/// the pair B·T, T⁻¹·A has the same product: T is the gauge. After an optimizer step
/// [GaugeChange] sets it so that
///
///     BᵀB = diag(σ²·n²)        A·Aᵀ = diag(1/n²)        B·A = Σᵢ σᵢ·uᵢ·vᵢᵀ
///
/// with u and v orthonormal: column bᵢ = σᵢ·nᵢ·uᵢ, row aᵢ = vᵢ/nᵢ. So the triplets are true
/// singular triplets, one can be judged and cut without the others, and its cut costs exactly σᵢ. n
/// says how σ is shared between the two. ΔW grows as fast as in LoRA from the first step: Adam
/// grows bᵢ by √out·η per step, but a λ only by η.
///
/// λ itself is not trained. Its gradient is computed for the scores, and is part of the norm for
/// gradient clipping.
public enum Gauge {
  /// The factors are not changed after the optimizer step; the orthogonality penalty keeps P and Q
  /// near orthonormal.
  NONE {
    @Override
    double n2(double sigma) {
      throw new IllegalStateException("gauge none shares nothing");
    }
  },

  /// n² = 3: rows of A keep the length 1/√3 with which LoRA starts, and B holds σ alone.
  FIXED {
    @Override
    double n2(double sigma) {
      return 3;
    }
  },

  /// 1/n² = (k + √(k² + 4σ²))/2 with k = 1/3: the share that gradient flow gives. It conserves
  /// ‖aᵢ‖² − ‖bᵢ‖², which at LoRA's start is k (Du, Hu and Lee 2018); with ‖aᵢ‖·‖bᵢ‖ = σᵢ this is
  /// the only solution. Small triplets are shared as in [#FIXED]; in large ones both factors grow
  /// like √σ.
  FLOW {
    @Override
    double n2(double sigma) {
      return 2 / (K + Math.sqrt(K * K + 4 * sigma * sigma));
    }
  };

  private static final double K = 1 / 3.0;

  /// n² of a triplet with this singular value.
  abstract double n2(double sigma);
}
