package jada.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void knows_its_sizes_rows_and_columns() {
    Shape shape = Shape.of(2, 3, 4);
    assertThat(shape.rank()).isEqualTo(3);
    assertThat(shape.size()).isEqualTo(24);
    assertThat(shape.dim(0)).isEqualTo(2);
    assertThat(shape.dim(-1)).isEqualTo(4);
    assertThat(shape.rows()).isEqualTo(6);
    assertThat(shape.columns()).isEqualTo(4);
    assertThat(shape).hasToString("(2, 3, 4)");
  }

  @Test
  void of_a_scalar_has_one_row_of_one_element() {
    Shape scalar = Shape.of();
    assertThat(scalar.rank()).isZero();
    assertThat(scalar.size()).isEqualTo(1);
    assertThat(scalar.rows()).isEqualTo(1);
    assertThat(scalar.columns()).isEqualTo(1);
    assertThat(scalar).hasToString("()");
  }

  @Test
  void keeps_its_rows_where_they_are_empty() {
    assertThat(Shape.of(5, 0).rows()).isEqualTo(5);
    assertThat(Shape.of(5, 0).size()).isZero();
    assertThat(Shape.of(0, 5).rows()).isZero();
  }

  @Test
  void is_a_value() {
    int[] sizes = {2, 3};
    Shape shape = Shape.of(sizes);
    sizes[0] = 7;
    assertThat(shape)
        .isEqualTo(Shape.of(2, 3))
        .hasSameHashCodeAs(Shape.of(2, 3))
        .isNotEqualTo(Shape.of(3, 2))
        .isNotEqualTo(Shape.of(6));
  }

  @Test
  void tells_matrices() {
    assertThat(Shape.of(2, 3).isMatrix(2, 3)).isTrue();
    assertThat(Shape.of(2, 3).isMatrix(3, 2)).isFalse();
    assertThat(Shape.of(6).isMatrix(1, 6)).isFalse();
  }

  @Test
  void refuses_what_cannot_be() {
    assertThatThrownBy(() -> Shape.of(1, 2, 3, 4, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape: at most 4 dimensions, got 5 in [1, 2, 3, 4, 5]");
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape: sizes must not be negative, got [2, -1]");
    assertThatThrownBy(() -> Shape.of(65536, 32768))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape: [65536, 32768] has more elements than one array can hold (2147483647)");
    assertThatThrownBy(() -> Shape.of(2, 3).dim(2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("shape: dimension 2 of (2, 3)");
  }
}
