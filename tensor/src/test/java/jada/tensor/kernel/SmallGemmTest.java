package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SmallGemmTest {
  private static final int COUNT = 3; // matrices side by side

  private final RandomSource random = RandomSource.of(5);

  /// m, n, k: below, at and above the sizes of tiles and panels of any machine.
  static Stream<int[]> sizes() {
    int[] some = {1, 3, 4, 12, 17, 23, 32, 33, 64};
    return IntStream.range(0, some.length * some.length)
        .mapToObj(
            i ->
                new int[] {
                  some[i % some.length], some[i / some.length], some[(3 * i + 1) % some.length]
                });
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void has_the_bits_of_the_plain_loops(int[] size) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    float[] a = random(7 + m * COUNT * k); // (m, 3k) from 7 on
    float[] b = random(5 + k * COUNT * n); // (k, 3n) from 5 on
    float[] transposed = random(n * COUNT * k); // (n, 3k)
    SmallGemm.Left left = new SmallGemm.Left();
    SmallGemm.Right right = new SmallGemm.Right();
    left.sideBySide(a, 7, COUNT * k, COUNT, m, k);
    for (int h = 0; h < COUNT; h++) {
      Operand ofA = Operand.of(a, 7 + h * k, COUNT * k);
      right.sideBySide(b, 5, COUNT * n, COUNT, k, n);
      assertThat(product(left, h, right, h, m, n))
          .isEqualTo(plain(m, n, k, ofA, Operand.of(b, 5 + h * n, COUNT * n)));
      right.transposed(transposed, 0, COUNT * k, COUNT, k, n);
      assertThat(product(left, h, right, h, m, n))
          .isEqualTo(plain(m, n, k, ofA, Operand.transposed(transposed, h * k, COUNT * k)));
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void takes_over_a_matrix_and_its_transpose_with_what_lies_beyond_their_edge(int[] size) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    int rows = SmallGemm.padded(m);
    float[] x = new float[rows * k];
    float[] y = new float[k * rows];
    Arrays.fill(x, m * k, x.length, Float.NaN); // must not reach what counts
    Arrays.fill(y, Float.NaN);
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        x[i * k + p] = (float) random.nextGaussian();
        y[p * rows + i] = x[i * k + p];
      }
    }
    float[] b = random(k * n);
    SmallGemm.Right right = new SmallGemm.Right();
    right.sideBySide(b, 0, n, 1, k, n);
    float[] expected = plain(m, n, k, Operand.of(x, 0, k), Operand.of(b, 0, n));
    SmallGemm.Left left = new SmallGemm.Left();
    left.one(x, k, m, k);
    assertThat(product(left, 0, right, 0, m, n)).isEqualTo(expected);
    left.transposed(y, rows, m, k);
    assertThat(product(left, 0, right, 0, m, n)).isEqualTo(expected);
  }

  private float[] random(int size) {
    float[] x = new float[size];
    for (int i = 0; i < size; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /// A·B (m,n) without what lies beyond its edge.
  private static float[] product(SmallGemm.Left a, int i, SmallGemm.Right b, int j, int m, int n) {
    int stride = SmallGemm.padded(n);
    float[] c = new float[SmallGemm.padded(m) * stride];
    Arrays.fill(c, Float.NaN);
    SmallGemm.multiply(a, i, b, j, c, 0, stride);
    float[] inside = new float[m * n];
    for (int r = 0; r < m; r++) {
      System.arraycopy(c, r * stride, inside, r * n, n);
    }
    return inside;
  }

  private static float[] plain(int m, int n, int k, Operand a, Operand b) {
    float[] c = new float[m * n];
    ScalarGemm.multiplyAdd(m, n, k, a, b, c, 0, n);
    return c;
  }
}
