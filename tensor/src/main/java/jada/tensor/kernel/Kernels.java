package jada.tensor.kernel;

/// The elementwise, row-wise and reducing kernels. All index ranges are half open: `[from, to)`.
///
/// Every kernel gives the same bits on every processor and JVM: each rounding of it is fixed. An
/// element is computed by the same operations in the same order, whatever the number of lanes; a
/// sum along a row runs in 16 lanes, which are then added in pairs; a sum over rows runs in row
/// order; e^x, tanh, erf and gelu are polynomials of this package, because the JVM's functions may
/// differ in the last bit from one machine to the next.
public sealed interface Kernels permits ScalarKernels, VectorKernels {

  /// The fastest kernels that this JVM can run, chosen once: the vector kernels if the module
  /// `jdk.incubator.vector` is present, otherwise their scalar twins, which is logged as a warning.
  static Kernels fastest() {
    return Backend.KERNELS;
  }

  /// One line for people: which kernels compute and, if they are slow, why and what to do about it.
  static String diagnosis() {
    return Backend.DIAGNOSIS;
  }

  /// Starts compiling the kernels in a background thread, which ends by itself. Call it as soon as
  /// it is known that they will be needed, for example before a model is read: the first training
  /// step then ends seconds earlier. Only the first call has an effect.
  static void warmUp() {
    WarmUp.begin();
  }

  /// The name of the kernels for reports, for example `vector (8 lanes)` or `scalar`.
  String name();

  /// `out[i] = a[i] + b[i]`.
  void add(float[] a, float[] b, float[] out, int from, int to);

  /// `out[i] = a[i] − b[i]`.
  void subtract(float[] a, float[] b, float[] out, int from, int to);

  /// `out[i] = a[i] · b[i]`.
  void multiply(float[] a, float[] b, float[] out, int from, int to);

  /// `out[i] = a[i] · factor`.
  void scale(float[] a, float factor, float[] out, int from, int to);

  /// `out[i] = exp(a[i])`.
  void exp(float[] a, float[] out, int from, int to);

  /// `out[i] = tanh(a[i])`.
  void tanh(float[] a, float[] out, int from, int to);

  /// `out[i] = erf(a[i])` = 2/√π ∫₀ᵃ e^(−t²) dt.
  void erf(float[] a, float[] out, int from, int to);

  /// `out[i] = max(x[i], 0)`.
  void relu(float[] x, float[] out, int from, int to);

  /// `out[i] = g[i]` where `x[i] > 0`, else 0.
  void reluGradient(float[] x, float[] g, float[] out, int from, int to);

  /// gelu(x) = x · Φ(x) = x/2 · (1 + erf(x/√2)), the exact form that BERT uses (Hendrycks, Gimpel
  /// 2016).
  void gelu(float[] x, float[] out, int from, int to);

  /// `out[i] = g[i] · gelu′(x[i])`, gelu′(x) = Φ(x) + x·φ(x), φ(x) = e^(−x²/2)/√(2π).
  void geluGradient(float[] x, float[] g, float[] out, int from, int to);

  /// Σ `a[i]` over the range, in 16 lanes and then in pairs, see [RowSums].
  float sum(float[] a, int from, int to);

  /// Σ `a[i] · b[i]` over the range, in 16 lanes and then in pairs, see [RowSums].
  float dot(float[] a, float[] b, int from, int to);

  /// `out[r·n + j] = a[r·n + j] + row[j]` for the rows r in `[fromRow, toRow)` of n columns.
  void addRow(float[] a, float[] row, int n, float[] out, int fromRow, int toRow);

  /// `out[r·n + j] = a[r·n + j] · row[j]` for the rows r in `[fromRow, toRow)` of n columns.
  void multiplyRow(float[] a, float[] row, int n, float[] out, int fromRow, int toRow);

  /// `out[j] += Σᵣ a[r·n + j]` over the rows r in `[fromRow, toRow)` of n columns, in row order.
  void sumRows(float[] a, int n, float[] out, int fromRow, int toRow);

  /// Softmax of each row: y_j = e^(x_j − max x) / Σ_l e^(x_l − max x), n columns.
  void softmaxRows(float[] x, int n, float[] y, int fromRow, int toRow);

  /// Derivative of softmax through its output y: out_j = y_j · (g_j − Σ_l g_l y_l), n columns.
  void softmaxGradientRows(float[] y, float[] g, int n, float[] out, int fromRow, int toRow);

  /// Softmax of each column of scale · X: y_ij = e^(scale · (x_ij − max_l x_lj)) / Σ_l e^(scale ·
  /// (x_lj − max x_j)). Each lane of a vector holds a column of its own, so nothing is added across
  /// lanes, and short columns cost no more per element than long ones.
  ///
  /// @param x element (i, j) is `x[i·stride + j]`
  /// @param stride a multiple of 16, at least `columns`
  /// @param scale greater than 0
  /// @param y laid out like x, and may be x; elements between `columns` and `stride` may be
  ///   overwritten
  void softmaxColumns(float[] x, int rows, int columns, int stride, float scale, float[] y);

  /// Derivative of [#softmaxColumns] through its output y: out_ij = scale · y_ij · (g_ij − Σ_l g_lj
  /// y_lj), all laid out like x there; `out` may be g.
  void softmaxGradientColumns(
      float[] y, float[] g, int rows, int columns, int stride, float scale, float[] out);

  /// y = γ ⊙ (x − μ) · s + β for each row of n columns, with mean μ and s = 1/√(σ² + ε), σ² the
  /// biased variance (Ba, Kiros, Hinton 2016); `mean` and `rstd` receive μ and s of each row,
  /// indexed by row.
  void layerNormRows(
      float[] x,
      float[] gamma,
      float[] beta,
      float epsilon,
      int n,
      float[] y,
      float[] mean,
      float[] rstd,
      int fromRow,
      int toRow);

  /// Derivative of layer norm with respect to x. With x̂ = (x − μ)·s and h = g ⊙ γ: dx = s · (h −
  /// mean(h) − x̂ · mean(h ⊙ x̂)).
  void layerNormGradientRows(
      float[] x,
      float[] gamma,
      float[] mean,
      float[] rstd,
      float[] g,
      int n,
      float[] dx,
      int fromRow,
      int toRow);

  /// Derivatives of layer norm with respect to γ and β, accumulated over rows in row order: dγ_j +=
  /// Σᵣ g_rj · x̂_rj, dβ_j += Σᵣ g_rj.
  void layerNormParameterGradients(
      float[] x,
      float[] mean,
      float[] rstd,
      float[] g,
      int n,
      float[] dgamma,
      float[] dbeta,
      int fromRow,
      int toRow);

  /// One AdamW step on a range, in place, as PyTorch computes it (Loshchilov, Hutter 2019): p ←
  /// p·(1 − lr·wd); m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − stepSize · m / (√v / √bias2 +
  /// ε), with stepSize = lr/(1−β₁ᵗ), √bias2 = √(1−β₂ᵗ).
  ///
  /// The arguments are 1 − β rather than β: computed in float, 1 − 0.999f has a relative error of
  /// 1.3e-5, while 0.001f is as exact as float can be.
  ///
  /// @param decay 1 − lr·weightDecay
  /// @param fresh1 1 − β₁, the weight of this step in m
  /// @param fresh2 1 − β₂, the weight of this step in v
  /// @param stepSize lr/(1−β₁ᵗ)
  /// @param rootBias2 √(1−β₂ᵗ)
  void adamW(
      float[] p,
      float[] g,
      float[] m,
      float[] v,
      float decay,
      float fresh1,
      float fresh2,
      float stepSize,
      float rootBias2,
      float epsilon,
      int from,
      int to);

  /// Inverted dropout: `out[i] = x[i] / (1 − p)` where the hash of (key, i) keeps element i, else
  /// 0. The decision is [CounterHash#keeps], a pure function of key and i, so the backward pass
  /// calls this kernel on the gradient and no mask is stored.
  void dropout(float[] x, long key, float p, float[] out, int from, int to);
}
