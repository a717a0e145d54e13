package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.autograd.Variable;
import jada.nn.Linear;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LoraLinearTest {
  private final RandomSource random = RandomSource.of(1);
  private final Variable weight = Constant.of(Tensor.normal(Shape.of(7, 5), 1, random));
  private final Variable bias = Constant.of(Tensor.normal(Shape.of(7), 1, random));
  private final Variable x = Constant.of(Tensor.normal(Shape.of(4, 5), 1, random));

  @Test
  void starts_as_the_frozen_layer_bit_for_bit_with_a_within_its_bounds() {
    LoraLinear layer = LoraLinear.start("layer", weight, bias, 3, 2, 0, random);
    assertThat(layer.forward(x).value().array())
        .isEqualTo(new Linear("base", weight, bias).forward(x).value().array());
    double squares = 0;
    for (float a : layer.a().value().array()) {
      assertThat(a).isBetween((float) (-1 / Math.sqrt(5)), (float) (1 / Math.sqrt(5)));
      squares += a * a;
    }
    assertThat(squares / 15).as("variance 1/(3·in)").isCloseTo(1 / 15.0, within(0.05));
  }

  @Test
  void adds_delta_to_the_weight() {
    LoraLinear layer =
        new LoraLinear(
            "layer",
            weight,
            bias,
            Tensor.normal(Shape.of(2, 5), 1, random),
            Tensor.normal(Shape.of(7, 2), 1, random),
            4,
            0);
    Tensor whole = weight.value().add(layer.delta());
    Tensor expected = x.value().matmulTransposed(whole).addRow(bias.value());
    assertThat(layer.forward(x).value().array()).containsExactly(expected.array(), within(1e-4f));
    assertThat(layer.merge().forward(x).value().array())
        .containsExactly(expected.array(), within(1e-4f));
    assertThat(layer.rank()).isEqualTo(2);
  }

  @Test
  void refuses_factors_that_do_not_fit() {
    Tensor a = Tensor.zeros(Shape.of(2, 5));
    Tensor b = Tensor.zeros(Shape.of(7, 3));
    assertThatThrownBy(() -> new LoraLinear("layer", weight, bias, a, b, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layer: A (2, 5) and B (7, 3) must be (r, in) and (out, r) for the weight (7, 5)");
  }
}
