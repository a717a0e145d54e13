package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;

/// A table of learned vectors, looked up by number.
///
/// @param table (V, C), one row for each number
record Embedding(Variable table) {
  /// @throws IllegalArgumentException if the table is not a matrix
  Embedding {
    if (table.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "embedding: the table must be a matrix (V, C), got " + table.shape());
    }
  }

  /// V, the number of vectors.
  int size() {
    return table.shape().dim(0);
  }

  /// The vectors of the given numbers: n numbers -> (n, C).
  Variable forward(int[] numbers) {
    return Fused.embedding(table, numbers);
  }
}
