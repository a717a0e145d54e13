package jada.bench;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.ScalarGemm;
import java.util.Arrays;

/// Random operands of a product C (m,n) = A (m,k)·B (k,n), and what C must be.
final class GemmOperands {
  private static final int SAMPLES = 1000;

  private final int m;
  private final int n;
  private final int k;
  private final Tensor a;
  private final Tensor b;
  private final RandomSource random = RandomSource.of(1);

  private GemmOperands(int m, int n, int k) {
    this.m = m;
    this.n = n;
    this.k = k;
    this.a = Tensor.normal(Shape.of(m, k), 1, random);
    this.b = Tensor.normal(Shape.of(k, n), 1, random);
  }

  /// @param shape `m×n×k`, written with the letter x
  static GemmOperands of(String shape) {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    if (sizes.length != 3) {
      throw new IllegalArgumentException("shape: write m, n and k as 1024x384x384, got " + shape);
    }
    return new GemmOperands(sizes[0], sizes[1], sizes[2]);
  }

  int m() {
    return m;
  }

  int n() {
    return n;
  }

  int k() {
    return k;
  }

  /// A (m,k).
  Tensor a() {
    return a;
  }

  /// B (k,n).
  Tensor b() {
    return b;
  }

  /// Operations of one product, in units of 10⁹.
  double gflop() {
    return 2e-9 * m * n * k;
  }

  /// Compares elements of C, drawn at random, with those of the scalar twin.
  ///
  /// @param c C (m,n), row after row
  void check(String what, float[] c) {
    for (int s = 0; s < SAMPLES; s++) {
      int i = random.nextInt(m);
      int j = random.nextInt(n);
      float[] expected = new float[1];
      Operand row = Operand.of(a.array(), i * k, k);
      Operand column = Operand.of(b.array(), j, n);
      ScalarGemm.multiplyAdd(1, 1, k, row, column, expected, 0, 1);
      Checks.close(what, c[i * n + j], expected[0], 1e-3, 1e-4);
    }
  }
}
