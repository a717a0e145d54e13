package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.tensor.RandomSource;
import jada.tensor.Workers;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GemmTest {
  private static final int[] SIZES = {0, 1, 2, 3, 4, 5, 7, 12, 15, 16, 17, 31, 33, 63, 64, 65, 70};

  /// Columns of A that are packed at a time.
  private static final int DEEP = MacroKernel.KC;

  private final RandomSource random = RandomSource.of(7);

  @Test
  void equals_the_definition_bit_for_bit_on_every_size_and_transposition() {
    for (int m : SIZES) {
      for (int n : SIZES) {
        int k = SIZES[(m + 3 * n) % SIZES.length];
        for (int form = 0; form < 4; form++) {
          Case c = new Case(m, n, k, form);
          float[] expected = c.target.clone();
          ScalarGemm.multiplyAdd(m, n, k, c.a, c.b, expected, c.co, c.ldc);
          float[] actual = c.target.clone();
          Gemm.call(m, n, k, c.a, c.b)
              .accumulating()
              .into(Dispatcher.SEQUENTIAL, actual, c.co, c.ldc);
          assertThat(actual).as(c.toString()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void equals_the_product_in_double_precision_within_its_rounding_error() {
    for (int k : new int[] {1, 16, 385, DEEP - 1, DEEP, DEEP + 1, 2 * DEEP + 5}) {
      for (int form = 0; form < 4; form++) {
        Case c = new Case(37, 45, k, form);
        float[] actual = c.target.clone();
        Gemm.multiply(Dispatcher.SEQUENTIAL, c.m, c.n, k, c.a, c.b, actual, c.co, c.ldc);
        for (int i = 0; i < c.m; i++) {
          for (int j = 0; j < c.n; j++) {
            double sum = 0;
            double magnitude = 0;
            for (int p = 0; p < k; p++) {
              sum += (double) c.a.at(i, p) * c.b.at(p, j);
              magnitude += Math.abs((double) c.a.at(i, p) * c.b.at(p, j));
            }
            // A chain of k roundings: at most k · 2⁻²⁴ of the summed magnitudes, much less as a
            // rule.
            assertThat((double) actual[c.co + i * c.ldc + j])
                .as("%s (%d, %d)", c, i, j)
                .isCloseTo(sum, within((4 + Math.sqrt(k)) * 0x1p-24 * magnitude));
          }
        }
      }
    }
  }

  @Test
  void writes_nothing_outside_of_the_target() {
    Case c = new Case(13, 21, 9, 0);
    float[] actual = c.target.clone();
    Gemm.multiply(Dispatcher.SEQUENTIAL, c.m, c.n, c.k, c.a, c.b, actual, c.co, c.ldc);
    for (int at = 0; at < actual.length; at++) {
      int i = Math.floorDiv(at - c.co, c.ldc);
      int j = Math.floorMod(at - c.co, c.ldc);
      if (i < 0 || i >= c.m || j >= c.n) {
        assertThat(actual[at]).isEqualTo(c.target[at]);
      }
    }
  }

  @Test
  void holds_no_matrix_when_it_is_done() {
    MicroKernelArguments tile = Scratch.ofThread().arguments;
    for (int m : new int[] {3, 50, 200}) { // few rows, one block of rows, many
      for (int form = 0; form < 4; form++) {
        Case c = new Case(m, 400, 50, form);
        Gemm.multiply(Dispatcher.SEQUENTIAL, c.m, c.n, c.k, c.a, c.b, c.target, c.co, c.ldc);
        assertThat(tile.s.length + tile.a.length + tile.rows.length + tile.y.length).isEqualTo(4);
        assertThat(tile.c).hasSize(1);
        assertThat(tile.b.byteSize() + tile.u.byteSize()).isZero();
      }
    }
  }

  @Test
  void starts_from_zero_a_row_or_the_target() {
    for (int k : new int[] {0, 5, 400, DEEP + 3}) {
      Case c = new Case(9, 19, k, 2);
      float[] row = numbers(3 + c.n);

      float[] zeroed = c.target.clone();
      float[] rowed = c.target.clone();
      for (int i = 0; i < c.m; i++) {
        Arrays.fill(zeroed, c.co + i * c.ldc, c.co + i * c.ldc + c.n, 0);
        System.arraycopy(row, 3, rowed, c.co + i * c.ldc, c.n);
      }
      ScalarGemm.multiplyAdd(c.m, c.n, k, c.a, c.b, zeroed, c.co, c.ldc);
      ScalarGemm.multiplyAdd(c.m, c.n, k, c.a, c.b, rowed, c.co, c.ldc);

      float[] product = c.target.clone();
      Gemm.multiply(Dispatcher.SEQUENTIAL, c.m, c.n, k, c.a, c.b, product, c.co, c.ldc);
      assertThat(product).isEqualTo(zeroed);

      float[] affine = c.target.clone();
      Gemm.call(c.m, c.n, k, c.a, c.b)
          .fromRow(row, 3)
          .into(Dispatcher.SEQUENTIAL, affine, c.co, c.ldc);
      assertThat(affine).isEqualTo(rowed);
    }
  }

  @Test
  void gives_the_same_bits_with_a_packed_operand() {
    for (int[] size : new int[][] {{1, 1, 1}, {5, 16, 384}, {70, 33, 17}, {50, 70, DEEP + 9}}) {
      for (int form = 0; form < 4; form++) {
        Case c = new Case(size[0], size[1], size[2], form);
        PackedOperand packed = PackedOperand.of(c.k, c.n, c.b);
        float[] row = numbers(c.n);
        Dispatcher alone = Dispatcher.SEQUENTIAL;

        float[] expected = c.target.clone();
        Gemm.multiply(alone, c.m, c.n, c.k, c.a, c.b, expected, c.co, c.ldc);
        float[] actual = c.target.clone();
        Gemm.multiply(alone, c.m, c.n, c.k, c.a, packed, actual, c.co, c.ldc);
        assertThat(actual).as("%s", c).isEqualTo(expected);

        Gemm.call(c.m, c.n, c.k, c.a, c.b).accumulating().into(alone, expected, c.co, c.ldc);
        Gemm.call(c.m, c.n, c.k, c.a, packed).accumulating().into(alone, actual, c.co, c.ldc);
        assertThat(actual).as("%s, accumulated", c).isEqualTo(expected);

        Gemm.call(c.m, c.n, c.k, c.a, c.b).fromRow(row, 0).into(alone, expected, c.co, c.ldc);
        Gemm.call(c.m, c.n, c.k, c.a, packed).fromRow(row, 0).into(alone, actual, c.co, c.ldc);
        assertThat(actual).as("%s, from a row", c).isEqualTo(expected);
      }
    }
  }

  @Test
  void gives_the_same_bits_on_any_number_of_threads() {
    for (int[] size :
        new int[][] {
          {300, 200, 400}, {4, 1600, 384}, {1000, 12, 384}, {12, 384, 1000}, {60, 100, DEEP + 7}
        }) {
      for (int form = 0; form < 4; form++) {
        Case c = new Case(size[0], size[1], size[2], form);
        float[] expected = c.target.clone();
        Gemm.call(c.m, c.n, c.k, c.a, c.b)
            .accumulating()
            .into(Dispatcher.SEQUENTIAL, expected, c.co, c.ldc);
        for (int threads = 2; threads <= 4; threads++) {
          try (Workers workers = Workers.of(threads)) {
            float[] actual = c.target.clone();
            Gemm.call(c.m, c.n, c.k, c.a, c.b)
                .accumulating()
                .into(workers::dispatch, actual, c.co, c.ldc);
            assertThat(actual).as("%s on %d threads", c, threads).isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void fills_panels_up_with_zeros() {
    int columns = Gemm.NR;
    Operand b = Operand.of(numbers(3 * (columns + 1)), 0, columns + 1); // (3, columns + 1)
    MemorySegment memory = Panels.allocate(Panels.size(3, columns + 1));
    memory.fill((byte) -1); // NaN
    Panels.packRight(b, 0, 3, 0, columns + 1, memory);
    float[] panels = memory.toArray(JAVA_FLOAT);
    Operand a = Operand.transposed(numbers(3 * 5), 0, 5); // (5, 3)
    float[] left = new float[3 * 8];
    Arrays.fill(left, Float.NaN);
    Panels.packLeft(a, 0, 5, 0, 3, left, 0);
    for (int p = 0; p < 3; p++) {
      for (int j = 0; j < 2 * columns; j++) {
        assertThat(panels[j / columns * 3 * columns + p * columns + j % columns])
            .isEqualTo(j < columns + 1 ? b.at(p, j) : 0);
      }
      for (int i = 0; i < 8; i++) {
        assertThat(left[i / 4 * 12 + p * 4 + i % 4]).isEqualTo(i < 5 ? a.at(i, p) : 0);
      }
    }
  }

  @Test
  void panels_begin_at_a_cache_line() {
    assertThat(Panels.allocate(1).address() % 64).isZero();
    assertThat(Panels.allocate(12_345).address() % 64).isZero();
  }

  @Test
  void packs_a_right_operand_too_large_for_the_scratch_in_parts() {
    Case c = new Case(4, 1100, 2048, 1);
    float[] expected = c.target.clone();
    ScalarGemm.multiplyAdd(c.m, c.n, c.k, c.a, c.b, expected, c.co, c.ldc);
    float[] actual = c.target.clone();
    Gemm.call(c.m, c.n, c.k, c.a, c.b)
        .accumulating()
        .into(Dispatcher.SEQUENTIAL, actual, c.co, c.ldc);
    assertThat(actual).isEqualTo(expected);
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /// A product within larger arrays: offsets, and rows farther apart than they are long. `form` is
  /// 2·(A transposed) + (B transposed).
  private final class Case {
    final int m;
    final int n;
    final int k;
    final int form;
    final Operand a;
    final Operand b;
    final float[] target;
    final int co = 11;
    final int ldc;

    Case(int m, int n, int k, int form) {
      this.m = m;
      this.n = n;
      this.k = k;
      this.form = form;
      this.a = operand(m, k, form / 2 == 1, 5);
      this.b = operand(k, n, form % 2 == 1, 3);
      this.ldc = n + 2;
      this.target = numbers(co + m * ldc + 1);
    }

    private Operand operand(int rows, int columns, boolean transposed, int offset) {
      int stride = (transposed ? rows : columns) + 1;
      float[] data = numbers(offset + (transposed ? columns : rows) * stride);
      return transposed
          ? Operand.transposed(data, offset, stride)
          : Operand.of(data, offset, stride);
    }

    @Override
    public String toString() {
      return "(%d,%d)·(%d,%d), form %d".formatted(m, k, k, n, form);
    }
  }
}
