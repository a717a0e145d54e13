package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.training.TrainingOptions.Schedule;
import org.junit.jupiter.api.Test;

class TrainingOptionsTest {

  @Test
  void every_with_method_changes_its_value_and_no_other() {
    TrainingOptions changed =
        TrainingOptions.defaults()
            .withEpochs(5)
            .withMaxSteps(70)
            .withBatchSize(9)
            .withLearningRate(3e-4)
            .withSchedule(Schedule.COSINE)
            .withWarmupRatio(0.2)
            .withWeightDecay(0.3)
            .withMaxLength(40)
            .withMaxGradNorm(1.5)
            .withSeed(11)
            .withThreads(3)
            .withShuffle(false)
            .withEvaluateEveryEpoch(false);

    assertThat(changed)
        .isEqualTo(
            new TrainingOptions(
                5, 70, 9, 3e-4, Schedule.COSINE, 0.2, 0.3, 40, 1.5, 11, 3, false, false));
  }

  @Test
  void refuses_values_that_make_no_sense_and_names_those_that_do() {
    TrainingOptions options = TrainingOptions.defaults();
    assertThatThrownBy(() -> options.withBatchSize(0))
        .hasMessage("batch-size: must be at least 1, got 0");
    assertThatThrownBy(() -> options.withLearningRate(Double.NaN))
        .hasMessageContaining("learning-rate: must be a positive number");
    assertThatThrownBy(() -> options.withWarmupRatio(1)).hasMessageContaining("in [0, 1)");
  }
}
