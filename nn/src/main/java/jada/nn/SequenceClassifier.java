package jada.nn;

import jada.autograd.Variable;

/// An encoder and a head: from tokens to one row of logits for each sequence.
///
/// @param encoder makes hidden states
/// @param head reads them
public record SequenceClassifier(Encoder encoder, Head head) {
  /// The logits of each sequence: T tokens -> (B, K).
  public Variable logits(Batch batch) {
    return head.forward(encoder.forward(batch, head.rows()), batch);
  }
}
