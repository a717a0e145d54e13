package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class GaugeChangeTest {
  private static final int OUT = 23;
  private static final int IN = 31;
  private static final List<Gauge> GAUGES = List.of(Gauge.FIXED, Gauge.FLOW);
  private final RandomSource random = RandomSource.of(8);

  private Tensor b(int r, float std) {
    return Tensor.normal(Shape.of(OUT, r), std, random.split("b" + r));
  }

  private Tensor a(int r) {
    return LoraLinear.startOfA(r, IN, random.split("a" + r));
  }

  private static BitSet all(int r) {
    BitSet all = new BitSet();
    all.set(0, r);
    return all;
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    double error = actual.add(expected.scale(-1)).norm();
    assertThat(error).isLessThanOrEqualTo(tolerance * Math.max(1e-30, expected.norm()));
  }

  @Test
  void leaves_the_product_and_makes_its_factors_those_of_a_singular_value_decomposition() {
    for (Gauge gauge : GAUGES) {
      for (int r : new int[] {1, 2, 6, 12}) {
        for (float std : new float[] {1e-4f, 0.05f, 3}) {
          Tensor b = b(r, std);
          Tensor a = a(r);
          GaugeChange change = GaugeChange.of(gauge, b, a, all(r)).orElseThrow();
          Tensor newB = change.ofB(b);
          Tensor newA = change.ofA(a);

          assertClose(newB.matmul(newA), b.matmul(a), 1e-5);
          Tensor sigma = Svd.of(b.matmul(a)).s();
          float[] squares = new float[r]; // of σ as the columns of B tell it, whatever their order
          Tensor gramB = newB.transposedMatmul(newB);
          Tensor gramA = newA.matmulTransposed(newA);
          for (int i = 0; i < r; i++) {
            squares[i] = gramB.get(i, i) * gramA.get(i, i);
            double s = Math.sqrt(squares[i]);
            assertThat(1.0 / gramA.get(i, i)).isCloseTo(gauge.n2(s), within(2e-5 * gauge.n2(s)));
            for (int j = 0; j < i; j++) {
              assertThat(cosine(gramA, i, j)).isCloseTo(0, within(1e-5));
              assertThat(cosine(gramB, i, j)).isCloseTo(0, within(1e-5));
            }
          }
          java.util.Arrays.sort(squares);
          for (int i = 0; i < r; i++) {
            double expected = sigma.get(r - 1 - i);
            assertThat(Math.sqrt(squares[i])).isCloseTo(expected, within(1e-5 * sigma.get(0)));
          }
        }
      }
    }
  }

  private static double cosine(Tensor gram, int i, int j) {
    return gram.get(i, j) / Math.sqrt((double) gram.get(i, i) * gram.get(j, j));
  }

  @Test
  void flow_conserves_the_difference_of_the_squared_lengths() {
    for (double sigma : new double[] {0, 1e-3, 0.5, 20}) {
      double n2 = Gauge.FLOW.n2(sigma);
      assertThat(1 / n2 - sigma * sigma * n2).isCloseTo(1 / 3.0, within(1e-12));
    }
    assertThat(Gauge.FLOW.n2(0)).isCloseTo(Gauge.FIXED.n2(0), within(1e-15));
  }

  @Test
  void factors_in_the_gauge_stay_as_they_are_and_a_small_step_keeps_positions_and_signs() {
    for (Gauge gauge : GAUGES) {
      Tensor b = b(5, 0.3f);
      Tensor a = a(5);
      GaugeChange first = GaugeChange.of(gauge, b, a, all(5)).orElseThrow();
      Tensor newB = first.ofB(b);
      Tensor newA = first.ofA(a);
      Tensor one = GaugeChange.of(gauge, newB, newA, all(5)).orElseThrow().t();
      Tensor nudged = newB.add(Tensor.normal(newB.shape(), 1e-4f, random));
      Tensor near = GaugeChange.of(gauge, nudged, newA, all(5)).orElseThrow().t();
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
          assertThat(one.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-4f));
          assertThat(near.get(i, j)).isCloseTo(i == j ? 1 : 0, within(0.02f));
        }
      }
    }
  }

  @Test
  void a_start_with_b_0_gets_orthogonal_rows_of_a() {
    Tensor b = Tensor.zeros(Shape.of(OUT, 4));
    Tensor a = a(4);
    GaugeChange change = GaugeChange.of(Gauge.FLOW, b, a, all(4)).orElseThrow();
    assertThat(change.ofB(b).array()).containsOnly(0);
    Tensor newA = change.ofA(a);
    Tensor gram = newA.matmulTransposed(newA);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        assertThat(gram.get(i, j)).isCloseTo(i == j ? 1 / 3f : 0, within(1e-6f));
      }
    }
  }

  @Test
  void gradients_become_those_with_respect_to_the_new_factors() {
    Tensor b = b(4, 0.2f);
    Tensor a = a(4);
    Tensor g = Tensor.normal(Shape.of(OUT, IN), 1, random); // ∂L/∂(B·A)
    GaugeChange change = GaugeChange.of(Gauge.FLOW, b, a, all(4)).orElseThrow();
    assertClose(change.ofGradientB(g.matmulTransposed(a)), g.matmulTransposed(change.ofA(a)), 1e-5);
    assertClose(change.ofGradientA(b.transposedMatmul(g)), change.ofB(b).transposedMatmul(g), 1e-5);
  }

  /// With T diagonal a new gradient is the old one times a number, and its mean square the old one
  /// times the square of that; with any T no mean square becomes negative.
  @Test
  void mean_squares_change_by_squares() {
    Tensor b = Tensor.zeros(Shape.of(OUT, 2));
    b.array()[0] = 2;
    b.array()[3] = 1;
    Tensor a = Tensor.zeros(Shape.of(2, IN));
    a.array()[0] = 0.5f;
    a.array()[IN + 1] = 4;
    GaugeChange change = GaugeChange.of(Gauge.FIXED, b, a, all(2)).orElseThrow();
    Tensor g = Tensor.normal(Shape.of(OUT, 2), 1, random);
    Tensor expected = change.ofGradientB(g).multiply(change.ofGradientB(g));
    assertClose(change.ofSquareB(g.multiply(g)), expected, 1e-5);
    Tensor h = Tensor.normal(Shape.of(2, IN), 1, random);
    expected = change.ofGradientA(h).multiply(change.ofGradientA(h));
    assertClose(change.ofSquareA(h.multiply(h)), expected, 1e-5);

    GaugeChange turning = GaugeChange.of(Gauge.FLOW, b(6, 1), a(6), all(6)).orElseThrow();
    for (float v : turning.ofSquareB(Tensor.full(Shape.of(OUT, 6), 0.7f)).array()) {
      assertThat(v).isNotNegative();
    }
  }

  @Test
  void triplets_that_take_no_part_keep_their_places_and_values() {
    BitSet living = new BitSet();
    living.set(1);
    living.set(3);
    Tensor b = b(4, 1);
    Tensor a = a(4);
    GaugeChange change = GaugeChange.of(Gauge.FLOW, b, a, living).orElseThrow();
    for (int i : new int[] {0, 2}) {
      assertThat(change.ofB(b).gatherColumns(i).array()).isEqualTo(b.gatherColumns(i).array());
      assertThat(change.ofA(a).gatherRows(i).array()).isEqualTo(a.gatherRows(i).array());
    }
    assertClose(
        change.ofB(b).gatherColumns(1, 3).matmul(change.ofA(a).gatherRows(1, 3)),
        b.gatherColumns(1, 3).matmul(a.gatherRows(1, 3)),
        1e-5);
  }

  @Test
  void rows_that_depend_on_each_other_have_no_gauge() {
    Tensor a = a(1);
    Tensor twice = Tensor.zeros(Shape.of(2, IN));
    System.arraycopy(a.array(), 0, twice.array(), 0, IN);
    System.arraycopy(a.array(), 0, twice.array(), IN, IN);
    assertThat(GaugeChange.of(Gauge.FIXED, b(2, 1), twice, all(2))).isEmpty();
  }
}
