package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LinearTest {
  @Test
  void multiplies_by_the_transposed_weight_and_adds_the_bias() {
    Linear linear =
        new Linear(
            "dense",
            Constant.of(Tensor.matrix(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6})),
            Constant.of(Tensor.vector(10, 20, 30)));

    Tensor y = linear.forward(Constant.of(Tensor.matrix(new float[] {1, -1}))).value();

    assertThat(y.shape()).isEqualTo(Shape.of(1, 3));
    assertThat(y.array()).containsExactly(9, 19, 29);
  }

  @Test
  void refuses_a_bias_that_does_not_fit_the_weight() {
    assertThatThrownBy(
            () ->
                new Linear(
                    "bert.pooler.dense",
                    Constant.of(Tensor.zeros(Shape.of(2, 3))),
                    Constant.of(Tensor.zeros(Shape.of(3)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "linear: bert.pooler.dense needs a weight (out, in) and a bias (out), got (2, 3) and"
                + " (3); a weight stored as (in, out) must be transposed");
  }
}
