package jada.tensor.kernel;

import jada.tensor.RandomSource;
import java.util.stream.Stream;

/// Every kernel as a function of a few arrays, and inputs for it. Loaded without the vector module
/// too.
final class KernelCases {
  static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    0,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.8f,
    -87.5f,
    -103.5f,
    6,
    -6,
    6.1f,
    -6.1f,
    0.625f,
    -0.9f,
    9.1f,
    -4.1f
  };

  /// A kernel on two inputs x and g and two arrays a and b that it overwrites or accumulates into.
  record Elementwise(String name, Body body) {
    interface Body {
      void run(Kernels kernels, float[] x, float[] g, float[] a, float[] b, int from, int to);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Elementwise> elementwise() {
    return Stream.of(
        new Elementwise("add", (k, x, g, a, b, i, j) -> k.add(x, g, a, i, j)),
        new Elementwise("subtract", (k, x, g, a, b, i, j) -> k.subtract(x, g, a, i, j)),
        new Elementwise("multiply", (k, x, g, a, b, i, j) -> k.multiply(x, g, a, i, j)),
        new Elementwise("scale", (k, x, g, a, b, i, j) -> k.scale(x, 1.7f, a, i, j)),
        new Elementwise("exp", (k, x, g, a, b, i, j) -> k.exp(x, a, i, j)),
        new Elementwise("tanh", (k, x, g, a, b, i, j) -> k.tanh(x, a, i, j)),
        new Elementwise("erf", (k, x, g, a, b, i, j) -> k.erf(x, a, i, j)),
        new Elementwise("relu", (k, x, g, a, b, i, j) -> k.relu(x, a, i, j)),
        new Elementwise("reluGradient", (k, x, g, a, b, i, j) -> k.reluGradient(x, g, a, i, j)),
        new Elementwise("gelu", (k, x, g, a, b, i, j) -> k.gelu(x, a, i, j)),
        new Elementwise("geluGradient", (k, x, g, a, b, i, j) -> k.geluGradient(x, g, a, i, j)),
        new Elementwise("dropout", (k, x, g, a, b, i, j) -> k.dropout(x, 77L << 30, 0.3f, a, i, j)),
        new Elementwise(
            "adamW, moments from the inputs' squares",
            (k, x, g, a, b, i, j) -> {
              k.multiply(b, b, b, i, j);
              float[] p = x.clone();
              k.adamW(p, g, a, b, 0.999f, 0.1f, 0.01f, 1e-3f, 0.7f, 1e-8f, i, j);
              System.arraycopy(p, i, a, i, j - i);
            }),
        new Elementwise(
            "adamW, the moments",
            (k, x, g, a, b, i, j) ->
                k.adamW(x.clone(), g, a, b, 0.999f, 0.1f, 0.01f, 1e-3f, 0.7f, 1e-8f, i, j)));
  }

  /// A kernel on rows of n columns: two inputs x and g, a row, two arrays out and (for each row)
  /// numbers, which it overwrites or accumulates into.
  record Rowwise(String name, Body body) {
    interface Body {
      void run(
          Kernels kernels,
          float[] x,
          float[] g,
          float[] row,
          int n,
          int from,
          int to,
          float[] out,
          float[] mean,
          float[] rstd);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Rowwise> rowwise() {
    return Stream.of(
        new Rowwise("addRow", (k, x, g, row, n, i, j, a, b, c) -> k.addRow(x, row, n, a, i, j)),
        new Rowwise(
            "multiplyRow", (k, x, g, row, n, i, j, a, b, c) -> k.multiplyRow(x, row, n, a, i, j)),
        new Rowwise("sumRows", (k, x, g, row, n, i, j, a, b, c) -> k.sumRows(x, n, a, i, j)),
        new Rowwise(
            "sum",
            (k, x, g, row, n, i, j, a, b, c) -> {
              for (int r = i; r < j; r++) {
                b[r] = k.sum(x, r * n, r * n + n);
              }
            }),
        new Rowwise(
            "dot",
            (k, x, g, row, n, i, j, a, b, c) -> {
              for (int r = i; r < j; r++) {
                b[r] = k.dot(x, g, r * n, r * n + n);
              }
            }),
        new Rowwise("softmax", (k, x, g, row, n, i, j, a, b, c) -> k.softmaxRows(x, n, a, i, j)),
        new Rowwise(
            "softmaxGradient",
            (k, x, g, row, n, i, j, a, b, c) -> k.softmaxGradientRows(x, g, n, a, i, j)),
        new Rowwise(
            "layerNorm",
            (k, x, g, row, n, i, j, a, b, c) ->
                k.layerNormRows(x, row, row, 1e-5f, n, a, b, c, i, j)),
        new Rowwise(
            "layerNormGradient",
            (k, x, g, row, n, i, j, a, b, c) ->
                k.layerNormGradientRows(x, row, b, c, g, n, a, i, j)),
        new Rowwise(
            "layerNormParameterGradients",
            (k, x, g, row, n, i, j, a, b, c) -> {
              float[] dbeta = row.clone();
              k.layerNormParameterGradients(x, b, c, g, n, a, dbeta, i, j);
              System.arraycopy(dbeta, 0, a, n, n);
            }),
        new Rowwise(
            "softmaxColumns",
            (k, x, g, row, n, i, j, a, b, c) -> {
              int columns = n / 16 * 16;
              k.softmaxColumns(x, 3, columns, columns, 0.3f, a);
            }),
        new Rowwise(
            "softmaxGradientColumns",
            (k, x, g, row, n, i, j, a, b, c) -> {
              int columns = n / 16 * 16;
              k.softmaxGradientColumns(x, g, 3, columns, columns, 0.3f, a);
            }));
  }

  private KernelCases() {}

  static float[] numbers(int count, long seed) {
    RandomSource random = RandomSource.of(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (random.nextGaussian() * 2);
    }
    return numbers;
  }
}
