package jada.adalora.training;

import static jada.adalora.training.TrainingOptions.Schedule.CONSTANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.model.ClassWeights;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.TrainingOptions.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
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
            .withEvaluateEveryEpoch(false)
            .withEvalEvery(7)
            .withKeep(TrainingOptions.Keep.BEST)
            .withPatience(4)
            .withAccumulate(6)
            .withClassWeights(ClassWeights.BALANCED)
            .withLabelSmoothing(0.25);

    assertThat(changed)
        .isEqualTo(
            new TrainingOptions(
                5,
                70,
                9,
                OptionalDouble.of(3e-4),
                Schedule.COSINE,
                0.2,
                0.3,
                40,
                1.5,
                11,
                3,
                false,
                false,
                7,
                TrainingOptions.Keep.BEST,
                4,
                6,
                ClassWeights.BALANCED,
                0.25));
  }

  @Test
  void the_usual_learning_rate_depends_on_what_learns_and_a_chosen_one_does_not() {
    TrainingOptions usual = TrainingOptions.defaults();
    TrainingOptions chosen = usual.withLearningRate(3e-4);

    AdaLoraConfig config = AdaLoraConfig.penalized();
    assertThat(usual.learningRate(config.withMethod(Method.FULL))).isEqualTo(5e-5);
    for (Method method : List.of(Method.ADALORA, Method.LORA, Method.HEAD)) {
      assertThat(usual.learningRate(config.withMethod(method))).as("%s", method).isEqualTo(2e-3);
    }
    AdaLoraConfig exact = AdaLoraConfig.exact();
    assertThat(usual.learningRate(exact)).isEqualTo(1.4e-3);
    assertThat(usual.learningRate(exact.withMethod(Method.LORA))).isEqualTo(2e-3);
    for (Method method : Methods.all()) {
      assertThat(chosen.learningRate(exact.withMethod(method))).as("%s", method).isEqualTo(3e-4);
    }
  }

  @Test
  void a_whole_model_trains_at_its_own_rate_through_the_library_too() {
    List<Double> rates = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            rates.add(report.learningRate());
          }
        };

    FineTuner.of(TinyRun.model(TinyRun.CONFIG.withMethod(Method.FULL)))
        .options(
            TrainingOptions.defaults().withMaxSteps(2).withWarmupRatio(0).withSchedule(CONSTANT))
        .listener(listener)
        .run(TinyRun.TRAIN, TinyRun.DEV);

    assertThat(rates).containsExactly(5e-5, 5e-5);
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
