package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.PackedOperand;
import org.junit.jupiter.api.Test;

class ConstantTest {
  private final RandomSource random = RandomSource.of(1);

  @Test
  void a_frozen_weight_gives_the_bits_of_a_trained_one() {
    Tensor x = Tensor.normal(Shape.of(7, 21), 1, random);
    Tensor w = Tensor.normal(Shape.of(37, 21), 1, random);
    Tensor bias = Tensor.normal(Shape.of(37), 1, random);

    Parameter input = Parameter.of("x", x);
    Variable frozen = Fused.linear(input, Constant.of(w), Constant.of(bias));
    Variable trained = Fused.linear(input, Parameter.of("w", w), Constant.of(bias));

    assertThat(frozen.value().array()).containsExactly(trained.value().array());
    assertThat(gradient(input, frozen)).containsExactly(gradient(input, trained));
  }

  @Test
  void a_large_weight_is_packed_for_the_forward_pass_alone_and_gives_the_same() {
    Constant largest = Constant.of(Tensor.normal(Shape.of(1024, 1024), 1, random));
    Constant larger = Constant.of(Tensor.normal(Shape.of(1025, 1024), 1, random));
    Parameter x = Parameter.of("x", Tensor.normal(Shape.of(1, 1024), 1, random));
    Constant bias = Constant.of(Tensor.zeros(Shape.of(1025)));

    assertThat(largest.packed()).isInstanceOf(PackedOperand.class);
    assertThat(larger.packed()).isInstanceOf(Operand.class);
    float[] frozen = gradient(x, Fused.linear(x, larger, bias));
    Parameter w = Parameter.of("w", larger.value());
    assertThat(frozen).containsExactly(gradient(x, Fused.linear(x, w, bias)));
  }

  private static float[] gradient(Parameter input, Variable y) {
    return Gradients.of(Ops.sum(Ops.multiply(y, y))).of(input).array();
  }
}
