package jada.tensor;

import static jada.tensor.TensorAssert.assertClose;
import static jada.tensor.TensorAssert.assertElements;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TensorTest {
  private static final Tensor A = Tensor.matrix(new float[] {1, -2, 3}, new float[] {4, 5, -6});
  private static final Tensor B = Tensor.matrix(new float[] {2, 3, 4}, new float[] {-1, 0, 1});
  private static final Shape S = Shape.of(2, 3);

  // ---- making and looking ----

  @Test
  void is_made_in_many_ways() {
    assertElements(Tensor.of(Shape.of(3, 1), 1, 2, 3), Shape.of(3, 1), 1, 2, 3);
    assertElements(Tensor.vector(1, 2), Shape.of(2), 1, 2);
    assertElements(Tensor.scalar(7), Shape.of(), 7);
    assertElements(Tensor.zeros(S), S, 0, 0, 0, 0, 0, 0);
    assertElements(Tensor.full(Shape.of(2), 5), Shape.of(2), 5, 5);
    assertElements(Tensor.identity(2), Shape.of(2, 2), 1, 0, 0, 1);
    assertElements(Tensor.matrix(), Shape.of(0, 0));
  }

  @Test
  void draws_normal_and_uniform_numbers_of_the_asked_spread() {
    Tensor normal = Tensor.normal(Shape.of(20_000), 3, RandomSource.of(1));
    // Standard error of the mean 3/√20000 = 0.021, of the deviation 0.015; five of each allowed.
    assertThat(normal.sum().item() / 20_000).isCloseTo(0, within(0.1f));
    assertThat(normal.norm() / Math.sqrt(20_000)).isCloseTo(3, within(0.075));
    Tensor uniform = Tensor.uniform(Shape.of(20_000), -1, 3, RandomSource.of(1));
    assertThat(uniform.sum().item() / 20_000).isCloseTo(1, within(0.05f));
    for (float x : uniform.array()) {
      assertThat(x).isBetween(-1f, 3f);
    }
  }

  @Test
  void gives_its_elements_by_index() {
    assertThat(A.get(1, 2)).isEqualTo(-6);
    assertThat(A.get(0, 1)).isEqualTo(-2);
    assertThat(Tensor.scalar(3).get()).isEqualTo(3);
    assertThat(A.copy().array()).isEqualTo(A.array()).isNotSameAs(A.array());
  }

  @Test
  void prints_its_shape_and_elements() {
    assertThat(Tensor.scalar(2)).hasToString("Tensor()     2.000");
    assertThat(Tensor.vector(1, -2.5f)).hasToString("Tensor(2)\n  [    1.000     -2.500]");
    assertThat(Tensor.zeros(Shape.of(100, 100)).toString().lines()).hasSize(8);
  }

  @Test
  void knows_whether_its_elements_are_finite() {
    assertThat(A.isFinite()).isTrue();
    assertThat(Tensor.vector(1, Float.NaN).isFinite()).isFalse();
    assertThat(Tensor.vector(Float.NEGATIVE_INFINITY, 1).isFinite()).isFalse();
  }

  // ---- elementwise ----

  @Test
  void computes_elementwise() {
    assertElements(A.add(B), S, 3, 1, 7, 3, 5, -5);
    assertElements(A.subtract(B), S, -1, -5, -1, 5, 5, -7);
    assertElements(A.multiply(B), S, 2, -6, 12, -4, 0, -6);
    assertElements(A.scale(2), S, 2, -4, 6, 8, 10, -12);
    assertElements(A.abs(), S, 1, 2, 3, 4, 5, 6);
    assertElements(A.relu(), S, 1, 0, 3, 4, 5, 0);
    assertElements(Tensor.vector(4, 9).sqrt(), Shape.of(2), 2, 3);
  }

  @Test
  void computes_transcendental_functions() {
    float e = (float) Math.E;
    assertClose(Tensor.vector(0, 1, -1).exp(), Tensor.vector(1, e, 1 / e), 1e-6);
    assertClose(Tensor.vector(1, e).log(), Tensor.vector(0, 1), 1e-6);
    assertClose(Tensor.vector(0, 0.5f, -3).tanh(), Tensor.vector(0, .46211716f, -.9950547f), 1e-7);
    assertClose(Tensor.vector(0, 0.5f, -2).erf(), Tensor.vector(0, .5204999f, -.9953223f), 1e-7);
  }

  @Test
  void leaves_its_operands_alone() {
    Tensor a = A.copy();
    Tensor b = B.copy();
    a.add(b);
    a.scale(3);
    a.tanh();
    a.matmulTransposed(b);
    a.softmax();
    assertElements(a, S, A.array());
    assertElements(b, S, B.array());
  }

  // ---- rows and columns ----

  @Test
  void adds_and_multiplies_rows_and_columns() {
    Tensor row = Tensor.vector(10, 20, 30);
    assertElements(A.addRow(row), S, 11, 18, 33, 14, 25, 24);
    assertElements(A.multiplyRow(row), S, 10, -40, 90, 40, 100, -180);
    assertElements(A.multiplyColumn(Tensor.vector(2, -1)), S, 2, -4, 6, -4, -5, 6);
  }

  @Test
  void works_on_the_innermost_rows_of_more_than_two_dimensions() {
    Tensor cube = A.reshape(Shape.of(2, 1, 3));
    assertElements(cube.addRow(Tensor.vector(1, 1, 1)), Shape.of(2, 1, 3), 2, -1, 4, 5, 6, -5);
    assertElements(cube.sumRows(), Shape.of(3), 5, 3, -3);
    assertElements(cube.sumColumns(), Shape.of(2), 2, 3);
  }

  @Test
  void sums() {
    assertElements(A.sumRows(), Shape.of(3), 5, 3, -3);
    assertElements(A.sumColumns(), Shape.of(2), 2, 3);
    assertElements(A.sum(), Shape.of(), 5);
    assertThat(A.dot(B)).isEqualTo(2 - 6 + 12 - 4 + 0 - 6);
    assertThat(Tensor.vector(3, 4).norm()).isEqualTo(5);
    assertElements(Tensor.zeros(Shape.of(0, 3)).sumRows(), Shape.of(3), 0, 0, 0);
    assertElements(Tensor.zeros(Shape.of(2, 0)).sumColumns(), Shape.of(2), 0, 0);
    assertElements(Tensor.zeros(Shape.of(0)).sum(), Shape.of(), 0);
  }

  @Test
  void sums_of_many_blocks_equal_those_in_double_precision() {
    Tensor x = Tensor.normal(Shape.of(700, 101), 1, RandomSource.of(4));
    Tensor y = Tensor.normal(Shape.of(700, 101), 1, RandomSource.of(5));
    double sum = 0;
    double dot = 0;
    double[] columns = new double[101];
    for (int i = 0; i < x.size(); i++) {
      sum += x.array()[i];
      dot += (double) x.array()[i] * y.array()[i];
      columns[i % 101] += x.array()[i];
    }
    assertThat((double) x.sum().item()).isCloseTo(sum, within(1e-3));
    assertThat((double) x.dot(y)).isCloseTo(dot, within(1e-3));
    for (int j = 0; j < 101; j++) {
      assertThat((double) x.sumRows().get(j)).isCloseTo(columns[j], within(1e-4));
    }
  }

  @Test
  void softmax_gives_each_row_positive_shares_of_one() {
    Tensor y = Tensor.matrix(new float[] {0, 0}, new float[] {1000, 1000 + (float) Math.log(3)});
    assertClose(y.softmax(), Tensor.matrix(new float[] {.5f, .5f}, new float[] {.25f, .75f}), 1e-5);
  }

  // ---- matrices ----

  @Test
  void multiplies_matrices_in_all_forms() {
    Tensor p = Tensor.matrix(new float[] {8, 2}, new float[] {-1, -10});
    assertElements(A.matmul(B.transpose()), Shape.of(2, 2), p.array());
    assertElements(A.matmulTransposed(B), Shape.of(2, 2), p.array());
    assertElements(A.transpose().transposedMatmul(B.transpose()), Shape.of(2, 2), p.array());
    assertElements(A.transposedMatmul(B), Shape.of(3, 3), -2, 3, 8, -9, -6, -3, 12, 9, 6);
  }

  @Test
  void multiplies_empty_matrices() {
    assertElements(
        Tensor.zeros(Shape.of(2, 0)).matmul(Tensor.zeros(Shape.of(0, 2))),
        Shape.of(2, 2),
        0,
        0,
        0,
        0);
    assertElements(Tensor.zeros(Shape.of(0, 3)).matmul(B.transpose()), Shape.of(0, 2));
  }

  @Test
  void transposes_matrices_of_any_size() {
    for (int[] size : new int[][] {{1, 1}, {2, 3}, {33, 65}, {100, 31}, {700, 40}}) {
      Tensor x = Tensor.normal(Shape.of(size[0], size[1]), 1, RandomSource.of(6));
      Tensor t = x.transpose();
      assertThat(t.shape()).isEqualTo(Shape.of(size[1], size[0]));
      for (int i = 0; i < size[0]; i++) {
        for (int j = 0; j < size[1]; j++) {
          assertThat(t.array()[j * size[0] + i]).isEqualTo(x.array()[i * size[1] + j]);
        }
      }
    }
  }

  // ---- moving elements ----

  @Test
  void moves_rows_and_columns() {
    assertElements(A.gatherRows(1, 0, 1), Shape.of(3, 3), 4, 5, -6, 1, -2, 3, 4, 5, -6);
    assertElements(A.gatherRows(), Shape.of(0, 3));
    assertElements(A.scatterRows(3, 2, 2), Shape.of(3, 3), 0, 0, 0, 0, 0, 0, 5, 3, -3);
    assertElements(A.gatherColumns(2, 0), Shape.of(2, 2), 3, 1, -6, 4);
    assertElements(A.reshape(Shape.of(3, 2)), Shape.of(3, 2), A.array());
  }

  @Test
  void scatter_is_the_transpose_of_gather() {
    int[] rows = {3, 1, 3, 0};
    Tensor x = Tensor.normal(Shape.of(5, 4), 1, RandomSource.of(8));
    Tensor g = Tensor.normal(Shape.of(4, 4), 1, RandomSource.of(9));
    assertThat(x.gatherRows(rows).dot(g)).isCloseTo(x.dot(g.scatterRows(5, rows)), within(1e-5f));
  }

  // ---- errors ----

  @Test
  void refuses_shapes_that_do_not_fit_and_says_why() {
    Tensor c = Tensor.zeros(Shape.of(3, 2));
    refuses(() -> A.add(c), "add: (2, 3) and (3, 2) do not fit: shapes must be equal");
    refuses(() -> A.dot(c), "dot: (2, 3) and (3, 2) do not fit: shapes must be equal");
    refuses(
        () -> A.matmul(B),
        "matmul: (2, 3) and (2, 3) do not fit: left columns must equal right rows (3 != 2)");
    refuses(
        () -> A.matmulTransposed(c),
        "matmulTransposed: (2, 3) and (3, 2) do not fit: both must have equally many columns"
            + " (3 != 2)");
    refuses(
        () -> A.transposedMatmul(c),
        "transposedMatmul: (2, 3) and (3, 2) do not fit: both must have equally many rows"
            + " (2 != 3)");
    refuses(
        () -> A.matmul(Tensor.vector(1, 2, 3)),
        "matmul: two matrices are needed, got (2, 3) and (3); reshape them first");
    refuses(
        () -> Tensor.vector(1).transpose(),
        "transpose: a matrix is needed, got shape (1); reshape it first");
    refuses(() -> A.addRow(Tensor.vector(1, 2)), "addRow: (2, 3) needs a row (3), got (2)");
    refuses(() -> A.multiplyRow(Tensor.scalar(1)), "multiplyRow: (2, 3) needs a row (3), got ()");
    refuses(
        () -> A.multiplyColumn(Tensor.vector(1)),
        "multiplyColumn: (2, 3) needs a column (2), got (1)");
    refuses(
        () -> A.reshape(Shape.of(4)),
        "reshape: (2, 3) to (4): the number of elements must stay the same");
    refuses(
        () -> A.scatterRows(3, 1), "scatterRows: (2, 3) needs one target row for each row, got 1");
    refuses(() -> A.item(), "item: shape (2, 3) has not exactly one element");
    refuses(() -> A.get(1), "get: 1 indices for shape (2, 3); give one for each dimension");
    refuses(() -> Tensor.of(S, 1, 2), "tensor: shape (2, 3) needs 6 elements, got 2");
    refuses(
        () -> Tensor.matrix(new float[2], new float[3]),
        "matrix: row 1 has 3 elements, row 0 has 2");
  }

  @Test
  void refuses_indices_that_do_not_exist() {
    refusesIndex(() -> A.get(0, 3), "get: index [0, 3] of shape (2, 3)");
    refusesIndex(() -> A.gatherRows(2), "gatherRows: row 2 of a matrix with 2 rows");
    refusesIndex(() -> A.scatterRows(2, 0, -1), "scatterRows: row -1 of a matrix with 2 rows");
    refusesIndex(() -> A.gatherColumns(3), "gatherColumns: column 3 of a matrix with 3 columns");
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  private static void refusesIndex(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class).hasMessage(message);
  }
}
