package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;

/// Multi-head attention within each sequence (Vaswani et al. 2017, section 3.2).
///
/// For a sequence and a head of D = C / H channels, with q, k, v the head's channels of the three
/// projections: head = softmax(q·kᵀ / √D)·v. The heads side by side go through the output
/// projection. A token sees its own sequence only, so there is nothing to mask.
///
/// The projections are layers that are handed in: (rows, C) -> (rows, C) each.
///
/// @param weights drops attention weights in training
record Attention(Layer query, Layer key, Layer value, Layer output, int heads, Dropout weights) {

  /// What the tokens gather from the tokens of their own sequence: (T, C) -> (T, C).
  ///
  /// @param offsets where each sequence begins in x, and T
  Variable forward(Variable x, int[] offsets) {
    Variable q = query.forward(x); // (T, C)
    Variable k = key.forward(x); // (T, C)
    Variable v = value.forward(x); // (T, C)
    Variable mixed = // (T, C)
        weights.isActive()
            ? Fused.attention(q, k, v, offsets, heads, weights.key(), weights.probability())
            : Fused.attention(q, k, v, offsets, heads);
    return output.forward(mixed);
  }
}
