package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final Constant ONES = Constant.of(Tensor.full(Shape.of(300, 300), 1));
  private static final TrainingStep STEP = new TrainingStep(42, 7);

  private static float[] training(TrainingStep step, Dropout dropout) {
    return step.call(() -> dropout.forward(ONES)).value().array();
  }

  @Test
  void is_the_identity_outside_a_training_step() {
    assertThat(Dropout.of("a", 0.5f).forward(ONES)).isSameAs(ONES);
  }

  @Test
  void is_the_identity_in_training_where_the_probability_is_zero() {
    Dropout dropout = Dropout.of("a", 0);

    assertThat(STEP.call(() -> dropout.forward(ONES))).isSameAs(ONES);
  }

  @Test
  void drops_the_given_share_and_scales_up_the_rest() {
    float[] y = training(STEP, Dropout.of("a", 0.25f));

    int dropped = 0;
    for (float value : y) {
      assertThat(value == 0 || value == 1 / 0.75f).isTrue();
      dropped += value == 0 ? 1 : 0;
    }
    // 90,000 draws: the standard deviation of the share is 0.0014.
    assertThat(dropped / 90_000.0).isBetween(0.243, 0.257);
  }

  @Test
  void repeats_for_the_same_seed_step_and_layer() {
    assertThat(training(new TrainingStep(42, 7), Dropout.of("a", 0.5f)))
        .isEqualTo(training(STEP, Dropout.of("a", 0.5f)));
  }

  @Test
  void differs_between_seeds_steps_and_layers() {
    float[] y = training(STEP, Dropout.of("a", 0.5f));

    assertDiffersInHalf(y, training(new TrainingStep(43, 7), Dropout.of("a", 0.5f)));
    assertDiffersInHalf(y, training(new TrainingStep(42, 8), Dropout.of("a", 0.5f)));
    assertDiffersInHalf(y, training(STEP, Dropout.of("b", 0.5f)));
    // Seed and step must not be interchangeable.
    assertDiffersInHalf(y, training(new TrainingStep(7, 42), Dropout.of("a", 0.5f)));
  }

  /// Two independent masks with p = 1/2 differ in half of the elements.
  private static void assertDiffersInHalf(float[] a, float[] b) {
    int different = 0;
    for (int i = 0; i < a.length; i++) {
      different += a[i] != b[i] ? 1 : 0;
    }
    assertThat((double) different / a.length).isBetween(0.49, 0.51);
  }

  @Test
  void does_not_depend_on_the_number_of_threads() {
    float[] alone = training(STEP, Dropout.of("a", 0.5f));
    for (int threads = 2; threads <= 4; threads++) {
      try (Workers workers = Workers.of(threads)) {
        assertThat(workers.call(() -> training(STEP, Dropout.of("a", 0.5f)))).isEqualTo(alone);
      }
    }
  }

  @Test
  void refuses_to_drop_everything() {
    assertThatThrownBy(() -> Dropout.of("a", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout: the probability must be at least 0 and below 1, got 1.0");
  }
}
