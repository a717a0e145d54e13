package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.SvdLinear;
import jada.adalora.TrainingDiverged;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Objective;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.BertConfig;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Numbers that go wrong are found in the step in which they appear.
class TrainerTest {
  private static final int[] BATCH = IntStream.range(0, 8).toArray();

  private final AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
  private final Trainer trainer = new Trainer(model, TinyRun.OPTIONS, 18, new Workspace());
  private final Objective examples = TinyRun.TASK.prepare(TinyRun.TRAIN, model.base(), 12);

  private Map<String, List<List<Float>>> scores() {
    return trainer.ranks().importances().entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e -> e.getValue().state().values().stream().map(TrainerTest::floats).toList()));
  }

  private static List<Float> floats(Tensor tensor) {
    return IntStream.range(0, tensor.size()).mapToObj(i -> tensor.array()[i]).toList();
  }

  @Test
  void names_operation_and_module_of_an_overflow_and_goes_back_to_the_last_finite_loss() {
    trainer.step(0, 0, examples, BATCH);
    Map<String, List<Integer>> good = TinyRun.bits(model); // step 1 finds a finite loss with them
    trainer.step(1, 0, examples, BATCH);
    SvdLinear second = model.svdAdapters().get(1);
    second.lambda().update(values -> values[0] = 3e38f);
    second.p().update(values -> Arrays.fill(values, 3e38f));
    Map<String, List<List<Float>>> scores = scores();

    assertThatThrownBy(() -> trainer.step(2, 0, examples, BATCH))
        .isInstanceOf(TrainingDiverged.class)
        .hasMessageMatching(
            "step 2: the loss is (NaN|Infinity), first made by svdLinear \\(\\d+, 16\\) in %s; .*"
                .formatted(second.name()));

    assertThat(TinyRun.bits(model)).isEqualTo(good);
    assertThat(scores()).isEqualTo(scores);
  }

  /// Large enough to be lent: matrices below a thousand numbers never are.
  @Test
  void what_outlives_a_step_does_not_lie_in_the_arrays_of_the_step() {
    BertConfig wide = new BertConfig(20, 128, 1, 4, 32, 12, 2, 1e-12f, 0, 0);
    AdaLoraConfig config = TinyRun.CONFIG.withInitRank(16).withTargetRank(12);
    AdaptedModel large = AdaLora.adapt(TinyBert.encoder(wide), TinyRun.TASK, config, 3);
    Trainer steps = new Trainer(large, TinyRun.OPTIONS, 18, new Workspace());

    for (int t = 0; t < 18; t++) {
      steps.step(t, 0, examples, BATCH);
    }

    assertThat(large.svdAdapters())
        .anyMatch(adapter -> adapter.triplets() < 16 && adapter.p().value().size() >= 1024);
    assertThat(large.parameters()).allMatch(parameter -> parameter.value().isFinite());
  }

  @Test
  void names_a_parameter_that_is_no_number() {
    model.trainedWeights().get("classifier.bias").update(values -> values[1] = Float.NaN);

    assertThatThrownBy(() -> trainer.step(0, 0, examples, BATCH))
        .isInstanceOf(TrainingDiverged.class)
        .hasMessageStartingWith(
            "step 0: the loss is NaN, first made by parameter classifier.bias; ");
  }

  @Test
  void notices_weights_that_the_optimizer_has_blown_up_and_takes_the_step_back() {
    Map<String, List<Integer>> before = TinyRun.bits(model);
    Trainer rash =
        new Trainer(
            model, TinyRun.OPTIONS.withLearningRate(1e300).withWarmupRatio(0), 18, new Workspace());

    assertThatThrownBy(() -> rash.step(0, 0, examples, BATCH))
        .isInstanceOf(TrainingDiverged.class)
        .hasMessageStartingWith("step 0: the optimizer's step made numbers in parameter ")
        .hasMessageContaining("infinite or NaN; the model keeps its last good state");

    assertThat(TinyRun.bits(model)).isEqualTo(before);
  }

  private static void blowUp(float... values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = i < values.length / 2 ? 1e15f : -1e15f;
    }
  }

  @Test
  void an_infinite_gradient_stops_the_run_and_never_reaches_scores_or_moments() {
    // The loss is about 1e15; that P is 0 hides λ from it, but not from the derivative for P.
    model.trainedWeights().get("classifier.weight").update(TrainerTest::blowUp);
    for (SvdLinear adapter : model.svdAdapters()) {
      adapter.p().update(values -> Arrays.fill(values, 0));
      adapter.lambda().update(values -> Arrays.fill(values, 1e30f));
    }
    Map<String, List<Integer>> before = TinyRun.bits(model);
    Map<String, List<List<Float>>> scores = scores();

    assertThatThrownBy(() -> trainer.step(0, 0, examples, BATCH))
        .isInstanceOf(TrainingDiverged.class)
        .hasMessageMatching(
            "step 0: the gradient norm is (Infinity|NaN), first made by .* in .*; the model"
                + " keeps.*");

    assertThat(TinyRun.bits(model)).isEqualTo(before);
    assertThat(scores()).isEqualTo(scores);
    assertThat(trainer.optimizer().state().moments().values())
        .allSatisfy(
            moments -> {
              assertThat(floats(moments.first())).containsOnly(0f);
              assertThat(floats(moments.second())).containsOnly(0f);
            });
  }
}
