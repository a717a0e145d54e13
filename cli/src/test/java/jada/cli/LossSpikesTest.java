package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class LossSpikesTest {
  private final LossSpikes spikes = new LossSpikes();
  private final RandomSource random = RandomSource.of(4);

  private void ordinary(int steps) {
    for (int step = 0; step < steps; step++) {
      double loss = 2.0 / (1 + step * 0.01) + 0.2 * random.nextGaussian();
      assertThat(spikes.seen(step, loss)).as("step %d, loss %f", step, loss).isEmpty();
    }
  }

  @Test
  void says_nothing_of_a_noisy_loss_that_falls() {
    ordinary(2000);
  }

  @Test
  void reports_a_jump_once_in_one_line() {
    ordinary(100);

    assertThat(spikes.seen(100, 9.5))
        .get()
        .asString()
        .matches("step 100: the loss jumps to 9\\.500, \\d\\.\\d times its mean of 1\\.\\d{3}");
    assertThat(spikes.seen(101, 9.5)).isEmpty();
  }
}
