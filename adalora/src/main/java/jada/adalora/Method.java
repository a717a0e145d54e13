package jada.adalora;

/// What is trained besides the head.
public enum Method {
  /// Triplets under a budget: ΔW = P·diag(λ)·Q, the ranks of the matrices found while training.
  ADALORA,
  /// The baseline: ΔW = B·A of one fixed rank in every matrix.
  LORA,
  /// Nothing: the pretrained encoder stays as it is.
  HEAD,
  /// Every weight of the encoder.
  FULL
}
