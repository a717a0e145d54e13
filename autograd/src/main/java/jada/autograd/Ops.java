package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Kernels;
import java.util.List;

/// The primitives: operations with simple derivatives, from which everything else can be composed.
///
/// G is the gradient of the output, dX that of the input X; ⊙ is the elementwise product. Shapes
/// must match exactly; where they do not, the tensor operation of the same name throws an
/// [IllegalArgumentException] that says which and why.
public final class Ops {
  private static final float TWO_OVER_ROOT_PI = (float) (2 / Math.sqrt(Math.PI));

  private Ops() {}

  // ---- elementwise, two inputs ---------------------------------------------------------------

  /// Y = A + B, equal shapes. dA = G, dB = G.
  public static Variable add(Variable a, Variable b) {
    return Result.of("add", a.value().add(b.value()), edge(a, g -> g), edge(b, g -> g));
  }

  /// Y = A − B, equal shapes. dA = G, dB = −G.
  public static Variable subtract(Variable a, Variable b) {
    return Result.of(
        "subtract", a.value().subtract(b.value()), edge(a, g -> g), edge(b, g -> g.scale(-1)));
  }

  /// Y = A ⊙ B, equal shapes. dA = G ⊙ B, dB = G ⊙ A.
  public static Variable multiply(Variable a, Variable b) {
    return Result.of(
        "multiply",
        a.value().multiply(b.value()),
        edge(a, g -> g.multiply(b.value())),
        edge(b, g -> g.multiply(a.value())));
  }

  /// Y = factor · X. dX = factor · G.
  public static Variable scale(Variable x, float factor) {
    return Result.of("scale", x.value().scale(factor), edge(x, g -> g.scale(factor)));
  }

  // ---- rows and columns ----------------------------------------------------------------------

  /// Y_ij = X_ij + row_j: X (m,n), row (n). dX = G, drow = Σᵢ G_ij.
  public static Variable addRow(Variable x, Variable row) {
    return Result.of(
        "addRow", x.value().addRow(row.value()), edge(x, g -> g), edge(row, Tensor::sumRows));
  }

  /// Y_ij = X_ij · row_j: X (m,n), row (n). dX_ij = G_ij · row_j, drow_j = Σᵢ G_ij X_ij.
  public static Variable multiplyRow(Variable x, Variable row) {
    return Result.of(
        "multiplyRow",
        x.value().multiplyRow(row.value()),
        edge(x, g -> g.multiplyRow(row.value())),
        edge(row, g -> g.multiply(x.value()).sumRows()));
  }

  /// Y_ij = X_ij · column_i: X (m,n), column (m). dX_ij = G_ij · column_i, dcolumn_i = Σⱼ G_ij
  /// X_ij.
  public static Variable multiplyColumn(Variable x, Variable column) {
    return Result.of(
        "multiplyColumn",
        x.value().multiplyColumn(column.value()),
        edge(x, g -> g.multiplyColumn(column.value())),
        edge(column, g -> g.multiply(x.value()).sumColumns()));
  }

  // ---- matrices ------------------------------------------------------------------------------

  /// Y = A·B: A (m,k), B (k,n), Y (m,n).
  public static Variable matmul(Variable a, Variable b) {
    return Result.of(
        "matmul",
        a.value().matmul(b.value()),
        edge(a, g -> g.matmulTransposed(b.value())), // dA = G·Bᵀ  (m,n)(n,k)
        edge(b, g -> a.value().transposedMatmul(g))); // dB = Aᵀ·G  (k,m)(m,n)
  }

  /// Y = A·Bᵀ: A (m,k), B (n,k), Y (m,n).
  public static Variable matmulTransposed(Variable a, Variable b) {
    return Result.of(
        "matmulTransposed",
        a.value().matmulTransposed(b.value()),
        edge(a, g -> g.matmul(b.value())), // dA = G·B  (m,n)(n,k)
        edge(b, g -> g.transposedMatmul(a.value()))); // dB = Gᵀ·A  (n,m)(m,k)
  }

  /// Y = Aᵀ·B: A (k,m), B (k,n), Y (m,n).
  public static Variable transposedMatmul(Variable a, Variable b) {
    return Result.of(
        "transposedMatmul",
        a.value().transposedMatmul(b.value()),
        edge(a, g -> b.value().matmulTransposed(g)), // dA = B·Gᵀ  (k,n)(n,m)
        edge(b, g -> a.value().matmul(g))); // dB = A·G  (k,m)(m,n)
  }

  /// Y = Xᵀ: (m,n) -> (n,m). dX = Gᵀ.
  public static Variable transpose(Variable x) {
    return Result.of("transpose", x.value().transpose(), edge(x, Tensor::transpose));
  }

  // ---- moving elements -----------------------------------------------------------------------

  /// The same elements in another shape of the same size. dX is G in the shape of X.
  public static Variable reshape(Variable x, Shape target) {
    Shape shape = x.shape();
    return Result.of("reshape", x.value().reshape(target), edge(x, g -> g.reshape(shape)));
  }

  /// Y_i = X_rows(i): X (m,n), k row numbers, Y (k,n). dX_r = Σ of G_i over the i with rows(i) = r.
  ///
  /// @throws IndexOutOfBoundsException if a number is not in `[0, m)`
  public static Variable gatherRows(Variable x, int... rows) {
    int[] numbers = rows.clone();
    return Result.of(
        "gatherRows",
        x.value().gatherRows(numbers),
        edge(x, g -> g.scatterRows(x.shape().dim(0), numbers)));
  }

  /// The rows of all matrices, one matrix after the other: X_p (m_p,n), Y (Σ m_p,n). dX_p is its
  /// rows of G.
  ///
  /// @throws IllegalArgumentException if there is none, or they have not equally many columns
  public static Variable concatRows(List<Variable> parts) {
    List<Variable> all = List.copyOf(parts);
    boolean fit =
        !all.isEmpty()
            && all.stream()
                .allMatch(
                    part ->
                        part.shape().rank() == 2
                            && part.shape().dim(1) == all.getFirst().shape().dim(1));
    Require.shapes(fit, "concatRows", "matrices (m, n) of one n", all.toArray(Variable[]::new));
    int n = all.getFirst().shape().dim(1);
    int rows = all.stream().mapToInt(part -> part.shape().dim(0)).sum();
    Tensor y = Tensor.blank(Shape.of(rows, n));
    Edge[] edges = new Edge[all.size()];
    int from = 0;
    for (int p = 0; p < edges.length; p++) {
      Variable part = all.get(p);
      int first = from;
      int size = part.shape().size();
      System.arraycopy(part.value().array(), 0, y.array(), first, size);
      edges[p] =
          edge(
              part,
              g -> {
                Tensor own = Tensor.blank(part.shape());
                System.arraycopy(g.array(), first, own.array(), 0, size);
                return own;
              });
      from += size;
    }
    return Result.of("concatRows", y, edges);
  }

  /// The first k columns: (m,n) -> (m,k). dX is G there, 0 elsewhere.
  ///
  /// @throws IllegalArgumentException if X is no matrix with at least k columns, or k is less than
  ///   1
  public static Variable firstColumns(Variable x, int k) {
    Require.shapes(
        x.shape().rank() == 2 && k >= 1 && k <= x.shape().dim(1),
        "firstColumns",
        "x (m, n), n >= " + k + " >= 1",
        x);
    int rows = x.shape().dim(0);
    int n = x.shape().dim(1);
    Tensor y = Tensor.blank(Shape.of(rows, k));
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x.value().array(), i * n, y.array(), i * k, k);
    }
    return Result.of(
        "firstColumns",
        y,
        edge(
            x,
            g -> {
              Tensor dx = Tensor.zeros(x.shape());
              for (int i = 0; i < rows; i++) {
                System.arraycopy(g.array(), i * k, dx.array(), i * n, k);
              }
              return dx;
            }));
  }

  // ---- sums ----------------------------------------------------------------------------------

  /// y = Σ X, a scalar. dX = g everywhere.
  public static Variable sum(Variable x) {
    Shape shape = x.shape();
    return Result.of("sum", x.value().sum(), edge(x, g -> Tensor.full(shape, g.item())));
  }

  /// y = Σ X / N over the N elements, a scalar. dX = g/N everywhere.
  public static Variable mean(Variable x) {
    Shape shape = x.shape();
    float share = 1f / shape.size();
    return Result.of(
        "mean", x.value().sum().scale(share), edge(x, g -> Tensor.full(shape, g.item() * share)));
  }

  /// y_j = Σᵢ X_ij, the rows summed up: (m,n) -> (n). dX_ij = g_j.
  public static Variable sumRows(Variable x) {
    Shape shape = x.shape();
    return Result.of("sumRows", x.value().sumRows(), edge(x, g -> Tensor.zeros(shape).addRow(g)));
  }

  /// y_i = Σⱼ X_ij, the columns summed up: (m,n) -> (m). dX_ij = g_i.
  public static Variable sumColumns(Variable x) {
    Shape shape = x.shape();
    return Result.of(
        "sumColumns",
        x.value().sumColumns(),
        edge(x, g -> Tensor.full(shape, 1).multiplyColumn(g)));
  }

  // ---- elementwise, one input ----------------------------------------------------------------

  /// y = eˣ. dx = g·y.
  public static Variable exp(Variable x) {
    Tensor y = x.value().exp();
    return Result.of("exp", y, edge(x, g -> g.multiply(y)));
  }

  /// y = ln x. dx = g/x.
  public static Variable log(Variable x) {
    return Result.of("log", x.value().log(), edge(x, g -> zip(g, x.value(), (gi, xi) -> gi / xi)));
  }

  /// y = √x. dx = g/(2y), infinite at 0.
  public static Variable sqrt(Variable x) {
    Tensor y = x.value().sqrt();
    return Result.of("sqrt", y, edge(x, g -> zip(g, y, (gi, yi) -> gi / (2 * yi))));
  }

  /// y = |x|. dx = g·sign x, 0 at 0.
  public static Variable abs(Variable x) {
    return Result.of(
        "abs", x.value().abs(), edge(x, g -> zip(g, x.value(), (gi, xi) -> gi * Math.signum(xi))));
  }

  /// y = tanh x. dx = g·(1 − y²).
  public static Variable tanh(Variable x) {
    Tensor y = x.value().tanh();
    return Result.of("tanh", y, edge(x, g -> zip(g, y, (gi, yi) -> gi * (1 - yi * yi))));
  }

  /// y = max(x, 0). dx = g where x > 0, else 0.
  public static Variable relu(Variable x) {
    Tensor y = x.value().relu();
    return Result.of("relu", y, edge(x, g -> zip(g, y, (gi, yi) -> yi > 0 ? gi : 0)));
  }

  /// y = erf x = 2/√π ∫₀ˣ e^(−t²) dt. dx = g · 2/√π · e^(−x²).
  public static Variable erf(Variable x) {
    return Result.of(
        "erf",
        x.value().erf(),
        edge(
            x,
            g ->
                zip(
                    g,
                    x.value(),
                    (gi, xi) ->
                        gi * TWO_OVER_ROOT_PI * (float) StrictMath.exp(-(double) xi * xi))));
  }

  /// gelu(x) = x·Φ(x) = x/2 · (1 + erf(x/√2)), composed of the primitives above. [Fused#gelu]
  /// computes it in one pass.
  public static Variable gelu(Variable x) {
    Variable erf = erf(scale(x, (float) Math.sqrt(0.5)));
    return add(scale(x, 0.5f), multiply(scale(x, 0.5f), erf));
  }

  /// Softmax of each row: y_j = e^(x_j) / Σ_l e^(x_l): (m,n) -> (m,n). dx_j = y_j·(g_j − Σ_l g_l
  /// y_l).
  public static Variable softmax(Variable x) {
    Tensor y = x.value().softmax();
    return Result.of("softmax", y, edge(x, g -> softmaxGradient(y, g)));
  }

  private static Tensor softmaxGradient(Tensor y, Tensor g) {
    Tensor dx = Tensor.zeros(y.shape());
    int n = y.shape().columns();
    Kernels.fastest().softmaxGradientRows(y.array(), g.array(), n, dx.array(), 0, y.shape().rows());
    return dx;
  }

  private interface Pairwise {
    float apply(float a, float b);
  }

  private static Tensor zip(Tensor a, Tensor b, Pairwise f) {
    Tensor out = Tensor.zeros(a.shape());
    for (int i = 0; i < out.size(); i++) {
      out.array()[i] = f.apply(a.array()[i], b.array()[i]);
    }
    return out;
  }
}
