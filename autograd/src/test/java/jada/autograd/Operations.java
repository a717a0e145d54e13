package jada.autograd;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Every public differentiable operation once, with inputs: what the tests of all operations run
/// over. [OperationsTest] fails when an operation of [Ops] or [Fused] is missing here.
final class Operations {
  /// An operation at given inputs.
  ///
  /// @param signature the method, as [#signature] writes it
  /// @param operation calls it
  /// @param composed calls its composition; empty for the primitives
  record Case(
      String signature,
      Function<List<Variable>, Variable> operation,
      Optional<Function<List<Variable>, Variable>> composed,
      List<Tensor> inputs) {
    @Override
    public String toString() {
      return signature;
    }
  }

  private final int n;
  private final RandomSource random = RandomSource.of(11);
  private final List<Case> cases = new ArrayList<>();

  private Operations(int n) {
    this.n = n;
  }

  /// All operations at inputs whose sizes grow with `n`, from 1.
  static List<Case> at(int n) {
    Operations operations = new Operations(n);
    operations.addOps();
    operations.addFused();
    return operations.cases;
  }

  /// The operations that a class offers: its public static methods that return a variable.
  static Stream<String> offeredBy(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> Variable.class.isAssignableFrom(method.getReturnType()))
        .map(Operations::signature);
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(
            Collectors.joining(
                ", ",
                method.getDeclaringClass().getSimpleName() + "." + method.getName() + "(",
                ")"));
  }

  private void addOps() {
    Tensor a = normal(2 * n, 3 * n);
    Tensor b = normal(2 * n, 3 * n);
    Tensor row = normal(3 * n);
    Tensor column = normal(2 * n);
    op("add(Variable, Variable)", in -> Ops.add(in.get(0), in.get(1)), a, b);
    op("subtract(Variable, Variable)", in -> Ops.subtract(in.get(0), in.get(1)), a, b);
    op("multiply(Variable, Variable)", in -> Ops.multiply(in.get(0), in.get(1)), a, b);
    op("scale(Variable, float)", in -> Ops.scale(in.get(0), -1.75f), a);
    op("addRow(Variable, Variable)", in -> Ops.addRow(in.get(0), in.get(1)), a, row);
    op("multiplyRow(Variable, Variable)", in -> Ops.multiplyRow(in.get(0), in.get(1)), a, row);
    op(
        "multiplyColumn(Variable, Variable)",
        in -> Ops.multiplyColumn(in.get(0), in.get(1)),
        a,
        column);
    op("matmul(Variable, Variable)", in -> Ops.matmul(in.get(0), in.get(1)), a, normal(3 * n, 4));
    op(
        "matmulTransposed(Variable, Variable)",
        in -> Ops.matmulTransposed(in.get(0), in.get(1)),
        a,
        normal(4, 3 * n));
    op(
        "transposedMatmul(Variable, Variable)",
        in -> Ops.transposedMatmul(in.get(0), in.get(1)),
        a,
        normal(2 * n, 4));
    op("transpose(Variable)", in -> Ops.transpose(in.get(0)), a);
    op(
        "reshape(Variable, Shape)",
        in -> Ops.reshape(in.get(0), Shape.of(3, n, 2 * n)),
        normal(2 * n, 3 * n));
    op("gatherRows(Variable, int[])", in -> Ops.gatherRows(in.get(0), 1, 0, 1, 1), a);
    op(
        "concatRows(List)",
        in -> Ops.concatRows(List.of(in.get(0), in.get(1))),
        a,
        normal(n, 3 * n));
    op("firstColumns(Variable, int)", in -> Ops.firstColumns(in.get(0), n + 1), a);
    op("sum(Variable)", in -> Ops.sum(in.get(0)), a);
    op("mean(Variable)", in -> Ops.mean(in.get(0)), a);
    op("sumRows(Variable)", in -> Ops.sumRows(in.get(0)), a);
    op("sumColumns(Variable)", in -> Ops.sumColumns(in.get(0)), a);
    op("exp(Variable)", in -> Ops.exp(in.get(0)), a);
    op("log(Variable)", in -> Ops.log(in.get(0)), positive());
    op("sqrt(Variable)", in -> Ops.sqrt(in.get(0)), positive());
    op("abs(Variable)", in -> Ops.abs(in.get(0)), awayFromZero());
    op("tanh(Variable)", in -> Ops.tanh(in.get(0)), a);
    op("relu(Variable)", in -> Ops.relu(in.get(0)), awayFromZero());
    op("erf(Variable)", in -> Ops.erf(in.get(0)), a);
    op("gelu(Variable)", in -> Ops.gelu(in.get(0)), a);
    op("softmax(Variable)", in -> Ops.softmax(in.get(0)), a);
  }

  private void addFused() {
    Tensor x = normal(3 * n, 4 * n); // (T,in)
    Tensor w = normal(3 * n + 1, 4 * n); // (out,in)
    Tensor bias = normal(3 * n + 1);
    Tensor p = normal(3 * n + 1, n + 1); // (out,r)
    Tensor lambda = normal(n + 1); // (r)
    Tensor q = normal(n + 1, 4 * n); // (r,in)
    fused(
        "linear(Variable, Variable, Variable)",
        in -> Fused.linear(in.get(0), in.get(1), in.get(2)),
        in -> Composed.linear(in.get(0), in.get(1), in.get(2)),
        x,
        w,
        bias);
    fused(
        "svdLinear(Variable, Variable, Variable, Variable, Variable, Variable, float)",
        in ->
            Fused.svdLinear(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), 0.7f),
        in ->
            Composed.svdLinear(
                in.get(0), in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), 0.7f),
        x,
        w,
        bias,
        p,
        lambda,
        q);
    fused(
        "svdLinear(Variable, Variable, Variable, Variable, Variable, Variable, Variable, float)",
        in ->
            Fused.svdLinear(
                in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), in.get(6), 0.7f),
        in ->
            Composed.svdLinear(
                in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), in.get(6), 0.7f),
        x,
        normal(3 * n, 4 * n),
        w,
        bias,
        p,
        lambda,
        q);
    fused(
        "loraLinear(Variable, Variable, Variable, Variable, Variable, float)",
        in -> Fused.loraLinear(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), 1.3f),
        in ->
            Composed.loraLinear(
                in.get(0), in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), 1.3f),
        x,
        w,
        bias,
        p,
        q);
    fused(
        "loraLinear(Variable, Variable, Variable, Variable, Variable, Variable, float)",
        in ->
            Fused.loraLinear(
                in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), 1.3f),
        in ->
            Composed.loraLinear(
                in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), 1.3f),
        x,
        normal(3 * n, 4 * n),
        w,
        bias,
        p,
        q);

    Tensor key = normal(6 * n, 4 * n);
    Tensor query = normal(6 * n, 4 * n);
    Tensor value = normal(6 * n, 4 * n);
    int[] offsets = {0, 3 * n - 1, 3 * n - 1, 3 * n, 6 * n}; // one is empty, one has one token
    fused(
        "attention(Variable, Variable, Variable, int[], int)",
        in -> Fused.attention(in.get(0), in.get(1), in.get(2), offsets, 2),
        in -> Composed.attention(in.get(0), in.get(1), in.get(2), offsets, 2, 0, 0),
        query,
        key,
        value);
    fused(
        "attention(Variable, Variable, Variable, int[], int, long, float)",
        in -> Fused.attention(in.get(0), in.get(1), in.get(2), offsets, 4, 99, 0.3f),
        in -> Composed.attention(in.get(0), in.get(1), in.get(2), offsets, 4, 99, 0.3f),
        query,
        key,
        value);
    int[] queryOffsets = {0, 1, 1, 2, 2 + n}; // the first rows of three sequences
    fused(
        "attention(Variable, int[], Variable, Variable, int[], int, long, float)",
        in -> Fused.attention(in.get(0), queryOffsets, in.get(1), in.get(2), offsets, 4, 99, 0.3f),
        in ->
            Composed.attention(in.get(0), queryOffsets, in.get(1), in.get(2), offsets, 4, 99, 0.3f),
        normal(2 + n, 4 * n),
        key,
        value);
    fused(
        "attention(Variable, int[], Variable, Variable, int[], int, Optional, long, float)",
        in ->
            Fused.attention(
                in.get(0),
                queryOffsets,
                in.get(1),
                in.get(2),
                offsets,
                4,
                Optional.of(in.get(3)),
                99,
                0.3f),
        in ->
            Composed.attention(
                in.get(0),
                queryOffsets,
                in.get(1),
                in.get(2),
                offsets,
                4,
                Optional.of(in.get(3)),
                99,
                0.3f),
        normal(2 + n, 4 * n),
        key,
        value,
        normal(6 * n + 1, 4));
    fused(
        "layerNorm(Variable, Variable, Variable, float)",
        in -> Fused.layerNorm(in.get(0), in.get(1), in.get(2), 1e-5f),
        in -> Composed.layerNorm(in.get(0), in.get(1), in.get(2), 1e-5f),
        x,
        normal(4 * n),
        normal(4 * n));
    fused(
        "feedForward(Variable, Variable, Variable, Variable, Variable)",
        in -> Fused.feedForward(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4)),
        in -> Composed.feedForward(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4)),
        x,
        w,
        bias,
        normal(2 * n, 3 * n + 1),
        normal(2 * n));
    fused("gelu(Variable)", in -> Fused.gelu(in.get(0)), in -> Ops.gelu(in.get(0)), x);
    fused(
        "dropout(Variable, long, float)",
        in -> Fused.dropout(in.get(0), 5, 0.4f),
        in -> Composed.dropout(in.get(0), 5, 0.4f),
        x);
    int[] ids = {2, 0, 2, 2, 1};
    fused(
        "embedding(Variable, int[])",
        in -> Fused.embedding(in.get(0), ids),
        in -> Ops.gatherRows(in.get(0), ids),
        x);

    int[] sequences = {0, 1, 3 * n};
    fused(
        "meanRows(Variable, int[])",
        in -> Fused.meanRows(in.get(0), sequences),
        in -> Composed.meanRows(in.get(0), sequences),
        x);
    fused(
        "normalizeRows(Variable)",
        in -> Fused.normalizeRows(in.get(0)),
        in -> Composed.normalizeRows(in.get(0)),
        x);
    fused(
        "rowDistances(Variable, Variable)",
        in -> Fused.rowDistances(in.get(0), in.get(1)),
        in -> Composed.rowDistances(in.get(0), in.get(1)),
        x,
        normal(3 * n, 4 * n));
    float[] order = new float[3 * n];
    for (int i = 0; i < order.length; i++) {
      order[i] = i * 5 % 3; // some are equal
    }
    fused(
        "cosent(Variable, float[])",
        in -> Fused.cosent(in.get(0), order),
        in -> Composed.cosent(in.get(0), order),
        normal(3 * n));

    int[] labels = IntStream.range(0, 3 * n).map(i -> 7 * i % (4 * n)).toArray();
    fused(
        "crossEntropy(Variable, int[])",
        in -> Fused.crossEntropy(in.get(0), labels),
        in -> Composed.crossEntropy(in.get(0), labels),
        x);
    float[] weights = new float[4 * n];
    for (int k = 0; k < weights.length; k++) {
      weights[k] = 0.5f + k % 5;
    }
    fused(
        "crossEntropy(Variable, int[], float[], double)",
        in -> Fused.crossEntropy(in.get(0), labels, weights, 0.2),
        in -> Composed.crossEntropy(in.get(0), labels, weights, 0.2),
        x);
    float[] chances = new float[x.size()];
    for (int i = 0; i < chances.length; i++) {
      chances[i] = i % 3 / 2f;
    }
    fused(
        "binaryCrossEntropy(Variable, float[])",
        in -> Fused.binaryCrossEntropy(in.get(0), chances),
        in -> Composed.binaryCrossEntropy(in.get(0), chances),
        x);
    float[] targets = normal(3 * n).array();
    fused(
        "meanSquaredError(Variable, float[])",
        in -> Fused.meanSquaredError(in.get(0), targets),
        in -> Composed.meanSquaredError(in.get(0), targets),
        normal(3 * n, 1));

    fused(
        "columnGramDeviation(Variable)",
        in -> Fused.columnGramDeviation(in.get(0)),
        in -> Composed.columnGramDeviation(in.get(0)),
        p);
    fused(
        "columnGramDeviationSquared(Variable)",
        in -> Fused.columnGramDeviationSquared(in.get(0)),
        in -> Composed.columnGramDeviationSquared(in.get(0)),
        Tensor.normal(p.shape(), 0.5f, random));
    fused(
        "rowGramDeviation(Variable)",
        in -> Fused.rowGramDeviation(in.get(0)),
        in -> Composed.rowGramDeviation(in.get(0)),
        q);
    fused(
        "rowGramDeviationSquared(Variable)",
        in -> Fused.rowGramDeviationSquared(in.get(0)),
        in -> Composed.rowGramDeviationSquared(in.get(0)),
        Tensor.normal(q.shape(), 0.5f, random));
  }

  private void op(String method, Function<List<Variable>, Variable> operation, Tensor... inputs) {
    cases.add(new Case("Ops." + method, operation, Optional.empty(), List.of(inputs)));
  }

  private void fused(
      String method,
      Function<List<Variable>, Variable> operation,
      Function<List<Variable>, Variable> composed,
      Tensor... inputs) {
    cases.add(new Case("Fused." + method, operation, Optional.of(composed), List.of(inputs)));
  }

  private Tensor normal(int... dims) {
    return Tensor.normal(Shape.of(dims), 1, random);
  }

  private Tensor positive() {
    return Tensor.uniform(Shape.of(2 * n, 3 * n), 0.5f, 3, random);
  }

  private Tensor awayFromZero() {
    Tensor x = normal(2 * n, 3 * n);
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] += Math.copySign(0.1f, x.array()[i]);
    }
    return x;
  }
}
