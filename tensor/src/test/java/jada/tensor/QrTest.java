package jada.tensor;

import static jada.tensor.TensorAssert.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class QrTest {
  private final RandomSource random = RandomSource.of(1);

  @Test
  void gives_the_factors_computed_by_hand() {
    // Columns (3, 4) and (1, 2): q₁ = (3, 4)/5, r₁₂ = q₁·(1, 2) = 2.2, the rest (−0.32, 0.24).
    Qr qr = Qr.of(Tensor.matrix(new float[] {3, 1}, new float[] {4, 2}));
    assertClose(qr.q(), Tensor.matrix(new float[] {0.6f, -0.8f}, new float[] {0.8f, 0.6f}), 1e-7);
    assertClose(qr.r(), Tensor.matrix(new float[] {5, 2.2f}, new float[] {0, 0.4f}), 1e-7);
  }

  @Test
  void gives_orthonormal_columns_whose_product_with_r_is_the_matrix() {
    for (int[] size : new int[][] {{1, 1}, {5, 5}, {7, 3}, {384, 12}, {64, 40}, {4, 0}}) {
      Tensor a = Tensor.normal(Shape.of(size[0], size[1]), 2, random);
      Qr qr = Qr.of(a);
      assertClose(qr.q().transposedMatmul(qr.q()), Tensor.identity(size[1]), 1e-6);
      assertClose(qr.q().matmul(qr.r()), a, 2e-6);
    }
  }

  @Test
  void makes_r_upper_triangular_with_a_diagonal_that_is_not_negative() {
    Tensor r = Qr.of(Tensor.normal(Shape.of(20, 9), 1, random)).r();
    for (int i = 0; i < 9; i++) {
      assertThat(r.get(i, i)).isPositive();
      for (int j = 0; j < i; j++) {
        assertThat(r.get(i, j)).isZero();
      }
    }
  }

  @Test
  void gives_orthonormal_columns_where_the_matrix_lacks_rank() {
    Tensor narrow = Tensor.normal(Shape.of(30, 2), 1, random);
    Tensor a = narrow.matmul(Tensor.normal(Shape.of(2, 6), 1, random));
    for (Tensor deficient : new Tensor[] {a, Tensor.zeros(Shape.of(5, 3))}) {
      Qr qr = Qr.of(deficient);
      Tensor gram = qr.q().transposedMatmul(qr.q());
      assertClose(gram, Tensor.identity(deficient.shape().dim(1)), 1e-6);
      assertClose(qr.q().matmul(qr.r()), deficient, 1e-5);
    }
  }

  @Test
  void leaves_an_orthonormal_matrix_as_it_is() {
    Tensor q = Qr.of(Tensor.normal(Shape.of(12, 5), 1, random)).q();
    assertClose(Qr.of(q).q(), q, 1e-6);
  }

  @Test
  void refuses_a_wide_matrix_and_what_is_no_matrix() {
    assertThatThrownBy(() -> Qr.of(Tensor.zeros(Shape.of(2, 3))))
        .hasMessage(
            "qr: a matrix with at least as many rows as columns is needed, got (2, 3);"
                + " transpose it first");
    assertThatThrownBy(() -> Qr.of(Tensor.zeros(Shape.of(2))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
