package jada.autograd;

import static jada.autograd.Edge.edge;

/// The operations of a transformer and its adapters, each in one piece.
public final class Fused {
  private Fused() {}

  /// y = x·Wᵀ + b: x (T,in), W (out,in), b (out), y (T,out).
  public static Variable linear(Variable x, Variable w, Variable bias) {
    return Composed.linear(x, w, bias);
  }

  /// y = x·Wᵀ + b + scale·((x·Qᵀ) ⊙ λ)·Pᵀ: x (T,in), W (out,in), b (out), P (out,r), λ (r), Q
  /// (r,in), y (T,out).
  public static Variable svdLinear(
      Variable x, Variable w, Variable bias, Variable p, Variable lambda, Variable q, float scale) {
    return svdLinear(x, x, w, bias, p, lambda, q, scale);
  }

  /// [#svdLinear(Variable, Variable, Variable, Variable, Variable, Variable, float)] whose adapter
  /// reads another input than the frozen weight does, of the same shape: x after dropout.
  public static Variable svdLinear(
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    return Composed.svdLinear(x, adapterInput, w, bias, p, lambda, q, scale);
  }

  /// y = x·Wᵀ + b + scale·(x·Aᵀ)·Bᵀ: x (T,in), W (out,in), b (out), B (out,r), A (r,in), y (T,out).
  public static Variable loraLinear(
      Variable x, Variable w, Variable bias, Variable b, Variable a, float scale) {
    return loraLinear(x, x, w, bias, b, a, scale);
  }

  /// [#loraLinear(Variable, Variable, Variable, Variable, Variable, float)] whose adapter reads
  /// another input than the frozen weight does, of the same shape: x after dropout.
  public static Variable loraLinear(
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable b,
      Variable a,
      float scale) {
    return Composed.loraLinear(x, adapterInput, w, bias, b, a, scale);
  }

  /// softmax(Q·Kᵀ/√d)·V for every sequence and head apart: q, k, v and y (T,C), the sequences one
  /// after another, d = C/heads.
  ///
  /// @param offsets B + 1 numbers: sequence s is the rows `[offsets[s], offsets[s + 1])`
  public static Variable attention(Variable q, Variable k, Variable v, int[] offsets, int heads) {
    return attention(q, k, v, offsets, heads, 0, 0);
  }

  /// [#attention(Variable, Variable, Variable, int[], int)] with dropout on the probabilities.
  public static Variable attention(
      Variable q,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      long dropoutKey,
      float dropout) {
    return Composed.attention(q, k, v, offsets, heads, dropoutKey, dropout);
  }

  /// y = γ ⊙ (x − μ)/√(σ² + ε) + β with the mean μ and the biased variance σ² of each row: x and y
  /// (T,C), γ and β (C).
  public static Variable layerNorm(Variable x, Variable gamma, Variable beta, float epsilon) {
    return Composed.layerNorm(x, gamma, beta, epsilon);
  }

  /// gelu(x) = x·Φ(x), exact form. dx = g·(Φ(x) + x·φ(x)).
  public static Variable gelu(Variable x) {
    return Result.of("gelu", x.value().gelu(), edge(x, g -> x.value().geluGradient(g)));
  }

  /// Mean over the rows of ln Σ_k e^(z_k) − z_label: logits (B,K), labels in `[0, K)`, a scalar, in
  /// nats.
  public static Variable crossEntropy(Variable logits, int[] labels) {
    return Composed.crossEntropy(logits, labels);
  }

  /// Mean of (prediction − target)²: predictions (B,1), B targets, a scalar.
  public static Variable meanSquaredError(Variable predictions, float[] targets) {
    return Composed.meanSquaredError(predictions, targets);
  }

  /// Row ids(i) of the table for each i: table (V,C), y (n,C).
  public static Variable embedding(Variable table, int[] ids) {
    return Ops.gatherRows(table, ids);
  }

  /// x ⊙ m/(1 − p), m_i = 1 where the hash of (key, i) keeps element i; x itself where p = 0.
  public static Variable dropout(Variable x, long key, float p) {
    return p == 0 ? x : Composed.dropout(x, key, p);
  }

  /// ‖PᵀP − I‖_F of P (out,r): how far its columns are from orthonormal; a scalar.
  public static Variable columnGramDeviation(Variable p) {
    return Composed.columnGramDeviation(p);
  }

  /// ‖PᵀP − I‖²_F of P (out,r), a scalar.
  public static Variable columnGramDeviationSquared(Variable p) {
    return Composed.columnGramDeviationSquared(p);
  }

  /// ‖QQᵀ − I‖_F of Q (r,in): how far its rows are from orthonormal; a scalar.
  public static Variable rowGramDeviation(Variable q) {
    return Composed.rowGramDeviation(q);
  }

  /// ‖QQᵀ − I‖²_F of Q (r,in), a scalar.
  public static Variable rowGramDeviationSquared(Variable q) {
    return Composed.rowGramDeviationSquared(q);
  }
}
