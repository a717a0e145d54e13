package jada.nn;

import jada.autograd.Variable;

/// Turns hidden states into logits, one row for each sequence.
public interface Head {
  /// Which rows of the hidden states this head reads.
  Rows rows();

  /// The logits of each sequence: (N, C) -> (B, K).
  ///
  /// @param hidden the hidden states of the rows that this head reads
  /// @param batch the tokens that they belong to
  Variable forward(Variable hidden, Batch batch);
}
