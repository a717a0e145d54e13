package jada.tensor;

import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.Operand;
import java.util.Arrays;

/// A dense array of floats with a shape, row-major, without gaps.
///
/// Operations return new tensors. Shapes must match exactly; there is no implicit broadcasting. If
/// they do not, the operation throws an [IllegalArgumentException] that names the operation, the
/// shapes, the rule and the remedy.
public final class Tensor {
  /// Side of the square blocks in which [#transpose] works, so that they stay in L1.
  private static final int SQUARE = 32;

  private static final Kernels KERNELS = Kernels.fastest();

  private final Shape shape;
  private final float[] data;

  private Tensor(Shape shape, float[] data) {
    this.shape = shape;
    this.data = data;
  }

  // ---- making --------------------------------------------------------------------------------

  /// A tensor over the given elements in row-major order. The array is not copied; the caller must
  /// not use it any more.
  ///
  /// @throws IllegalArgumentException if the number of elements does not fit the shape
  public static Tensor of(Shape shape, float... elements) {
    if (elements.length != shape.size()) {
      throw new IllegalArgumentException(
          "tensor: shape "
              + shape
              + " needs "
              + shape.size()
              + " elements, got "
              + elements.length);
    }
    return new Tensor(shape, elements);
  }

  /// A vector (n) of the given elements.
  public static Tensor vector(float... elements) {
    return new Tensor(Shape.of(elements.length), elements);
  }

  /// A matrix (m,n) of the given rows, which must have equal lengths.
  public static Tensor matrix(float[]... rows) {
    int n = rows.length == 0 ? 0 : rows[0].length;
    float[] data = new float[rows.length * n];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != n) {
        throw new IllegalArgumentException(
            "matrix: row " + i + " has " + rows[i].length + " elements, row 0 has " + n);
      }
      System.arraycopy(rows[i], 0, data, i * n, n);
    }
    return new Tensor(Shape.of(rows.length, n), data);
  }

  /// A tensor without dimensions that holds one number.
  public static Tensor scalar(float value) {
    return new Tensor(Shape.of(), new float[] {value});
  }

  /// All zeros.
  public static Tensor zeros(Shape shape) {
    return new Tensor(shape, new float[shape.size()]);
  }

  /// An uninitialised tensor; the caller must write every element before any is read. Its array
  /// comes from the [Workspace] of the calling thread, if there is one.
  public static Tensor blank(Shape shape) {
    return new Tensor(shape, Workspace.lend(shape.size()));
  }

  /// All elements equal.
  public static Tensor full(Shape shape, float value) {
    Tensor tensor = zeros(shape);
    Arrays.fill(tensor.data, value);
    return tensor;
  }

  /// The identity matrix (n,n).
  public static Tensor identity(int n) {
    Tensor tensor = zeros(Shape.of(n, n));
    for (int i = 0; i < n; i++) {
      tensor.data[i * n + i] = 1;
    }
    return tensor;
  }

  /// Independent draws from N(0, std²).
  public static Tensor normal(Shape shape, float std, RandomSource random) {
    Tensor tensor = zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data[i] = (float) (std * random.nextGaussian());
    }
    return tensor;
  }

  /// Independent draws from the uniform distribution on [low, high).
  public static Tensor uniform(Shape shape, float low, float high, RandomSource random) {
    Tensor tensor = zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return tensor;
  }

  // ---- looking -------------------------------------------------------------------------------

  /// The size of each dimension.
  public Shape shape() {
    return shape;
  }

  /// The number of elements.
  public int size() {
    return shape.size();
  }

  /// The elements in row-major order, not a copy: the first [#size] elements of the array, which
  /// may be longer if it belongs to a [Workspace]. Read-only once the tensor has been published;
  /// its creator may fill it before.
  public float[] array() {
    return data;
  }

  /// One element.
  public float get(int... index) {
    if (index.length != shape.rank()) {
      throw new IllegalArgumentException(
          "get: " + index.length + " indices for shape " + shape + "; give one for each dimension");
    }
    int at = 0;
    for (int i = 0; i < index.length; i++) {
      if (index[i] < 0 || index[i] >= shape.dim(i)) {
        throw new IndexOutOfBoundsException(
            "get: index " + Arrays.toString(index) + " of shape " + shape);
      }
      at = at * shape.dim(i) + index[i];
    }
    return data[at];
  }

  /// The only element of a tensor that has one.
  public float item() {
    if (size() != 1) {
      throw new IllegalArgumentException("item: shape " + shape + " has not exactly one element");
    }
    return data[0];
  }

  /// A copy in an array of its own.
  public Tensor copy() {
    return new Tensor(shape, Arrays.copyOf(data, size()));
  }

  // ---- elementwise ---------------------------------------------------------------------------

  /// this + other.
  public Tensor add(Tensor other) {
    return binary("add", other, KERNELS::add);
  }

  /// this − other.
  public Tensor subtract(Tensor other) {
    return binary("subtract", other, KERNELS::subtract);
  }

  /// this ⊙ other.
  public Tensor multiply(Tensor other) {
    return binary("multiply", other, KERNELS::multiply);
  }

  /// factor · this.
  public Tensor scale(float factor) {
    return unary((x, y, from, to) -> KERNELS.scale(x, factor, y, from, to));
  }

  /// eˣ.
  public Tensor exp() {
    return unary(KERNELS::exp);
  }

  /// Natural logarithm.
  public Tensor log() {
    return map(x -> (float) StrictMath.log(x));
  }

  /// √x.
  public Tensor sqrt() {
    return map(x -> (float) Math.sqrt(x));
  }

  /// |x|.
  public Tensor abs() {
    return map(Math::abs);
  }

  /// tanh x.
  public Tensor tanh() {
    return unary(KERNELS::tanh);
  }

  /// erf x.
  public Tensor erf() {
    return unary(KERNELS::erf);
  }

  /// max(x, 0).
  public Tensor relu() {
    return unary(KERNELS::relu);
  }

  // ---- rows and columns ----------------------------------------------------------------------

  /// Adds a row (n) to every innermost row of (…, n).
  public Tensor addRow(Tensor row) {
    Fit.row("addRow", this, row);
    int n = row.size();
    Tensor out = blank(shape);
    forRows((from, to) -> KERNELS.addRow(data, row.data, n, out.data, from, to));
    return out;
  }

  /// Multiplies every innermost row of (…, n) elementwise by a row (n).
  public Tensor multiplyRow(Tensor row) {
    Fit.row("multiplyRow", this, row);
    int n = row.size();
    Tensor out = blank(shape);
    forRows((from, to) -> KERNELS.multiplyRow(data, row.data, n, out.data, from, to));
    return out;
  }

  /// Multiplies row i of (m,n) by element i of (m).
  public Tensor multiplyColumn(Tensor column) {
    Fit.column("multiplyColumn", this, column);
    int n = shape.columns();
    Tensor out = blank(shape);
    forRows(
        (from, to) -> {
          for (int r = from; r < to; r++) {
            float factor = column.data[r];
            for (int i = r * n; i < (r + 1) * n; i++) {
              out.data[i] = data[i] * factor;
            }
          }
        });
    return out;
  }

  /// The sum of all innermost rows: (…, n) -> (n).
  public Tensor sumRows() {
    int n = shape.columns();
    return vector(
        Blocks.sumRows(
            shape.rows(), n, (sums, from, to) -> KERNELS.sumRows(data, n, sums, from, to)));
  }

  /// The sum of each innermost row: (…, n) -> (m), m the number of rows.
  public Tensor sumColumns() {
    int n = shape.columns();
    Tensor out = blank(Shape.of(shape.rows()));
    forRows(
        (from, to) -> {
          for (int r = from; r < to; r++) {
            out.data[r] = KERNELS.sum(data, r * n, (r + 1) * n);
          }
        });
    return out;
  }

  /// The sum of all elements, as a scalar tensor.
  public Tensor sum() {
    return scalar((float) Blocks.sum(size(), (from, to) -> KERNELS.sum(data, from, to)));
  }

  /// Σ this ⊙ other.
  public float dot(Tensor other) {
    Fit.equal("dot", this, other);
    return (float) Blocks.sum(size(), (from, to) -> KERNELS.dot(data, other.data, from, to));
  }

  /// The Frobenius norm √Σx².
  public float norm() {
    return (float) Math.sqrt(dot(this));
  }

  /// Softmax of each innermost row.
  public Tensor softmax() {
    Tensor out = blank(shape);
    int n = shape.columns();
    forRows((from, to) -> KERNELS.softmaxRows(data, n, out.data, from, to));
    return out;
  }

  // ---- matrices ------------------------------------------------------------------------------

  /// A·B: (m,k)·(k,n) -> (m,n).
  public Tensor matmul(Tensor b) {
    Fit.product("matmul", this, 1, b, 0, "left columns must equal right rows");
    return product(shape.dim(0), b.shape.dim(1), shape.dim(1), plain(), b.plain());
  }

  /// A·Bᵀ: (m,k)·(n,k)ᵀ -> (m,n).
  public Tensor matmulTransposed(Tensor b) {
    Fit.product("matmulTransposed", this, 1, b, 1, "both must have equally many columns");
    return product(shape.dim(0), b.shape.dim(0), shape.dim(1), plain(), b.flipped());
  }

  /// Aᵀ·B: (k,m)ᵀ·(k,n) -> (m,n).
  public Tensor transposedMatmul(Tensor b) {
    Fit.product("transposedMatmul", this, 0, b, 0, "both must have equally many rows");
    return product(shape.dim(1), b.shape.dim(1), shape.dim(0), flipped(), b.plain());
  }

  /// The transpose: (m,n) -> (n,m).
  public Tensor transpose() {
    Fit.matrix("transpose", this);
    int m = shape.dim(0);
    int n = shape.dim(1);
    Tensor out = blank(Shape.of(n, m));
    Blocks.rows(n, m, (from, to) -> transpose(m, n, from, to, out.data));
    return out;
  }

  /// Writes the rows `[from, to)` of the transpose, square by square, so that whole cache lines are
  /// read and written.
  private void transpose(int m, int n, int from, int to, float[] out) {
    for (int j0 = from; j0 < to; j0 += SQUARE) {
      int j1 = Math.min(to, j0 + SQUARE);
      for (int i0 = 0; i0 < m; i0 += SQUARE) {
        int i1 = Math.min(m, i0 + SQUARE);
        for (int j = j0; j < j1; j++) {
          for (int i = i0; i < i1; i++) {
            out[j * m + i] = data[i * n + j];
          }
        }
      }
    }
  }

  // ---- moving elements -----------------------------------------------------------------------

  /// The same elements in another shape of the same size; shares the array.
  public Tensor reshape(Shape target) {
    if (target.size() != size()) {
      throw new IllegalArgumentException(
          "reshape: " + shape + " to " + target + ": the number of elements must stay the same");
    }
    return new Tensor(target, data);
  }

  /// The rows with the given numbers: (m,n), k numbers -> (k,n).
  public Tensor gatherRows(int... rows) {
    Fit.matrix("gatherRows", this);
    Fit.indices("gatherRows", "row", rows, shape.dim(0));
    int n = shape.dim(1);
    Tensor out = blank(Shape.of(rows.length, n));
    Blocks.rows(
        rows.length,
        n,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            System.arraycopy(data, rows[i] * n, out.data, i * n, n);
          }
        });
    return out;
  }

  /// The transpose of [#gatherRows]: a zero matrix (m,n) to whose row `rows[i]` row i of this (k,n)
  /// is added, in order of i.
  public Tensor scatterRows(int m, int... rows) {
    Fit.matrix("scatterRows", this);
    if (rows.length != shape.dim(0)) {
      throw new IllegalArgumentException(
          "scatterRows: " + shape + " needs one target row for each row, got " + rows.length);
    }
    Fit.indices("scatterRows", "row", rows, m);
    int n = shape.dim(1);
    Tensor out = blank(Shape.of(m, n));
    Arrays.fill(out.data, 0, out.size(), 0);
    for (int i = 0; i < rows.length; i++) {
      int to = rows[i] * n;
      for (int j = 0; j < n; j++) {
        out.data[to + j] += data[i * n + j];
      }
    }
    return out;
  }

  /// The columns with the given numbers: (m,n), k numbers -> (m,k).
  public Tensor gatherColumns(int... columns) {
    Fit.matrix("gatherColumns", this);
    Fit.indices("gatherColumns", "column", columns, shape.dim(1));
    int n = shape.dim(1);
    int k = columns.length;
    Tensor out = blank(Shape.of(shape.dim(0), k));
    forRows(
        (from, to) -> {
          for (int r = from; r < to; r++) {
            for (int c = 0; c < k; c++) {
              out.data[r * k + c] = data[r * n + columns[c]];
            }
          }
        });
    return out;
  }

  // ---- text ----------------------------------------------------------------------------------

  /// Whether every element is a finite number.
  public boolean isFinite() {
    for (int i = 0; i < size(); i++) {
      if (!Float.isFinite(data[i])) {
        return false;
      }
    }
    return true;
  }

  /// The shape and some elements, for people.
  @Override
  public String toString() {
    return TensorText.render(this);
  }

  // ---- how -----------------------------------------------------------------------------------

  private interface UnaryKernel {
    void apply(float[] x, float[] y, int from, int to);
  }

  private interface BinaryKernel {
    void apply(float[] a, float[] b, float[] out, int from, int to);
  }

  private interface FloatFunction {
    float apply(float x);
  }

  private Tensor unary(UnaryKernel kernel) {
    Tensor out = blank(shape);
    Blocks.elements(size(), (from, to) -> kernel.apply(data, out.data, from, to));
    return out;
  }

  private Tensor map(FloatFunction f) {
    return unary(
        (x, y, from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = f.apply(x[i]);
          }
        });
  }

  private Tensor binary(String operation, Tensor other, BinaryKernel kernel) {
    Fit.equal(operation, this, other);
    Tensor out = blank(shape);
    Blocks.elements(size(), (from, to) -> kernel.apply(data, other.data, out.data, from, to));
    return out;
  }

  private void forRows(Blocks.Range body) {
    Blocks.rows(shape.rows(), shape.columns(), body);
  }

  private Operand plain() {
    return Operand.of(data, 0, shape.dim(1));
  }

  private Operand flipped() {
    return Operand.transposed(data, 0, shape.dim(1));
  }

  private static Tensor product(int m, int n, int k, Operand a, Operand b) {
    Tensor out = blank(Shape.of(m, n));
    Gemm.call(m, n, k, a, b).into(Blocks.dispatcher(), out.data);
    return out;
  }
}
