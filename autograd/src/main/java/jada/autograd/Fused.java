package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Blocks;
import jada.tensor.Tensor;
import jada.tensor.kernel.Kernels;
import java.util.Optional;

/// The operations of a transformer, its adapters and its losses, each as one fused operation.
///
/// [Composed] composes the same operations of the primitives of [Ops]. The fused ones form fewer
/// intermediate matrices, save less for the derivative, and use the fast kernels. Any input may be
/// frozen or trained; only the gradients that are needed are computed.
///
/// T tokens of a batch, C channels, B sequences, K classes, r the rank; `in` and `out` the two
/// widths of a linear layer. G is the gradient of the output, dX that of the input X, ⊙ the
/// elementwise product.
public final class Fused {
  private static final Kernels KERNELS = Kernels.fastest();

  private Fused() {}

  // ---- linear layers -------------------------------------------------------------------------

  /// y = x·Wᵀ + b: x (T,in), W (out,in), b (out), y (T,out).
  ///
  /// dx = G·W, dW = Gᵀ·x, db = Σ_t G_t.
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable linear(Variable x, Variable weight, Variable bias) {
    return FusedLinear.linear(x, weight, bias);
  }

  /// The linear layer with the AdaLoRA update ΔW = scale·P·diag(λ)·Q (Zhang et al. 2023, eq. 3), without
  /// forming ΔW:
  ///
  ///     y = x·Wᵀ + b + scale·((x·Qᵀ) ⊙ λ)·Pᵀ
  ///
  /// x (T,in), W (out,in), b (out), P (out,r), λ (r), Q (r,in), y (T,out); r may be 0. If λ = 0
  /// the output has the same bits as that of [#linear]. With U = x·Qᵀ (T,r), which is saved, and V = G·P
  /// (T,r), which three derivatives share:
  ///
  ///     dx = G·W + scale·(V ⊙ λ)·Q      dW = Gᵀ·x      db = Σ_t G_t
  ///     dP = scale·Gᵀ·(U ⊙ λ)           dλ = scale·Σ_t U ⊙ V      dQ = scale·(V ⊙ λ)ᵀ·x
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable svdLinear(
      Variable x,
      Variable weight,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    return FusedLinear.svdLinear(x, Optional.empty(), weight, bias, p, lambda, q, scale);
  }

  /// The same with a separate adapter input x′ (T,in), usually x after dropout. Without dropout the
  /// overload above is faster: it reads x once for both products.
  ///
  ///     y = x·Wᵀ + b + scale·((x′·Qᵀ) ⊙ λ)·Pᵀ
  ///     dx = G·W      dx′ = scale·(V ⊙ λ)·Q
  ///
  /// The other derivatives are those above with x′ in place of x.
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable svdLinear(
      Variable x,
      Variable adapterInput,
      Variable weight,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    return FusedLinear.svdLinear(x, Optional.of(adapterInput), weight, bias, p, lambda, q, scale);
  }

  /// The linear layer with the LoRA update ΔW = scale·B·A (Hu et al. 2021), without forming ΔW:
  ///
  ///     y = x·Wᵀ + b + scale·(x·Aᵀ)·Bᵀ
  ///
  /// x (T,in), W (out,in), b (out), B (out,r), A (r,in), y (T,out); r may be 0. With U = x·Aᵀ and
  /// V = G·B:
  ///
  ///     dx = G·W + scale·V·A      dW = Gᵀ·x      db = Σ_t G_t
  ///     dB = scale·Gᵀ·U           dA = scale·Vᵀ·x
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable loraLinear(
      Variable x, Variable weight, Variable bias, Variable b, Variable a, float scale) {
    return FusedLinear.loraLinear(x, Optional.empty(), weight, bias, b, a, scale);
  }

  /// The same with a separate adapter input x′ (T,in), usually x after dropout. Without dropout the
  /// overload above is faster: it reads x once for both products.
  ///
  ///     y = x·Wᵀ + b + scale·(x′·Aᵀ)·Bᵀ
  ///     dx = G·W      dx′ = scale·V·A
  ///
  /// The other derivatives are those above with x′ in place of x.
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable loraLinear(
      Variable x,
      Variable adapterInput,
      Variable weight,
      Variable bias,
      Variable b,
      Variable a,
      float scale) {
    return FusedLinear.loraLinear(x, Optional.of(adapterInput), weight, bias, b, a, scale);
  }

  // ---- between the linear layers -------------------------------------------------------------

  /// softmax(Q·Kᵀ/√d)·V (Vaswani et al. 2017) for each sequence and head separately: q, k, v and y (T,C), d = C/heads; head h
  /// is the columns `[h·d, (h + 1)·d)`.
  ///
  /// With S = Q·Kᵀ/√d and P = softmax(S), both (L,L) for a sequence of L tokens:
  ///
  ///     dV = Pᵀ·G      dP = G·Vᵀ      dS = P ⊙ (dP − rowsum(dP ⊙ P))
  ///     dQ = dS·K/√d   dK = dSᵀ·Q/√d
  ///
  /// P is recomputed in the backward pass rather than saved (Dao et al. 2022, FlashAttention).
  ///
  /// @param offsets where the sequences begin and end: B + 1 non-decreasing numbers from 0 to T; sequence s is the
  ///   rows `[offsets[s], offsets[s + 1])` and may be empty
  /// @throws IllegalArgumentException if the shapes differ, heads does not divide C, or the offsets
  ///   do not rise from 0 to T
  public static Variable attention(Variable q, Variable k, Variable v, int[] offsets, int heads) {
    return attention(q, k, v, offsets, heads, 0, 0);
  }

  /// [#attention(Variable, Variable, Variable, int[], int)] with dropout on the probabilities:
  /// dropout(softmax(Q·Kᵀ/√d))·V.
  ///
  /// @param dropoutKey the key of the masks; sequence s and head h use
  ///   `CounterHash.derive(dropoutKey, s·heads + h)`
  /// @param dropout the probability to drop, in [0, 1)
  /// @throws IllegalArgumentException if the shapes differ, heads does not divide C, the offsets do
  ///   not rise from 0 to T, or the probability is out of range
  public static Variable attention(
      Variable q,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      long dropoutKey,
      float dropout) {
    return FusedAttention.attention(q, k, v, offsets, heads, dropoutKey, dropout);
  }

  /// Attention with separate rows for queries and for keys and values, for example queries for the
  /// first token of each sequence only: q and y (N,C), k and v (T,C).
  ///
  /// @param queryOffsets where the sequences lie in q: B + 1 rising numbers from 0 to N
  /// @param offsets where the same sequences lie in k and v: B + 1 rising numbers from 0 to T
  /// @param dropoutKey the key of the masks; sequence s and head h use
  ///   `CounterHash.derive(dropoutKey, s·heads + h)`
  /// @param dropout the probability to drop, in [0, 1); 0 for none
  /// @throws IllegalArgumentException if the shapes do not fit, heads does not divide C, the
  ///   offsets do not rise from 0 to N and T, or the probability is out of range
  public static Variable attention(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      long dropoutKey,
      float dropout) {
    return FusedAttention.attention(
        q, queryOffsets, k, v, offsets, heads, Optional.empty(), dropoutKey, dropout);
  }

  /// Attention that knows how far apart two tokens are (Raffel et al. 2020, section 2.1): S =
  /// Q·Kᵀ/√d + B with B_ml = bias(D − 1 + l − m, h) for row m of the queries, row l of the keys and
  /// head h. Row 0 of a sequence's queries must be its first token.
  ///
  /// dbias(D − 1 + δ, h) = Σ of dS_ml over all m, l with l − m = δ.
  ///
  /// @param bias (2D − 1, H), with D at least the length of the longest sequence, in q as in k
  /// @throws IllegalArgumentException as without a bias, or if that does not fit
  public static Variable attention(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      Optional<Variable> bias,
      long dropoutKey,
      float dropout) {
    return FusedAttention.attention(
        q, queryOffsets, k, v, offsets, heads, bias, dropoutKey, dropout);
  }

  /// Layer normalisation (Ba, Kiros, Hinton 2016): y = γ ⊙ x̂ + β, x̂ = (x − μ)·s, s = 1/√(σ² + ε), with
  /// the mean μ and the biased variance σ² of each row: x and y (T,C), γ and β (C).
  ///
  /// With h = G ⊙ γ:
  ///
  ///     dx = s·(h − mean(h) − x̂ · mean(h ⊙ x̂))      dγ = Σ_t G ⊙ x̂      dβ = Σ_t G
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable layerNorm(Variable x, Variable gamma, Variable beta, float epsilon) {
    return FusedNorm.layerNorm(x, gamma, beta, epsilon);
  }

  /// y = x·Φ(x) = x/2 · (1 + erf(x/√2)), any shape: the exact form, as BERT uses it (Hendrycks,
  /// Gimpel 2016).
  ///
  /// dx = G ⊙ (Φ(x) + x·φ(x)), φ(x) = e^(−x²/2)/√(2π).
  public static Variable gelu(Variable x) {
    Tensor y = Tensor.blank(x.shape());
    Blocks.elements(y.size(), (from, to) -> KERNELS.gelu(x.value().array(), y.array(), from, to));
    return Result.of("gelu", y, edge(x, g -> geluGradient(x.value(), g)));
  }

  private static Tensor geluGradient(Tensor x, Tensor g) {
    Tensor dx = Tensor.blank(x.shape());
    Blocks.elements(
        x.size(), (from, to) -> KERNELS.geluGradient(x.array(), g.array(), dx.array(), from, to));
    return dx;
  }

  /// y = gelu(x·W₁ᵀ + b₁)·W₂ᵀ + b₂: x (T,in), W₁ (F,in), b₁ (F), W₂ (out,F), b₂ (out), y (T,out).
  ///
  /// With u = x·W₁ᵀ + b₁ (T,F):
  ///
  ///     dx = ((G·W₂) ⊙ gelu′(u))·W₁
  ///
  /// One operation if weights and biases are frozen; otherwise [#linear], [#gelu] and [#linear] with
  /// their derivatives. The bits are the same.
  ///
  /// @throws IllegalArgumentException if the shapes do not fit
  public static Variable feedForward(
      Variable x, Variable weight1, Variable bias1, Variable weight2, Variable bias2) {
    return FusedFeedForward.feedForward(x, weight1, bias1, weight2, bias2);
  }

  /// Inverted dropout (Srivastava et al. 2014): y = x ⊙ m/(1 − p), any shape, where m_i is 1 if the
  /// hash of (key, i) keeps element i, else 0; x itself if p = 0. No mask is stored, since it is a
  /// function of the key.
  ///
  /// dx = G ⊙ m/(1 − p).
  ///
  /// @param p the probability to drop, in [0, 1)
  /// @throws IllegalArgumentException if p is out of range
  public static Variable dropout(Variable x, long key, float p) {
    Require.probability("dropout", p);
    return p == 0
        ? x
        : Result.of("dropout", dropped(x.value(), key, p), edge(x, g -> dropped(g, key, p)));
  }

  private static Tensor dropped(Tensor x, long key, float p) {
    Tensor y = Tensor.blank(x.shape());
    Blocks.elements(
        x.size(), (from, to) -> KERNELS.dropout(x.array(), key, p, y.array(), from, to));
    return y;
  }

  /// y_i = table_id(i), the rows with the given numbers: table (V,C), n ids, y (n,C).
  ///
  /// dtable_r = Σ of G_i over the i with id(i) = r.
  ///
  /// @throws IllegalArgumentException if the table is not a matrix or an id is not in `[0, V)`
  public static Variable embedding(Variable table, int[] ids) {
    Require.shapes(table.shape().rank() == 2, "embedding", "table (V, C)", table);
    int rows = table.shape().dim(0);
    int[] numbers = ids.clone();
    for (int i = 0; i < numbers.length; i++) {
      Require.inRange("embedding", "id", i, numbers[i], rows);
    }
    return Result.of(
        "embedding",
        table.value().gatherRows(numbers),
        edge(table, g -> g.scatterRows(rows, numbers)));
  }

  // ---- sentence embeddings -------------------------------------------------------------------

  /// The mean of the rows of each sequence: x (T,C), y (B,C), y_s = Σ_t x_t / n_s over the n_s rows
  /// of sequence s.
  ///
  /// dx_t = G_s / n_s.
  ///
  /// @param offsets where the sequences begin and end: B + 1 rising numbers from 0 to T
  /// @throws IllegalArgumentException if x is no matrix, or the offsets do not rise from 0 to T
  public static Variable meanRows(Variable x, int[] offsets) {
    return FusedEmbedding.meanRows(x, offsets);
  }

  /// Rows of length 1: y_i = x_i / max(‖x_i‖, 1e-12), x and y (B,C). The product of two such rows
  /// is their cosine.
  ///
  /// dx_i = (G_i − y_i·⟨G_i, y_i⟩) / ‖x_i‖.
  ///
  /// @throws IllegalArgumentException if x is no matrix
  public static Variable normalizeRows(Variable x) {
    return FusedEmbedding.normalizeRows(x);
  }

  /// Euclid's distance of two rows: a and b (B,C), y (B), y_i = ‖a_i − b_i‖.
  ///
  /// da_i = g_i·(a_i − b_i)/y_i, db_i = −da_i; 0 where y_i = 0, a subgradient.
  ///
  /// @throws IllegalArgumentException if a and b are not matrices of one shape
  public static Variable rowDistances(Variable a, Variable b) {
    return FusedEmbedding.rowDistances(a, b);
  }

  // ---- losses --------------------------------------------------------------------------------

  /// CoSENT: scores s (B) should rise with the labels. With all pairs of rows whose labels differ,
  ///
  ///     L = ln (1 + Σ e^(s_i − s_j) over the i, j with label_i < label_j)
  ///
  /// a scalar, 0 if all labels are alike. Only the order of the labels counts.
  ///
  /// ds_i = g·Σ_j p_ij − g·Σ_j p_ji with p_ij = e^(s_i − s_j)/(1 + Σ …). Source: Huang et al. 2024,
  /// and sentence-transformers' `CoSENTLoss`.
  ///
  /// @throws IllegalArgumentException if s is no vector with elements, or there is not one label for
  ///   each
  public static Variable cosent(Variable scores, float[] labels) {
    return FusedLoss.cosent(scores, labels);
  }

  /// The mean over the rows of −ln softmax(z)_label = ln Σ_k e^(z_k) − z_label: logits (B,K), B
  /// labels in `[0, K)`, a scalar, in nats. Stable for logits of any size.
  ///
  /// dz = g·(softmax(z) − onehot(label))/B.
  ///
  /// @throws IllegalArgumentException if there is no row, not one label for each row, or a label is
  ///   out of range
  public static Variable crossEntropy(Variable logits, int[] labels) {
    return FusedLoss.crossEntropy(logits, labels);
  }

  /// Cross entropy with weights w of the classes and smoothed labels: with qᵢₖ = (1 − ε)·w_labelᵢ
  /// where k is the label of row i, plus ε/K·wₖ for every k,
  ///
  ///     L = −Σᵢₖ qᵢₖ·ln softmax(zᵢ)ₖ / Σᵢ w_labelᵢ
  ///
  /// logits (B,K), B labels in `[0, K)`, K weights, ε in [0, 1), a scalar, in nats. Weights of 1 and
  /// ε = 0 are plain cross entropy.
  ///
  /// dz = g·(softmax(zᵢ)·Σₖ qᵢₖ − qᵢ)/Σᵢ w_labelᵢ. Source: PyTorch's `CrossEntropyLoss` with
  /// `weight` and `label_smoothing`.
  ///
  /// @throws IllegalArgumentException as [#crossEntropy(Variable, int[])], or if there is not one
  ///   weight for each class, a weight is negative, all labels weigh 0, or ε is out of range
  public static Variable crossEntropy(
      Variable logits, int[] labels, float[] weights, double smoothing) {
    return FusedLoss.crossEntropy(logits, labels, weights, smoothing);
  }

  /// The mean over all elements of −y·ln σ(z) − (1 − y)·ln(1 − σ(z)) = max(z, 0) − z·y + ln(1 +
  /// e^(−|z|)): logits (B,K), B·K targets in `[0, 1]` row by row, a scalar, in nats. Each of the K
  /// outputs is a question of its own, whose answer is yes with the probability σ(z) = 1/(1 +
  /// e^(−z)). Stable for logits of any size.
  ///
  /// dz = g·(σ(z) − y)/(B·K). Source: PyTorch's `BCEWithLogitsLoss`.
  ///
  /// @throws IllegalArgumentException if logits is not a matrix with elements, or there is not one
  ///   target for each element
  public static Variable binaryCrossEntropy(Variable logits, float[] targets) {
    return FusedLoss.binaryCrossEntropy(logits, targets);
  }

  /// The mean over the rows of (prediction − target)²: predictions (B,1), B targets, a scalar.
  ///
  /// dprediction = g·2·(prediction − target)/B.
  ///
  /// @throws IllegalArgumentException if predictions is not (B,1) with B > 0, or there is not one
  ///   target for each row
  public static Variable meanSquaredError(Variable predictions, float[] targets) {
    return FusedLoss.meanSquaredError(predictions, targets);
  }

  // ---- orthogonality -------------------------------------------------------------------------

  /// ‖D‖_F with D = PᵀP − I (r,r): how far the columns of P (out,r) are from orthonormal; a scalar.
  ///
  /// dP = g · 2/‖D‖ · P·D; 0 if D = 0, the subgradient that PyTorch uses, too.
  public static Variable columnGramDeviation(Variable p) {
    Tensor d = minusIdentity(p.value().transposedMatmul(p.value())); // (r,out)(out,r)
    float norm = d.norm();
    return Result.of(
        "columnGramDeviation",
        Tensor.scalar(norm),
        edge(p, g -> p.value().matmul(d.scale(g.item() * twoOver(norm))))); // (out,r)(r,r)
  }

  /// ‖D‖²_F with D = PᵀP − I (r,r) of P (out,r), a scalar.
  ///
  /// dP = g · 4·P·D.
  public static Variable columnGramDeviationSquared(Variable p) {
    Tensor d = minusIdentity(p.value().transposedMatmul(p.value())); // (r,out)(out,r)
    return Result.of(
        "columnGramDeviationSquared",
        Tensor.scalar(d.dot(d)),
        edge(p, g -> p.value().matmul(d.scale(4 * g.item())))); // (out,r)(r,r)
  }

  /// ‖D‖_F with D = QQᵀ − I (r,r): how far the rows of Q (r,in) are from orthonormal; a scalar.
  ///
  /// dQ = g · 2/‖D‖ · D·Q; 0 if D = 0, the subgradient that PyTorch uses, too.
  public static Variable rowGramDeviation(Variable q) {
    Tensor d = minusIdentity(q.value().matmulTransposed(q.value())); // (r,in)(in,r)
    float norm = d.norm();
    return Result.of(
        "rowGramDeviation",
        Tensor.scalar(norm),
        edge(q, g -> d.scale(g.item() * twoOver(norm)).matmul(q.value()))); // (r,r)(r,in)
  }

  /// ‖D‖²_F with D = QQᵀ − I (r,r) of Q (r,in), a scalar.
  ///
  /// dQ = g · 4·D·Q.
  public static Variable rowGramDeviationSquared(Variable q) {
    Tensor d = minusIdentity(q.value().matmulTransposed(q.value())); // (r,in)(in,r)
    return Result.of(
        "rowGramDeviationSquared",
        Tensor.scalar(d.dot(d)),
        edge(q, g -> d.scale(4 * g.item()).matmul(q.value()))); // (r,r)(r,in)
  }

  /// 2/‖D‖, 0 at 0.
  private static float twoOver(float norm) {
    return norm == 0 ? 0 : 2 / norm;
  }

  private static Tensor minusIdentity(Tensor gram) {
    return gram.subtract(Tensor.identity(gram.shape().dim(0)));
  }
}
