package jada.tensor;

import static jada.tensor.TensorAssert.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SvdTest {
  private final RandomSource random = RandomSource.of(2);

  @Test
  void gives_the_factors_computed_by_hand() {
    // AᵀA = [[25, 20], [20, 25]] has eigenvalues 45 and 5, vectors (1, 1)/√2 and (1, −1)/√2.
    Svd svd = Svd.of(Tensor.matrix(new float[] {3, 0}, new float[] {4, 5}));
    float h = (float) Math.sqrt(0.5);
    float a = (float) Math.sqrt(0.1);
    assertClose(svd.s(), Tensor.vector((float) Math.sqrt(45), (float) Math.sqrt(5)), 1e-6);
    assertClose(svd.v(), Tensor.matrix(new float[] {h, h}, new float[] {h, -h}), 1e-6);
    assertClose(svd.u(), Tensor.matrix(new float[] {a, 3 * a}, new float[] {3 * a, -a}), 1e-6);
  }

  @Test
  void gives_orthonormal_factors_whose_product_is_the_matrix_tall_square_and_wide() {
    for (int[] size : new int[][] {{1, 1}, {6, 6}, {40, 7}, {7, 40}, {1, 9}, {9, 1}, {3, 0}}) {
      check(Tensor.normal(Shape.of(size[0], size[1]), 3, random), 1e-5);
    }
  }

  @Test
  void gives_orthonormal_factors_where_the_matrix_lacks_rank() {
    Tensor left = Tensor.normal(Shape.of(15, 2), 1, random);
    Tensor right = Tensor.normal(Shape.of(2, 8), 1, random);
    Tensor a = left.matmul(right);
    check(a, 1e-5);
    check(a.transpose(), 1e-5);
    Tensor s = Svd.of(a).s();
    assertThat(s.get(1)).isGreaterThan(0.1f);
    for (int i = 2; i < 8; i++) {
      assertThat(s.get(i)).isLessThan(1e-5f);
    }
    check(Tensor.zeros(Shape.of(4, 3)), 1e-7);
  }

  @Test
  void finds_the_singular_values_that_a_matrix_was_made_with() {
    Tensor u = Qr.of(Tensor.normal(Shape.of(20, 5), 1, random)).q();
    Tensor v = Qr.of(Tensor.normal(Shape.of(9, 5), 1, random)).q();
    Tensor s = Tensor.vector(1000, 100, 10, 1, 0.1f);
    Tensor a = u.multiplyRow(s).matmulTransposed(v);
    Tensor found = Svd.of(a).s();
    for (int i = 0; i < 5; i++) {
      // a was rounded to floats: an absolute error of about 1000 · 2⁻²⁴
      assertThat((double) found.get(i))
          .isCloseTo(s.get(i), org.assertj.core.api.Assertions.within(2e-4));
    }
  }

  @Test
  void survives_columns_of_very_different_size() {
    check(Tensor.matrix(new float[] {1e-18f, 1e18f}, new float[] {1e-18f, -1e18f}), 1e12);
  }

  @Test
  void refuses_what_is_no_matrix_and_what_is_not_finite() {
    assertThatThrownBy(() -> Svd.of(Tensor.vector(1, 2)))
        .hasMessage("svd: a matrix is needed, got shape (2); reshape it first");
    assertThatThrownBy(() -> Svd.of(Tensor.matrix(new float[] {Float.NaN})))
        .hasMessage("svd: the elements must be finite, got NaN or infinity");
  }

  private static void check(Tensor a, double tolerance) {
    Svd svd = Svd.of(a);
    int k = Math.min(a.shape().dim(0), a.shape().dim(1));
    assertClose(svd.u().transposedMatmul(svd.u()), Tensor.identity(k), 1e-6);
    assertClose(svd.v().transposedMatmul(svd.v()), Tensor.identity(k), 1e-6);
    assertClose(svd.u().multiplyRow(svd.s()).matmulTransposed(svd.v()), a, tolerance);
    for (int i = 0; i < k; i++) {
      assertThat(svd.s().get(i)).isNotNegative();
      if (i > 0) {
        assertThat(svd.s().get(i)).isLessThanOrEqualTo(svd.s().get(i - 1));
      }
      float largest = 0;
      for (int row = 0; row < a.shape().dim(0); row++) {
        float value = svd.u().get(row, i);
        largest = Math.abs(value) > Math.abs(largest) ? value : largest;
      }
      assertThat(largest).as("sign of column %d of U", i).isPositive();
    }
  }
}
