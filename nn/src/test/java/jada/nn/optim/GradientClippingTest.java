package jada.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Golden;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class GradientClippingTest {
  /// Made by src/test/python/training_golden.py.
  private final JsonNode golden = Golden.read("training_golden.json").get("clipping");

  private final Parameter a = Parameter.of("a", Tensor.zeros(Shape.of(3, 2)));
  private final Parameter b = Parameter.of("b", Tensor.zeros(Shape.of(5)));

  /// Gradients that are the given numbers: those of Σ a ⊙ ga + Σ b ⊙ gb.
  private Gradients gradients(float[] ga, float[] gb) {
    Variable atA = Ops.sum(Ops.multiply(a, Constant.of(Tensor.of(a.shape(), ga))));
    Variable atB = Ops.sum(Ops.multiply(b, Constant.of(Tensor.of(b.shape(), gb))));
    return Gradients.of(Ops.add(atA, atB));
  }

  private Gradients golden() {
    return gradients(Golden.floats(golden.get("a")), Golden.floats(golden.get("b")));
  }

  private Gradients golden(double size) {
    return golden().scale((float) size);
  }

  @Test
  void clips_as_torch_does() {
    for (JsonNode run : golden.get("cases")) {
      GradientClipping clipped =
          GradientClipping.clip(golden(run.get("size").asDouble()), run.get("limit").asDouble());

      assertThat(clipped.norm()).isCloseTo(run.get("norm").asDouble(), within(1e-6));
      Golden.assertClose("a", clipped.gradients().of(a), Golden.floats(run.get("a")), 0, 3e-7);
      Golden.assertClose("b", clipped.gradients().of(b), Golden.floats(run.get("b")), 0, 3e-7);
    }
  }

  @Test
  void measures_without_clipping_where_the_limit_is_zero() {
    Gradients gradients = golden();

    GradientClipping measured = GradientClipping.clip(gradients, 0);

    assertThat(measured.gradients()).isSameAs(gradients);
    assertThat(measured.norm())
        .isCloseTo(golden.get("cases").get(0).get("norm").asDouble(), within(1e-6));
    assertThat(measured.isFinite()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void hands_a_norm_that_is_not_finite_to_the_caller(float broken) {
    Gradients gradients =
        gradients(new float[] {1, 2, 3, 4, 5, 6}, new float[] {0, 0, broken, 0, 0});

    GradientClipping clipped = GradientClipping.clip(gradients, 1);

    assertThat(clipped.norm()).isEqualTo(Double.valueOf(broken));
    assertThat(clipped.isFinite()).isFalse();
    assertThat(clipped.gradients()).isSameAs(gradients);
  }

  @Test
  void refuses_a_negative_limit() {
    assertThatThrownBy(() -> GradientClipping.clip(golden(), -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gradient clipping: the limit must be positive, or 0 for none, got -1.0");
  }
}
