package jada.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LayerNormTest {
  private static final Constant GAMMA = Constant.of(Tensor.vector(2, 2, 2));
  private static final Constant BETA = Constant.of(Tensor.vector(1, 1, 1));

  @Test
  void gives_each_row_the_mean_beta_and_the_deviation_gamma() {
    LayerNorm norm = new LayerNorm(GAMMA, BETA, 1e-12f);

    Tensor y =
        norm.forward(Constant.of(Tensor.matrix(new float[] {1, 2, 3}, new float[] {10, 0, -10})))
            .value();

    float step = 2 * (float) Math.sqrt(1.5); // the deviation of 1, 2, 3 is √(2/3)
    Golden.assertClose("y", y, new float[] {1 - step, 1, 1 + step, 1 + step, 1, 1 - step}, 1e-6, 0);
  }

  @Test
  void refuses_vectors_of_different_lengths() {
    assertThatThrownBy(() -> new LayerNorm(GAMMA, Constant.of(Tensor.vector(1, 1)), 1e-12f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layerNorm: gamma and beta must be vectors of equal length, got (3) and (2)");
  }

  @Test
  void refuses_an_epsilon_of_zero() {
    assertThatThrownBy(() -> new LayerNorm(GAMMA, BETA, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layerNorm: epsilon must be positive, got 0.0");
  }
}
