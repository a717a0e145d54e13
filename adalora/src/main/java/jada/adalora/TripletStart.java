package jada.adalora;

/// How P and Q start. λ starts at 0 in any case, so the adapted model starts as the base model.
public enum TripletStart {
  /// Independent draws from N(0, 0.02²), as PEFT does.
  GAUSSIAN,
  /// Orthonormal columns of P and rows of Q, from the QR decomposition of a random matrix, as the
  /// article does.
  ORTHONORMAL
}
