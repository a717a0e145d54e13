package jada.adalora;

/// The score by which triplets are ranked; each is computed by the [Importance] of the same name.
public enum ImportanceScore {
  /// Smoothed sensitivity times its uncertainty, over λ and every element of P and Q (Zhang et al.
  /// 2023, eqs. 8–12; what PEFT computes).
  PAPER,
  /// Smoothed sensitivity of λ times |λ| times the norms of the vectors (Brenndoerfer 2025).
  ARTICLE,
  /// |λ| alone; with a gauge the singular value.
  MAGNITUDE,
  /// The smoothed square of λ·∂L/∂λ: a second-order estimate of how much the loss rises without the
  /// triplet.
  FISHER
}
