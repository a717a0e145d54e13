package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;

/// The head of a sentence encoder, which has no weights: from the hidden states h of a text's n
/// tokens
///
///     mean    e = Σ_t h_t / n
///     cls     e = h_0
///
/// and then, where lengths are not to count, e / ‖e‖. Source: Reimers and Gurevych 2019,
/// "Sentence-BERT".
///
/// @param pooling which of the two
/// @param normalize whether the vectors have length 1
public record EmbeddingHead(Pooling pooling, boolean normalize) implements Head {
  @Override
  public Rows rows() {
    return pooling.rows();
  }

  /// The sentence embeddings: (N, C) -> (B, C).
  @Override
  public Variable forward(Variable hidden, Batch batch) {
    Variable pooled = pooling.pool(hidden, batch);
    return normalize ? Fused.normalizeRows(pooled) : pooled;
  }
}
