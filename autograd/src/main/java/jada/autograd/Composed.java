package jada.autograd;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.CounterHash;
import java.util.Optional;
import java.util.stream.IntStream;

/// The operations of [Fused], composed of the primitives of [Ops]: each formula as in a textbook,
/// without a derivative of its own.
///
/// Tests compare the fused operations with these, value and gradients, element by element. They are
/// also the place to start reading.
public final class Composed {
  private Composed() {}

  /// y = x·Wᵀ + b. See [Fused#linear].
  public static Variable linear(Variable x, Variable w, Variable bias) {
    return Ops.addRow(Ops.matmulTransposed(x, w), bias); // (T,in)(in,out) + (out)
  }

  /// y = x·Wᵀ + b + scale·((x·Qᵀ) ⊙ λ)·Pᵀ. See [Fused#svdLinear].
  public static Variable svdLinear(
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    Variable u = Ops.matmulTransposed(adapterInput, q); // (T,in) -> (T,r)
    Variable update = Ops.matmulTransposed(Ops.multiplyRow(u, lambda), p); // (T,r) -> (T,out)
    return Ops.add(linear(x, w, bias), Ops.scale(update, scale));
  }

  /// y = x·Wᵀ + b + scale·(x·Aᵀ)·Bᵀ. See [Fused#loraLinear].
  public static Variable loraLinear(
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable b,
      Variable a,
      float scale) {
    Variable update = Ops.matmulTransposed(Ops.matmulTransposed(adapterInput, a), b);
    return Ops.add(linear(x, w, bias), Ops.scale(update, scale));
  }

  /// softmax(Q·Kᵀ/√d)·V for each sequence and head separately. See [Fused#attention].
  public static Variable attention(
      Variable q, Variable k, Variable v, int[] offsets, int heads, long dropoutKey, float p) {
    return attention(q, offsets, k, v, offsets, heads, dropoutKey, p);
  }

  /// Attention with separate rows for queries and for keys and values. See [Fused#attention].
  public static Variable attention(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      long dropoutKey,
      float p) {
    return attention(q, queryOffsets, k, v, offsets, heads, Optional.empty(), dropoutKey, p);
  }

  /// Attention with a bias for each distance. See [Fused#attention].
  public static Variable attention(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      Optional<Variable> bias,
      long dropoutKey,
      float p) {
    int width = q.shape().dim(1) / heads; // d
    float scale = (float) (1 / Math.sqrt(width));
    Variable y = Constant.of(Tensor.zeros(q.shape()));
    for (int s = 0; s + 1 < offsets.length; s++) {
      for (int h = 0; h < heads; h++) {
        int[] queryRows = range(queryOffsets[s], queryOffsets[s + 1]);
        int[] rows = range(offsets[s], offsets[s + 1]);
        int[] columns = range(h * width, (h + 1) * width);
        Variable qh = block(q, queryRows, columns); // (M,d)
        Variable kh = block(k, rows, columns); // (L,d)
        Variable vh = block(v, rows, columns);
        Variable scores = Ops.scale(Ops.matmulTransposed(qh, kh), scale); // (M,d)(d,L)
        if (bias.isPresent()) {
          scores = Ops.add(scores, distances(bias.get(), queryRows.length, rows.length, h));
        }
        Variable probabilities = Ops.softmax(scores);
        long key = CounterHash.derive(dropoutKey, (long) s * heads + h);
        Variable kept = Ops.multiply(probabilities, mask(queryRows.length, rows.length, key, p));
        Variable context = Ops.matmul(kept, vh); // (M,L)(L,d)
        y = Ops.add(y, placed(context, queryRows, columns, q.shape()));
      }
    }
    return y;
  }

  /// The biases of one head, (M,L): rows D − 1 + l − m of its column.
  private static Variable distances(Variable bias, int queries, int keys, int head) {
    int middle = bias.shape().dim(0) / 2;
    int[] numbers = new int[queries * keys];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = middle + i % keys - i / keys;
    }
    Variable column =
        Ops.transpose(Ops.gatherRows(Ops.transpose(bias), new int[] {head})); // (2D−1,1)
    return Ops.reshape(Ops.gatherRows(column, numbers), Shape.of(queries, keys)); // (ML,1) -> (M,L)
  }

  /// The factors by which attention's dropout multiplies the probabilities: 0 or 1/(1 − p), (M,L).
  private static Constant mask(int queries, int keys, long key, float p) {
    int stride = FusedAttention.stride(queries);
    float[] mask = new float[queries * keys];
    for (int i = 0; i < mask.length; i++) {
      int number = i % keys * stride + i / keys;
      mask[i] = p == 0 || CounterHash.keeps(key, number, p) ? 1 / (1 - p) : 0;
    }
    return Constant.of(Tensor.of(Shape.of(queries, keys), mask));
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  private static Variable block(Variable x, int[] rows, int[] columns) {
    Variable strip = Ops.transpose(Ops.gatherRows(x, rows)); // (T,C) -> (L,C) -> (C,L)
    return Ops.transpose(Ops.gatherRows(strip, columns)); // (d,L) -> (L,d)
  }

  /// S·Y·Zᵀ with selection matrices S, Z: a block (L,d) put into zeros of the given shape.
  private static Variable placed(Variable block, int[] rows, int[] columns, Shape shape) {
    Constant s = Constant.of(Tensor.identity(shape.dim(0)).gatherRows(rows)); // (L,T)
    Constant z = Constant.of(Tensor.identity(shape.dim(1)).gatherRows(columns)); // (d,C)
    return Ops.transposedMatmul(s, Ops.matmul(block, z));
  }

  /// y = gelu(x·W₁ᵀ + b₁)·W₂ᵀ + b₂. See [Fused#feedForward].
  public static Variable feedForward(
      Variable x, Variable w1, Variable bias1, Variable w2, Variable bias2) {
    return linear(Ops.gelu(linear(x, w1, bias1)), w2, bias2); // (T,in) -> (T,F) -> (T,out)
  }

  /// y = γ ⊙ (x − μ)/√(σ² + ε) + β with the mean μ and the biased variance σ² of each row. See
  /// [Fused#layerNorm].
  public static Variable layerNorm(Variable x, Variable gamma, Variable beta, float epsilon) {
    int rows = x.shape().dim(0);
    int n = x.shape().dim(1);
    Variable ones = Constant.of(Tensor.full(x.shape(), 1));
    Variable mean = Ops.scale(Ops.sumColumns(x), 1f / n); // (T)
    Variable centred = Ops.subtract(x, Ops.multiplyColumn(ones, mean)); // (T,n)
    Variable variance = Ops.scale(Ops.sumColumns(Ops.multiply(centred, centred)), 1f / n); // (T)
    Variable shifted = Ops.add(variance, Constant.of(Tensor.full(Shape.of(rows), epsilon)));
    Variable inverse = Ops.exp(Ops.scale(Ops.log(shifted), -0.5f)); // x^(−1/2) = e^(−ln x / 2)
    return Ops.addRow(Ops.multiplyRow(Ops.multiplyColumn(centred, inverse), gamma), beta);
  }

  /// Mean over the rows of ln Σ_k e^(z_k) − z_label. See [Fused#crossEntropy].
  public static Variable crossEntropy(Variable logits, int[] labels) {
    int n = logits.shape().dim(1);
    Tensor chosen = Tensor.identity(n).gatherRows(labels); // one-hot (B,K)
    Variable logProbabilities = Ops.log(Ops.softmax(logits));
    return Ops.scale(
        Ops.sum(Ops.multiply(logProbabilities, Constant.of(chosen))), -1f / labels.length);
  }

  /// The same with weights of the classes and smoothed labels. See [Fused#crossEntropy(Variable,
  /// int[], float[], double)].
  public static Variable crossEntropy(
      Variable logits, int[] labels, float[] weights, double smoothing) {
    int n = logits.shape().dim(1);
    Variable logProbabilities = Ops.log(Ops.softmax(logits));
    Tensor chosen = Tensor.identity(n).gatherRows(labels); // one-hot (B,K)
    Variable w = Constant.of(Tensor.vector(weights.clone()));
    Variable weighted = Ops.multiplyRow(logProbabilities, w); // (B,K)
    Variable ofLabels = Ops.sum(Ops.multiply(weighted, Constant.of(chosen)));
    float all = 0;
    for (int label : labels) {
      all += weights[label];
    }
    return Ops.scale(
        Ops.add(
            Ops.scale(ofLabels, (float) (1 - smoothing)),
            Ops.scale(Ops.sum(weighted), (float) (smoothing / n))),
        -1 / all);
  }

  /// Mean of ln(1 + e^z) − z·y. See [Fused#binaryCrossEntropy].
  public static Variable binaryCrossEntropy(Variable logits, float[] targets) {
    Variable y = Constant.of(Tensor.of(logits.shape(), targets.clone()));
    Variable one = Constant.of(Tensor.full(logits.shape(), 1));
    Variable softplus = Ops.log(Ops.add(one, Ops.exp(logits)));
    return Ops.mean(Ops.subtract(softplus, Ops.multiply(logits, y)));
  }

  /// Mean of (prediction − target)². See [Fused#meanSquaredError].
  public static Variable meanSquaredError(Variable predictions, float[] targets) {
    Variable error =
        Ops.subtract(predictions, Constant.of(Tensor.of(predictions.shape(), targets.clone())));
    return Ops.mean(Ops.multiply(error, error));
  }

  /// x ⊙ m/(1 − p), m_i = 1 where the hash of (key, i) keeps element i. See [Fused#dropout].
  public static Variable dropout(Variable x, long key, float p) {
    float[] mask = new float[x.shape().size()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = CounterHash.keeps(key, i, p) ? 1 / (1 - p) : 0;
    }
    return Ops.multiply(x, Constant.of(Tensor.of(x.shape(), mask)));
  }

  /// y_s = Σ_t x_t / n_s. See [Fused#meanRows].
  public static Variable meanRows(Variable x, int[] offsets) {
    int rows = x.shape().dim(0); // T
    int sequences = offsets.length - 1; // B
    Tensor shares = Tensor.zeros(Shape.of(sequences, rows));
    for (int s = 0; s < sequences; s++) {
      for (int t = offsets[s]; t < offsets[s + 1]; t++) {
        shares.array()[s * rows + t] = 1f / (offsets[s + 1] - offsets[s]);
      }
    }
    return Ops.matmul(Constant.of(shares), x); // (B,T)(T,C)
  }

  /// y_i = x_i·e^(−½·ln ‖x_i‖²), without the least length. See [Fused#normalizeRows].
  public static Variable normalizeRows(Variable x) {
    Variable squares = Ops.sumColumns(Ops.multiply(x, x)); // (B)
    return Ops.multiplyColumn(x, Ops.exp(Ops.scale(Ops.log(squares), -0.5f)));
  }

  /// y_i = √Σ_j (a_ij − b_ij)². See [Fused#rowDistances].
  public static Variable rowDistances(Variable a, Variable b) {
    Variable difference = Ops.subtract(a, b);
    return Ops.sqrt(Ops.sumColumns(Ops.multiply(difference, difference)));
  }

  /// ln (1 + Σ e^(s_i − s_j) over the pairs with label_i < label_j). See [Fused#cosent].
  public static Variable cosent(Variable scores, float[] labels) {
    int n = labels.length;
    int[] pairs = IntStream.range(0, n * n).filter(k -> labels[k / n] < labels[k % n]).toArray();
    Variable column = Ops.reshape(scores, Shape.of(n, 1));
    Variable low = Ops.gatherRows(column, IntStream.of(pairs).map(k -> k / n).toArray());
    Variable high = Ops.gatherRows(column, IntStream.of(pairs).map(k -> k % n).toArray());
    Variable sum = Ops.sum(Ops.exp(Ops.subtract(low, high)));
    return Ops.log(Ops.add(sum, Constant.of(Tensor.scalar(1))));
  }

  /// ‖PᵀP − I‖²_F. See [Fused#columnGramDeviationSquared].
  public static Variable columnGramDeviationSquared(Variable p) {
    Variable gram = Ops.transposedMatmul(p, p); // (r,out)(out,r)
    Variable d = Ops.subtract(gram, Constant.of(Tensor.identity(p.shape().dim(1))));
    return Ops.sum(Ops.multiply(d, d));
  }

  /// ‖QQᵀ − I‖²_F. See [Fused#rowGramDeviationSquared].
  public static Variable rowGramDeviationSquared(Variable q) {
    Variable gram = Ops.matmulTransposed(q, q); // (r,in)(in,r)
    Variable d = Ops.subtract(gram, Constant.of(Tensor.identity(q.shape().dim(0))));
    return Ops.sum(Ops.multiply(d, d));
  }

  /// ‖PᵀP − I‖_F, differentiable only away from 0. See [Fused#columnGramDeviation].
  public static Variable columnGramDeviation(Variable p) {
    return Ops.sqrt(columnGramDeviationSquared(p));
  }

  /// ‖QQᵀ − I‖_F, differentiable only away from 0. See [Fused#rowGramDeviation].
  public static Variable rowGramDeviation(Variable q) {
    return Ops.sqrt(rowGramDeviationSquared(q));
  }
}
