package jada.nn;

import jada.autograd.Variable;

/// An encoder with a head: tokens to one row of logits for each sequence.
///
/// @param encoder computes the hidden states
/// @param head reads them
public record SequenceClassifier(Encoder encoder, Head head) {
  /// The logits of each sequence: T tokens -> (B, K).
  public Variable logits(Batch batch) {
    return head.forward(encoder.forward(batch, head.rows()), batch);
  }
}
