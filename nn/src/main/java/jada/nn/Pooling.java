package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;

/// How the hidden states of a text's tokens become one vector, its sentence embedding.
public enum Pooling {
  /// The mean over all tokens, special ones included.
  MEAN("mean", Rows.ALL) {
    @Override
    Variable pool(Variable hidden, Batch batch) {
      return Fused.meanRows(hidden, batch.offsets()); // (T, C) -> (B, C)
    }
  },

  /// The first token, `[CLS]`.
  CLS("cls", Rows.FIRST) {
    @Override
    Variable pool(Variable hidden, Batch batch) {
      return hidden; // (B, C)
    }
  };

  private final String text;
  private final Rows rows;

  Pooling(String text, Rows rows) {
    this.text = text;
    this.rows = rows;
  }

  /// The tokens whose hidden states are read.
  Rows rows() {
    return rows;
  }

  /// One vector for each text: (N, C) -> (B, C).
  abstract Variable pool(Variable hidden, Batch batch);

  /// The name of sentence-transformers: `mean` or `cls`.
  @Override
  public String toString() {
    return text;
  }
}
