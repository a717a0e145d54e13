package jada.onnx;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// An operator of ONNX's operator set 14, as far as Jada writes it. Each is computed as the
/// standard says, by the plainest loop; what the standard allows beyond that is refused.
@FunctionalInterface
interface Operator {
  /// Computes a node.
  ///
  /// @throws IllegalArgumentException if the operands do not fit each other or the operator
  Tensor apply(OnnxGraph.Node node, List<Tensor> operands);

  /// Most elements of one result, 512 MiB.
  int MOST = 1 << 27;

  /// All operators by name.
  Map<String, Operator> OF = all();

  private static Map<String, Operator> all() {
    Map<String, Operator> all = new HashMap<>();
    all.put("Add", elementwise(Float::sum));
    all.put("Sub", elementwise((a, b) -> a - b));
    all.put("Mul", elementwise((a, b) -> a * b));
    all.put("Div", elementwise((a, b) -> a / b));
    all.put("Pow", elementwise((a, b) -> (float) Math.pow(a, b)));
    all.put("Max", elementwise(Math::max));
    all.put("Equal", elementwise((a, b) -> a == b ? 1 : 0));
    all.put("Not", unary(x -> each(x, value -> 1 - value)));
    all.put("Cast", unary(x -> x)); // whole numbers and truth values are floats already
    all.put("Identity", unary(x -> x));
    all.put("Sqrt", unary(Tensor::sqrt));
    all.put("Erf", unary(Tensor::erf));
    all.put("Tanh", unary(Tensor::tanh));
    all.put("Relu", unary(Tensor::relu));
    all.put("Shape", unary(x -> Tensor.vector(floats(dims(x)))));
    all.put("Softmax", (node, x) -> softmax(node, only(x, 1).getFirst()));
    all.put("MatMul", (_, x) -> matmul(only(x, 2).get(0), x.get(1)));
    all.put("Gather", (node, x) -> gather(only(x, 2).get(0), x.get(1), node));
    all.put("Slice", (_, x) -> slice(only(x, 4)));
    all.put("Range", (_, x) -> range(only(x, 3)));
    all.put("CumSum", (_, x) -> cumulated(only(x, 2).get(0), x.get(1)));
    all.put("Transpose", (node, x) -> transpose(only(x, 1).getFirst(), ints(node.list("perm"))));
    all.put("Reshape", (_, x) -> reshape(only(x, 2).get(0), ints(x.get(1))));
    all.put("Unsqueeze", (_, x) -> unsqueeze(only(x, 2).get(0), ints(x.get(1))));
    all.put("Squeeze", (_, x) -> squeeze(only(x, 2).get(0), ints(x.get(1))));
    all.put("ReduceMean", along(x -> x, (sum, n) -> sum / n));
    all.put("ReduceL2", along(x -> x * x, (sum, _) -> Math.sqrt(sum)));
    all.put(
        "ReduceSum",
        (node, x) ->
            reduce(
                node, only(x, 2).get(0), axis(whole(x.get(1)), x.get(0)), v -> v, (sum, _) -> sum));
    return Map.copyOf(all);
  }

  // ---- element by element --------------------------------------------------------------------

  /// A number of two.
  @FunctionalInterface
  interface OfTwo {
    float of(float a, float b);
  }

  /// A number of one.
  @FunctionalInterface
  interface OfOne {
    float of(float a);
  }

  private static Operator unary(UnaryOperator<Tensor> function) {
    return (_, x) -> function.apply(only(x, 1).getFirst());
  }

  private static Tensor each(Tensor x, OfOne function) {
    Tensor y = blank(dims(x));
    for (int i = 0; i < x.size(); i++) {
      y.array()[i] = function.of(x.array()[i]);
    }
    return y;
  }

  /// Of two tensors, each of whose sizes, from the innermost on, are equal or one of which is 1.
  private static Operator elementwise(OfTwo function) {
    return (_, x) -> {
      Tensor a = only(x, 2).get(0);
      Tensor b = x.get(1);
      int[] shape = broadcast(dims(a), dims(b));
      Tensor y = blank(shape);
      int[] ofA = steps(dims(a), shape);
      int[] ofB = steps(dims(b), shape);
      int n = y.shape().columns();
      int stepA = ofA.length == 0 ? 0 : ofA[ofA.length - 1];
      int stepB = ofB.length == 0 ? 0 : ofB[ofB.length - 1];
      int[] index = new int[shape.length]; // of the first element of a row
      for (int i = 0; i < y.size(); i += n) {
        int inA = dot(index, ofA);
        int inB = dot(index, ofB);
        for (int j = 0; j < n; j++) {
          y.array()[i + j] = function.of(a.array()[inA + j * stepA], b.array()[inB + j * stepB]);
        }
        advance(index, shape, shape.length - 2);
      }
      return y;
    };
  }

  private static int[] broadcast(int[] a, int[] b) {
    int[] shape = new int[Math.max(a.length, b.length)];
    for (int i = 1; i <= shape.length; i++) {
      int m = i <= a.length ? a[a.length - i] : 1;
      int n = i <= b.length ? b[b.length - i] : 1;
      require(m == n || m == 1 || n == 1, "%s and %s do not fit", text(a), text(b));
      shape[shape.length - i] = m == 1 ? n : m;
    }
    return shape;
  }

  /// How far apart in the array neighbours along each dimension of `shape` are; 0 where the tensor
  /// has one element for all of them.
  private static int[] steps(int[] dims, int[] shape) {
    int[] steps = new int[shape.length];
    int step = 1;
    for (int i = 1; i <= dims.length; i++) {
      int size = dims[dims.length - i];
      steps[shape.length - i] = size == 1 ? 0 : step;
      step *= size;
    }
    return steps;
  }

  private static int dot(int[] index, int[] steps) {
    int at = 0;
    for (int i = 0; i < index.length; i++) {
      at += index[i] * steps[i];
    }
    return at;
  }

  /// The next index in row-major order of the dimensions up to `last`.
  private static void advance(int[] index, int[] shape, int last) {
    for (int i = last; i >= 0; i--) {
      if (++index[i] < shape[i]) {
        return;
      }
      index[i] = 0;
    }
  }

  // ---- along a dimension ---------------------------------------------------------------------

  private static Tensor softmax(OnnxGraph.Node node, Tensor x) {
    require(axis(node.number("axis", -1), x) == rank(x) - 1, "only the innermost axis is computed");
    return x.softmax();
  }

  private static Operator along(DoubleUnaryOperator term, OfSum result) {
    return (node, operands) -> {
      Tensor x = only(operands, 1).getFirst();
      List<Long> axes = node.list("axes");
      require(axes.size() == 1, "%s axes; one is computed", axes.size());
      return reduce(node, x, axis(axes.getFirst(), x), term, result);
    };
  }

  /// What becomes of a sum over so many elements.
  @FunctionalInterface
  interface OfSum {
    double of(double sum, int elements);
  }

  /// The sum of `term` along one axis, and what `result` makes of it.
  private static Tensor reduce(
      OnnxGraph.Node node, Tensor x, int axis, DoubleUnaryOperator term, OfSum result) {
    int[] dims = dims(x);
    int size = dims[axis];
    int inner = product(dims, axis + 1, dims.length);
    int outer = product(dims, 0, axis);
    dims[axis] = 1;
    Tensor y = blank(dims);
    for (int i = 0; i < outer; i++) {
      for (int j = 0; j < inner; j++) {
        double sum = 0;
        for (int k = 0; k < size; k++) {
          sum += term.applyAsDouble(x.array()[(i * size + k) * inner + j]);
        }
        y.array()[i * inner + j] = (float) result.of(sum, size);
      }
    }
    return node.number("keepdims", 1) == 1 ? y : without(y, axis);
  }

  private static Tensor cumulated(Tensor x, Tensor axisAsTensor) {
    require(rank(x) == 2 && whole(axisAsTensor) == 1, "only rows of a matrix are summed up");
    Tensor y = x.copy();
    for (int i = 0; i < y.size(); i++) {
      if (i % y.shape().columns() != 0) {
        y.array()[i] += y.array()[i - 1];
      }
    }
    return y;
  }

  private static Tensor gather(Tensor data, Tensor indices, OnnxGraph.Node node) {
    int axis = axis(node.number("axis", 0), data);
    int[] dims = dims(data);
    int inner = product(dims, axis + 1, dims.length);
    int outer = product(dims, 0, axis);
    int[] shape =
        IntStream.concat(
                IntStream.concat(Arrays.stream(dims).limit(axis), Arrays.stream(dims(indices))),
                Arrays.stream(dims).skip(axis + 1L))
            .toArray();
    Tensor y = blank(shape);
    int[] chosen = ints(indices);
    for (int i = 0; i < outer; i++) {
      for (int j = 0; j < chosen.length; j++) {
        require(chosen[j] >= 0 && chosen[j] < dims[axis], "index %s of %s", chosen[j], dims[axis]);
        System.arraycopy(
            data.array(),
            (i * dims[axis] + chosen[j]) * inner,
            y.array(),
            (i * chosen.length + j) * inner,
            inner);
      }
    }
    return y;
  }

  /// The outermost rows from 0 to an end.
  private static Tensor slice(List<Tensor> x) {
    Tensor data = x.get(0);
    require(
        rank(data) > 0 && whole(x.get(1)) == 0 && whole(x.get(3)) == 0,
        "only the first rows are sliced");
    int[] dims = dims(data);
    int end = whole(x.get(2));
    require(end >= 0, "an end of %s", end);
    dims[0] = Math.min(end, dims[0]);
    Tensor y = blank(dims);
    System.arraycopy(data.array(), 0, y.array(), 0, y.size());
    return y;
  }

  private static Tensor range(List<Tensor> x) {
    require(whole(x.get(0)) == 0 && whole(x.get(2)) == 1, "only 0, 1, … is counted");
    int end = whole(x.get(1));
    require(end >= 0, "an end of %s", end);
    Tensor y = blank(end);
    for (int i = 0; i < end; i++) {
      y.array()[i] = i;
    }
    return y;
  }

  // ---- matrices ------------------------------------------------------------------------------

  /// Of matrices: of each in a with the one matrix b, or with its counterpart in b.
  private static Tensor matmul(Tensor a, Tensor b) {
    require(rank(a) >= 2 && rank(b) >= 2, "%s and %s are no matrices", a.shape(), b.shape());
    if (rank(b) == 2) {
      int[] dims = dims(a);
      Tensor rows = a.reshape(Shape.of(product(dims, 0, dims.length - 1), a.shape().columns()));
      dims[dims.length - 1] = b.shape().dim(1);
      requireRoom(dims);
      return rows.matmul(b).reshape(Shape.of(dims));
    }
    int m = a.shape().dim(-2);
    int k = a.shape().columns();
    int n = b.shape().columns();
    int[] dims = dims(a);
    int matrices = product(dims, 0, dims.length - 2);
    require(
        rank(a) == rank(b)
            && b.shape().dim(-2) == k
            && product(dims(b), 0, dims.length - 2) == matrices,
        "%s and %s do not fit",
        a.shape(),
        b.shape());
    dims[dims.length - 1] = n;
    Tensor y = blank(dims);
    for (int i = 0; i < matrices; i++) {
      Tensor product = matrix(a, i, m, k).matmul(matrix(b, i, k, n));
      System.arraycopy(product.array(), 0, y.array(), i * m * n, m * n);
    }
    return y;
  }

  private static Tensor matrix(Tensor x, int number, int rows, int columns) {
    int from = number * rows * columns;
    return Tensor.of(
        Shape.of(rows, columns), Arrays.copyOfRange(x.array(), from, from + rows * columns));
  }

  // ---- shapes --------------------------------------------------------------------------------

  private static Tensor transpose(Tensor x, int[] order) {
    int[] dims = dims(x);
    require(
        Arrays.equals(
            Arrays.stream(order).sorted().toArray(), IntStream.range(0, dims.length).toArray()),
        "the order %s does not fit %s",
        text(order),
        x.shape());
    int[] own = new int[dims.length]; // steps, also along dimensions of size 1
    for (int i = dims.length - 1, step = 1; i >= 0; i--) {
      own[i] = step;
      step *= dims[i];
    }
    int[] shape = Arrays.stream(order).map(axis -> dims[axis]).toArray();
    int[] steps = Arrays.stream(order).map(axis -> own[axis]).toArray();
    Tensor y = blank(shape);
    int[] index = new int[shape.length];
    for (int i = 0; i < y.size(); i++) {
      y.array()[i] = x.array()[dot(index, steps)];
      advance(index, shape, shape.length - 1);
    }
    return y;
  }

  /// To sizes of which 0 means the old one.
  private static Tensor reshape(Tensor x, int[] sizes) {
    for (int i = 0; i < sizes.length; i++) {
      require(sizes[i] > 0 || sizes[i] == 0 && i < rank(x), "the shape %s", text(sizes));
      sizes[i] = sizes[i] == 0 ? x.shape().dim(i) : sizes[i];
    }
    return x.reshape(Shape.of(sizes));
  }

  /// With dimensions of size 1 at these places of the result.
  private static Tensor unsqueeze(Tensor x, int[] axes) {
    int[] shape = new int[rank(x) + axes.length];
    for (int axis : axes) {
      require(axis >= 0 && axis < shape.length && shape[axis] == 0, "the axes %s", text(axes));
      shape[axis] = 1;
    }
    int next = 0;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = shape[i] == 1 ? 1 : x.shape().dim(next++);
    }
    return x.reshape(Shape.of(shape));
  }

  private static Tensor squeeze(Tensor x, int[] axes) {
    require(
        axes.length == 1 && axes[0] >= 0 && axes[0] < rank(x) && x.shape().dim(axes[0]) == 1,
        "the axes %s of %s",
        text(axes),
        x.shape());
    return without(x, axes[0]);
  }

  private static Tensor without(Tensor x, int axis) {
    int[] dims = dims(x);
    return x.reshape(
        Shape.of(
            IntStream.range(0, dims.length).filter(i -> i != axis).map(i -> dims[i]).toArray()));
  }

  // ---- helpers -------------------------------------------------------------------------------

  private static int rank(Tensor x) {
    return x.shape().rank();
  }

  private static int[] dims(Tensor x) {
    return IntStream.range(0, rank(x)).map(x.shape()::dim).toArray();
  }

  private static int product(int[] dims, int from, int to) {
    return Arrays.stream(dims, from, to).reduce(1, (a, b) -> a * b);
  }

  private static int axis(long axis, Tensor x) {
    require(axis >= -rank(x) && axis < rank(x), "axis %s of %s", axis, x.shape());
    return (int) (axis < 0 ? axis + rank(x) : axis);
  }

  private static int whole(Tensor x) {
    require(x.size() == 1, "%s instead of one number", x.shape());
    return ints(x)[0];
  }

  private static int[] ints(Tensor x) {
    int[] ints = new int[x.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) x.array()[i];
      require(ints[i] == x.array()[i], "%s is no whole number", x.array()[i]);
    }
    return ints;
  }

  private static int[] ints(List<Long> list) {
    return list.stream()
        .mapToInt(value -> Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE))
        .toArray();
  }

  private static float[] floats(int[] ints) {
    float[] floats = new float[ints.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = ints[i];
    }
    return floats;
  }

  private static String text(int[] dims) {
    return Arrays.toString(dims);
  }

  private static Tensor blank(int... dims) {
    requireRoom(dims);
    return Tensor.blank(Shape.of(dims));
  }

  private static void requireRoom(int[] dims) {
    long elements = 1;
    for (int size : dims) {
      elements *= size;
      require(elements <= MOST, "a result of shape %s is too large", text(dims));
    }
  }

  private static List<Tensor> only(List<Tensor> operands, int count) {
    require(operands.size() == count, "%s operands instead of %s", operands.size(), count);
    return operands;
  }

  private static void require(boolean holds, String otherwise, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise.formatted(arguments));
    }
  }
}
