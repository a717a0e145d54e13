package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;
import java.util.Optional;

/// Multi-head attention within each sequence (Vaswani et al. 2017, section 3.2).
///
/// For a sequence and a head of D = C / H channels, with q, k, v the head's channels of the three
/// projections: head = softmax(q·kᵀ / √D)·v, or softmax(q·kᵀ / √D + B)·v where there is a
/// [RelativeBias]. The concatenated heads go through the output projection. A token attends to its
/// own sequence only, so nothing has to be masked.
///
/// The projections are given as layers, (rows, C) -> (rows, C) each.
///
/// @param weights dropout on the attention weights
record Attention(Layer query, Layer key, Layer value, Layer output, int heads, Dropout weights) {

  /// Attention of the tokens of `from` to the tokens of x in the same sequence: (N, C) and (T, C)
  /// -> (N, C).
  ///
  /// @param from the tokens of the queries: N rows of x
  /// @param fromOffsets where each sequence begins in `from`, and N
  /// @param x the tokens of keys and values
  /// @param offsets where each sequence begins in x, and T
  /// @param bias added to the scores by distance, (2D − 1, H), in families that have one
  Variable forward(
      Variable from, int[] fromOffsets, Variable x, int[] offsets, Optional<Variable> bias) {
    Variable q = query.forward(from); // (N, C)
    Variable k = key.forward(x); // (T, C)
    Variable v = value.forward(x); // (T, C)
    return output.forward(
        Fused.attention(
            q,
            fromOffsets,
            k,
            v,
            offsets,
            heads,
            bias,
            weights.key(),
            weights.current())); // (N, C)
  }
}
