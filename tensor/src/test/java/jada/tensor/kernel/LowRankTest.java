package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import jada.tensor.Workers;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LowRankTest {
  private final RandomSource random = RandomSource.of(3);

  /// m, n, k, r: within a tile, at the edges of tiles, panels and blocks, and beyond them.
  static Stream<int[]> sizes() {
    return Stream.of(
        new int[] {1, 1, 1, 1},
        new int[] {4, 16, 8, 4},
        new int[] {5, 17, 9, 3},
        new int[] {64, 96, 384, 12},
        new int[] {67, 100, 385, 17},
        new int[] {130, 33, 1000, 12},
        new int[] {50, 70, MacroKernel.KC + 30, 5},
        new int[] {300, 400, 70, 70},
        new int[] {3, 5, 0, 2},
        new int[] {9, 20, 30, 0},
        new int[] {0, 20, 30, 2});
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void has_the_bits_of_three_products_one_after_the_other(int[] size) {
    Case c = new Case(size);
    float[] inner = new float[c.m * c.r];
    float[] expected = c.separately(c.row, inner);
    for (RightOperand b : c.rightOperands()) {
      float[] actual = new float[c.m * c.n];
      float[] u = new float[c.m * c.r];
      LowRank second = new LowRank(c.r, c.d, c.s, c.u, u);
      Gemm.call(c.m, c.n, c.k, c.a, b)
          .fromRow(c.row, 0)
          .plus(second)
          .into(Dispatcher.SEQUENTIAL, actual);
      assertThat(actual).isEqualTo(expected);
      assertThat(u).isEqualTo(inner);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void starts_from_zero_without_a_row(int[] size) {
    Case c = new Case(size);
    float[] expected = c.separately(new float[c.n], new float[c.m * c.r]);
    float[] actual = new float[c.m * c.n];
    LowRank second = new LowRank(c.r, c.d, c.s, c.u, new float[c.m * c.r]);
    Gemm.call(c.m, c.n, c.k, c.a, c.b).plus(second).into(Dispatcher.SEQUENTIAL, actual);
    assertThat(actual).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void gives_the_same_bits_on_any_number_of_threads(int[] size) {
    Case c = new Case(size);
    float[] inner = new float[c.m * c.r];
    float[] expected = c.separately(c.row, inner);
    for (int threads = 2; threads <= 4; threads++) {
      try (Workers workers = Workers.of(threads)) {
        float[] actual = new float[c.m * c.n];
        float[] u = new float[c.m * c.r];
        LowRank second = new LowRank(c.r, c.d, c.s, c.u, u);
        Gemm.call(c.m, c.n, c.k, c.a, c.b)
            .fromRow(c.row, 0)
            .plus(second)
            .into(workers::dispatch, actual);
        assertThat(actual).as("%d threads", threads).isEqualTo(expected);
        assertThat(u).as("%d threads", threads).isEqualTo(inner);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void counts_the_work_of_all_three_products(int[] size) {
    Case c = new Case(size);
    Effort effort = new Effort();
    LowRank second = new LowRank(c.r, c.d, c.s, c.u, new float[c.m * c.r]);
    effort.call(
        () -> {
          float[] to = new float[c.m * c.n];
          Gemm.call(c.m, c.n, c.k, c.a, c.b).plus(second).into(Dispatcher.SEQUENTIAL, to);
          return to;
        });
    long expected = 2L * c.m * (c.n * c.k + c.k * c.r + c.r * c.n);
    assertThat(effort.operations()).isEqualTo(expected);
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private final class Case {
    final int m;
    final int n;
    final int k;
    final int r;
    final Operand a;
    final Operand b;
    final Operand d;
    final float[] s;
    final Operand u;
    final float[] row;

    Case(int[] size) {
      m = size[0];
      n = size[1];
      k = size[2];
      r = size[3];
      a = Operand.of(numbers(m * k), 0, k);
      b = Operand.transposed(numbers(n * k), 0, k);
      d = Operand.transposed(numbers(r * k), 0, k);
      s = numbers(r);
      u = Operand.of(numbers(r * n), 0, n);
      row = numbers(n);
    }

    RightOperand[] rightOperands() {
      return new RightOperand[] {b, PackedOperand.of(k, n, b)};
    }

    /// 1·startᵀ + A·B + ((A·D) ⊙ s)·U by definition.
    float[] separately(float[] start, float[] inner) {
      ScalarGemm.multiplyAdd(m, r, k, a, d, inner, 0, r);
      float[] scaled = inner.clone();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] *= s[i % r];
      }
      float[] c = new float[m * n];
      for (int i = 0; i < m; i++) {
        System.arraycopy(start, 0, c, i * n, n);
      }
      ScalarGemm.multiplyAdd(m, n, k, a, b, c, 0, n);
      ScalarGemm.multiplyAdd(m, n, r, Operand.of(scaled, 0, r), u, c, 0, n);
      return c;
    }
  }
}
