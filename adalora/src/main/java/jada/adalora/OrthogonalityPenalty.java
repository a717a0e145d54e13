package jada.adalora;

/// The form of the orthogonality penalty; both are computed by Orthogonality.
public enum OrthogonalityPenalty {
  /// The mean over the 2n matrices P and Q of ‖PᵀP − I‖_F and ‖QQᵀ − I‖_F, as PEFT computes it.
  FROBENIUS,
  /// The sum over the n adapters of ‖PᵀP − I‖²_F + ‖QQᵀ − I‖²_F, as the article writes it.
  SQUARED
}
