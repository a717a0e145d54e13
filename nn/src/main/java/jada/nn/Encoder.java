package jada.nn;

import jada.autograd.Variable;

/// Turns tokens into hidden states that know their context.
///
/// Read on at [BertEncoder].
public interface Encoder {
  /// The wanted rows of the last hidden states: T tokens -> (N, C). Rows are equal whether or not
  /// others are wanted.
  Variable forward(Batch batch, Rows rows);

  /// The last hidden states of all tokens: (T, C).
  default Variable forward(Batch batch) {
    return forward(batch, Rows.ALL);
  }
}
