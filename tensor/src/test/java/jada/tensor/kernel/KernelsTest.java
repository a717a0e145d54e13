package jada.tensor.kernel;

import static jada.tensor.kernel.KernelCases.SPECIAL;
import static jada.tensor.kernel.KernelCases.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.tensor.kernel.KernelCases.Elementwise;
import jada.tensor.kernel.KernelCases.Rowwise;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each vector kernel against its scalar twin: they must give the same bits, and must leave alone
/// what is outside of their range. [BackendTest] does the same with other numbers of lanes.
class KernelsTest {
  private static final Kernels SCALAR = new ScalarKernels();
  private static final Kernels VECTOR = new VectorKernels();
  private static final int LANES = VectorMicroKernel.NR / 2;

  private static final int[] LENGTHS = {
    0,
    1,
    LANES - 1,
    LANES,
    LANES + 1,
    15,
    16,
    17,
    31,
    4 * LANES - 1,
    4 * LANES,
    4 * LANES + 1,
    207,
    384,
    1023
  };
  private static final int[] OFFSETS = {0, 1, 5};

  @ParameterizedTest
  @MethodSource("jada.tensor.kernel.KernelCases#elementwise")
  void vector_equals_scalar_bit_for_bit(Elementwise kernel) {
    for (int length : LENGTHS) {
      for (int offset : OFFSETS) {
        float[] x = numbers(length + offset + 3, 1);
        float[] g = numbers(x.length, 2);
        assertSameBits(kernel, x, g, offset, offset + length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("jada.tensor.kernel.KernelCases#elementwise")
  void vector_equals_scalar_on_special_values(Elementwise kernel) {
    float[] x = new float[SPECIAL.length * SPECIAL.length + 1];
    float[] g = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = SPECIAL[i % SPECIAL.length];
      g[i] = SPECIAL[i / SPECIAL.length % SPECIAL.length];
    }
    assertSameBits(kernel, x, g, 0, x.length);
  }

  private static void assertSameBits(Elementwise kernel, float[] x, float[] g, int from, int to) {
    float[] a1 = numbers(x.length, 3);
    float[] b1 = numbers(x.length, 4);
    float[] a2 = a1.clone();
    float[] b2 = b1.clone();
    float[] before = a1.clone();
    kernel.body().run(SCALAR, x, g, a1, b1, from, to);
    kernel.body().run(VECTOR, x, g, a2, b2, from, to);
    for (int i = 0; i < x.length; i++) {
      String at = "%s of x %s, g %s, element %d".formatted(kernel, x[i], g[i], i);
      assertSameBits(at, a2[i], a1[i]);
      assertSameBits(at + ", second output", b2[i], b1[i]);
      if (i < from || i >= to) {
        assertSameBits(at + ", outside of the range", a2[i], before[i]);
      }
    }
  }

  /// NaN equals NaN; −0 does not equal 0.
  private static void assertSameBits(String what, float actual, float expected) {
    if (Float.floatToIntBits(actual) != Float.floatToIntBits(expected)) {
      throw new AssertionError(what + ": " + actual + " instead of " + expected);
    }
  }

  @ParameterizedTest
  @MethodSource("jada.tensor.kernel.KernelCases#rowwise")
  void vector_rows_equal_scalar_rows_bit_for_bit(Rowwise kernel) {
    for (int n : LENGTHS) {
      assertSameBits(kernel, numbers(5 * n, 8), numbers(5 * n, 9), numbers(n, 10), n);
    }
  }

  @ParameterizedTest
  @MethodSource("jada.tensor.kernel.KernelCases#rowwise")
  void vector_rows_equal_scalar_rows_with_a_special_value_anywhere(Rowwise kernel) {
    for (int n : new int[] {1, 16, 39}) {
      for (int at = 0; at < n; at++) {
        for (float special : SPECIAL) {
          float[] x = numbers(5 * n, 8);
          float[] g = numbers(5 * n, 9);
          x[n + at] = special;
          g[2 * n + at] = special;
          x[3 * n + at] = special;
          g[3 * n + at] = special;
          assertSameBits(kernel, x, g, numbers(n, 10), n);
        }
      }
    }
  }

  /// What is compiled late must not change a sum: the first calls are interpreted.
  @ParameterizedTest
  @MethodSource("jada.tensor.kernel.KernelCases#rowwise")
  void bits_stay_the_same_while_the_jvm_compiles(Rowwise kernel) {
    int n = 207;
    float[] x = numbers(5 * n, 8);
    float[] g = numbers(5 * n, 9);
    float[] row = numbers(n, 10);
    float[][] first = outputs(n);
    kernel.body().run(VECTOR, x, g, row, n, 1, 4, first[0], first[1], first[2]);
    float[][] now = outputs(n);
    for (int call = 0; call < 3_000; call++) {
      now = outputs(n);
      kernel.body().run(VECTOR, x, g, row, n, 1, 4, now[0], now[1], now[2]);
    }
    assertThat(now).isDeepEqualTo(first);
  }

  private static float[][] outputs(int n) {
    return new float[][] {numbers(5 * n, 11), {0, 0.5f, -1, 2, 0}, {1, 2, 0.5f, 1, 3}};
  }

  private static void assertSameBits(Rowwise kernel, float[] x, float[] g, float[] row, int n) {
    float[][] scalar = outputs(n);
    float[][] vector = outputs(n);
    float[] before = scalar[0].clone();
    kernel.body().run(SCALAR, x, g, row, n, 1, 4, scalar[0], scalar[1], scalar[2]);
    kernel.body().run(VECTOR, x, g, row, n, 1, 4, vector[0], vector[1], vector[2]);
    for (int output = 0; output < 3; output++) {
      for (int i = 0; i < scalar[output].length; i++) {
        String at = "%s of %d columns, output %d, element %d".formatted(kernel, n, output, i);
        assertSameBits(at, vector[output][i], scalar[output][i]);
      }
    }
    for (int i = 4 * n; i < 5 * n; i++) {
      assertSameBits(kernel + ", after the last row", vector[0][i], before[i]);
    }
  }

  @Test
  void sums_run_in_sixteen_lanes_which_are_added_in_pairs() {
    float[] a = numbers(3 + 2 * 16 + 5, 6);
    float[] s = new float[16];
    for (int l = 0; l < 16; l++) {
      s[l] = a[3 + l] + a[3 + 16 + l] + (l < 5 ? a[3 + 32 + l] : 0);
    }
    float expected =
        (((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14])))
            + (((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15])));
    assertSameBits("scalar", SCALAR.sum(a, 3, a.length), expected);
    assertSameBits("vector", VECTOR.sum(a, 3, a.length), expected);
  }

  @Test
  void kernels_work_in_place() {
    for (Kernels kernels : List.of(SCALAR, VECTOR)) {
      float[] x = numbers(207, 5);
      float[] expected = new float[207];
      kernels.gelu(x, expected, 0, 207);
      kernels.gelu(x, x, 0, 207);
      assertThat(x).as(kernels.name()).isEqualTo(expected);
    }
  }

  @Test
  void sums_equal_those_in_double_precision() {
    for (int length : LENGTHS) {
      for (int offset : OFFSETS) {
        float[] a = numbers(length + offset + 2, 6);
        float[] b = numbers(a.length, 7);
        int to = offset + length;
        double sum = 0;
        double dot = 0;
        double sizes = 0;
        double dotSizes = 0;
        for (int i = offset; i < to; i++) {
          sum += a[i];
          sizes += Math.abs(a[i]);
          dot += (double) a[i] * b[i];
          dotSizes += Math.abs((double) a[i] * b[i]);
        }
        for (Kernels kernels : List.of(SCALAR, VECTOR)) {
          assertThat((double) kernels.sum(a, offset, to))
              .as("%s sum of %d", kernels.name(), length)
              .isCloseTo(sum, within(8 * 0x1p-24 * sizes));
          assertThat((double) kernels.dot(a, b, offset, to))
              .as("%s dot of %d", kernels.name(), length)
              .isCloseTo(dot, within(8 * 0x1p-24 * dotSizes));
        }
      }
    }
  }

  @Test
  void softmax_and_its_gradient_equal_their_definition() {
    for (int n : LENGTHS) {
      float[] x = numbers(3 * n, 10);
      float[] g = numbers(3 * n, 11);
      for (Kernels kernels : List.of(SCALAR, VECTOR)) {
        float[] y = new float[3 * n];
        float[] dx = new float[3 * n];
        kernels.softmaxRows(x, n, y, 0, 3);
        kernels.softmaxGradientRows(y, g, n, dx, 0, 3);
        for (int r = 0; r < 3; r++) {
          double total = 0;
          for (int j = 0; j < n; j++) {
            total += Math.exp(x[r * n + j]);
          }
          double dot = 0;
          for (int j = 0; j < n; j++) {
            dot += g[r * n + j] * Math.exp(x[r * n + j]) / total;
          }
          for (int j = 0; j < n; j++) {
            double expected = Math.exp(x[r * n + j]) / total;
            assertThat((double) y[r * n + j])
                .as("%s softmax of %d", kernels.name(), n)
                .isCloseTo(expected, within(1e-6 * expected));
            assertThat((double) dx[r * n + j])
                .as("%s softmax gradient of %d", kernels.name(), n)
                .isCloseTo(
                    expected * (g[r * n + j] - dot),
                    within(2e-6 * expected * (Math.abs(g[r * n + j]) + Math.abs(dot) + 1)));
          }
        }
      }
    }
  }

  @Test
  void softmax_of_columns_is_that_of_the_scaled_rows_of_the_transpose() {
    for (int columns : new int[] {1, 3, 16, 17, 40}) {
      for (int rows : new int[] {1, 2, 25, 64}) {
        int stride = Math.ceilDiv(columns, 16) * 16;
        float[] x = numbers(rows * stride, 12);
        float[] g = numbers(rows * stride, 13);
        float[] y = new float[rows * stride];
        float[] dx = new float[rows * stride];
        SCALAR.softmaxColumns(x, rows, columns, stride, 0.25f, y);
        SCALAR.softmaxGradientColumns(y, g, rows, columns, stride, 0.25f, dx);
        float[] vy = x.clone(); // in place, as attention has it
        float[] vdx = g.clone();
        VECTOR.softmaxColumns(vy, rows, columns, stride, 0.25f, vy);
        VECTOR.softmaxGradientColumns(vy, vdx, rows, columns, stride, 0.25f, vdx);
        for (int j = 0; j < columns; j++) {
          float[] row = new float[rows];
          float[] gradient = new float[rows];
          for (int i = 0; i < rows; i++) {
            row[i] = 0.25f * x[i * stride + j];
            gradient[i] = g[i * stride + j];
          }
          SCALAR.softmaxRows(row, rows, row, 0, 1);
          SCALAR.softmaxGradientRows(row, gradient, rows, gradient, 0, 1);
          for (int i = 0; i < rows; i++) {
            int at = i * stride + j;
            assertThat(y[at]).isCloseTo(row[i], within(1e-6f));
            assertThat(dx[at]).isCloseTo(0.25f * gradient[i], within(1e-5f));
            String where = "element (%d, %d) of %d x %d".formatted(i, j, rows, columns);
            assertSameBits(where, vy[at], y[at]);
            assertSameBits("gradient, " + where, vdx[at], dx[at]);
          }
        }
      }
    }
  }

  @Test
  void softmax_of_columns_is_safe_with_scores_far_apart_and_passes_nan_on() {
    float[] x = new float[16 * 4];
    Arrays.fill(x, -1e30f);
    x[16] = 1e30f;
    x[32] = 1e30f;
    x[1] = Float.NaN;
    for (Kernels kernels : List.of(SCALAR, VECTOR)) {
      float[] y = new float[x.length];
      kernels.softmaxColumns(x, 4, 2, 16, 1, y);
      assertThat(new float[] {y[0], y[16], y[32], y[48]})
          .as(kernels.name())
          .isEqualTo(new float[] {0, 0.5f, 0.5f, 0});
      assertThat(new float[] {y[1], y[17], y[33], y[49]})
          .as(kernels.name())
          .containsOnly(Float.NaN);
    }
  }

  @Test
  void softmax_is_safe_with_large_and_with_infinite_scores() {
    float[] x = new float[20];
    Arrays.fill(x, Float.NEGATIVE_INFINITY);
    x[3] = 1e30f;
    x[17] = 1e30f;
    for (Kernels kernels : List.of(SCALAR, VECTOR)) {
      float[] y = new float[20];
      kernels.softmaxRows(x, 20, y, 0, 1);
      float[] expected = new float[20];
      expected[3] = 0.5f;
      expected[17] = 0.5f;
      assertThat(y).as(kernels.name()).isEqualTo(expected);
    }
  }

  @Test
  void layer_norm_and_its_gradient_equal_their_definition_far_from_zero_as_well() {
    for (int n : IntStream.of(LENGTHS).filter(length -> length > 1).toArray()) {
      for (float centre : new float[] {0, 1000}) {
        float[] x = numbers(2 * n, 12);
        for (int i = 0; i < x.length; i++) {
          x[i] += centre;
        }
        for (Kernels kernels : List.of(SCALAR, VECTOR)) {
          checkLayerNorm(kernels, x, numbers(2 * n, 13), numbers(n, 14), numbers(n, 15), n);
        }
      }
    }
  }

  private static void checkLayerNorm(
      Kernels kernels, float[] x, float[] g, float[] gamma, float[] beta, int n) {
    float epsilon = 1e-5f;
    float[] y = new float[2 * n];
    float[] dx = new float[2 * n];
    float[] mean = new float[2];
    float[] rstd = new float[2];
    kernels.layerNormRows(x, gamma, beta, epsilon, n, y, mean, rstd, 0, 2);
    kernels.layerNormGradientRows(x, gamma, mean, rstd, g, n, dx, 0, 2);
    for (int r = 0; r < 2; r++) {
      double mu = 0;
      for (int j = 0; j < n; j++) {
        mu += x[r * n + j] / (double) n;
      }
      double variance = 0;
      for (int j = 0; j < n; j++) {
        variance += Math.pow(x[r * n + j] - mu, 2) / n;
      }
      double s = 1 / Math.sqrt(variance + epsilon);
      double meanH = 0;
      double meanHX = 0;
      for (int j = 0; j < n; j++) {
        double h = (double) g[r * n + j] * gamma[j];
        meanH += h / n;
        meanHX += h * (x[r * n + j] - mu) * s / n;
      }
      // The mean is rounded to a float: its error relative to x reaches y multiplied by s.
      double tolerance = 4e-6 + 4 * 0x1p-24 * Math.abs(mu) * s;
      assertThat((double) rstd[r]).isCloseTo(s, within(1e-5 * s));
      for (int j = 0; j < n; j++) {
        double normalized = (x[r * n + j] - mu) * s;
        assertThat((double) y[r * n + j])
            .as("%s layerNorm of %d around %.0f", kernels.name(), n, mu)
            .isCloseTo(normalized * gamma[j] + beta[j], within(tolerance * 5));
        assertThat((double) dx[r * n + j])
            .as("%s layerNorm gradient of %d around %.0f", kernels.name(), n, mu)
            .isCloseTo(
                s * (g[r * n + j] * gamma[j] - meanH - normalized * meanHX),
                within(tolerance * 20 * Math.max(1, s)));
      }
    }
  }

  @Test
  void adam_w_follows_its_formula() {
    float[] p = {1};
    float[] m = {0};
    float[] v = {0};
    // First step, β₁ 0.9, β₂ 0.99, lr 0.1, weight decay 0.5: the step is lr, whatever the gradient.
    SCALAR.adamW(
        p,
        new float[] {-3},
        m,
        v,
        1 - 0.1f * 0.5f,
        0.1f,
        0.01f,
        0.1f / 0.1f,
        (float) Math.sqrt(0.01),
        0,
        0,
        1);
    assertThat(m[0]).isCloseTo(-0.3f, within(1e-7f));
    assertThat(v[0]).isCloseTo(0.09f, within(1e-7f));
    assertThat(p[0]).isCloseTo(0.95f + 0.1f, within(1e-6f));
  }

  @Test
  void dropout_keeps_the_expected_share_and_scales_it() {
    float[] x = new float[100_000];
    Arrays.fill(x, 1);
    float[] y = new float[x.length];
    VECTOR.dropout(x, 123456789L, 0.1f, y, 0, y.length);
    int kept = 0;
    for (float value : y) {
      assertThat(value).isIn(0f, 1 / 0.9f);
      kept += value == 0 ? 0 : 1;
    }
    // Standard deviation of the count: √(100,000 · 0.1 · 0.9) = 95.
    assertThat(kept).isBetween(90_000 - 400, 90_000 + 400);
  }
}
