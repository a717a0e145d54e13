package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Compaction;
import jada.adalora.Method;
import jada.adalora.Steps;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.ClassWeights;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.TrainingOptions.Keep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The best state as the result, an early end, scores every few steps, and gradients of several
/// batches.
class RunChoicesTest {
  private static final int STEPS = 18;
  private static final AdaLoraConfig LORA = TinyRun.CONFIG.withMethod(Method.LORA);

  /// So high a rate that dev gets better and worse.
  private static final TrainingOptions WILD =
      TinyRun.OPTIONS.withLearningRate(0.05).withEvalEvery(1);

  @TempDir private Path temp;

  private record Run(AdaptedModel model, TinyRun.Record record, TrainingResult result) {}

  private static Run run(AdaLoraConfig config, TrainingOptions options) {
    return run(config, options, TinyRun.TRAIN);
  }

  private static Run run(AdaLoraConfig config, TrainingOptions options, Dataset train) {
    AdaptedModel model = TinyRun.model(config);
    TinyRun.Record record = new TinyRun.Record();
    TrainingResult result =
        FineTuner.of(model).options(options).listener(record).run(train, TinyRun.DEV);
    return new Run(model, record, result);
  }

  private static Evaluation best(List<Evaluation> evaluations) {
    return evaluations.stream()
        .max(
            Comparator.comparingDouble(Evaluation::main)
                .thenComparing(Comparator.comparingDouble(Evaluation::loss).reversed()))
        .orElseThrow();
  }

  private static void assertIsTheStateOf(Evaluation evaluation, AdaptedModel model) {
    Evaluation again = Evaluator.evaluate(model, TinyRun.DEV);
    assertThat(again.loss()).isEqualTo(evaluation.loss());
    assertThat(again.metrics()).isEqualTo(evaluation.metrics());
  }

  @Test
  void the_best_state_is_the_result_when_it_is_kept() {
    Run last = run(LORA, WILD);
    Run best = run(LORA, WILD.withKeep(Keep.BEST));

    assertThat(best.record().steps).isEqualTo(last.record().steps); // nothing else changes
    assertThat(best.record().evaluations).isEqualTo(last.record().evaluations).hasSize(STEPS);
    Evaluation result = best.result().evaluation().orElseThrow();
    assertThat(result).isEqualTo(best(best.record().evaluations));
    assertThat(result.step()).isLessThan(STEPS); // else this would show nothing
    assertIsTheStateOf(result, best.model());
    assertThat(last.result().evaluation()).contains(last.record().evaluations.getLast());
    assertIsTheStateOf(last.result().evaluation().orElseThrow(), last.model());
  }

  static Stream<Arguments> adaptive() {
    return Stream.of(
        Arguments.of("paper", TinyRun.CONFIG),
        Arguments.of("paper, masks only", TinyRun.CONFIG.withCompact(Compaction.NEVER)),
        Arguments.of("exact", TinyRun.EXACT),
        Arguments.of("exact, masks only", TinyRun.EXACT.withCompact(Compaction.NEVER)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("adaptive")
  void of_adaptive_ranks_only_final_ones_count(String name, AdaLoraConfig config) {
    Run run = run(config, WILD.withKeep(Keep.BEST));
    int last = STEPS - STEPS / 2; // the step of the last allocation, from 0
    List<Evaluation> counting =
        run.record().evaluations.stream().filter(e -> e.step() > last).toList();
    assertThat(counting).hasSize(9);
    Evaluation result = run.result().evaluation().orElseThrow();
    assertThat(result).isEqualTo(best(counting));
    assertThat(run.model().budget()).isEqualTo(run.record().steps.getLast().activeTriplets());
    assertIsTheStateOf(result, run.model());
  }

  @Test
  void without_pruning_every_state_counts() {
    Run run = run(TinyRun.CONFIG.withInitRank(2), WILD.withKeep(Keep.BEST));
    assertThat(run.result().evaluation()).contains(best(run.record().evaluations));
  }

  @Test
  void a_run_ends_when_dev_gets_no_better() {
    int patience = 3;
    Run whole = run(LORA, WILD);
    Run early = run(LORA, WILD.withPatience(patience));
    List<Evaluation> evaluations = early.record().evaluations;
    assertThat(evaluations)
        .hasSizeLessThan(STEPS)
        .isEqualTo(whole.record().evaluations.subList(0, evaluations.size()));
    int since = evaluations.size() - 1 - evaluations.indexOf(best(evaluations));
    assertThat(since).isEqualTo(patience);
    assertThat(early.result().steps()).isEqualTo(evaluations.size());
    assertThat(early.result().stopped()).isFalse();
    assertThat(early.result().evaluation()).contains(evaluations.getLast());
    Run best = run(LORA, WILD.withPatience(patience).withKeep(Keep.BEST));
    assertThat(best.result().evaluation()).contains(best(evaluations));
  }

  @Test
  void a_run_with_a_budget_does_not_end_before_it_is_reached() {
    Run run = run(TinyRun.CONFIG.withTfinal(Steps.of(6)), WILD.withPatience(1));
    assertThat(run.result().steps()).isGreaterThan(STEPS - 6 + 1);
    assertThat(run.model().budget()).isEqualTo(2 * run.model().adapters().size());
  }

  @Test
  void dev_is_scored_every_so_many_steps() {
    Run run = run(LORA, TinyRun.OPTIONS.withEvalEvery(5));
    assertThat(run.record().evaluations)
        .extracting(Evaluation::step)
        .containsExactly(5, 10, 15, 18);
    assertThat(run(LORA, TinyRun.OPTIONS).record().evaluations)
        .extracting(Evaluation::step)
        .containsExactly(6, 12, 18);
  }

  private static Dataset unbalanced() {
    List<Example> examples = new ArrayList<>(TinyRun.TRAIN.examples().subList(0, 30));
    TinyRun.TRAIN.examples().stream()
        .filter(e -> e.labels().contains("yes"))
        .limit(14)
        .forEach(examples::add);
    return Dataset.of("unbalanced", examples);
  }

  static Stream<Arguments> methods() {
    AdaLoraConfig paper = TinyRun.CONFIG.withLoraDropout(0);
    return Stream.of(
        Arguments.of("paper", paper),
        Arguments.of("exact", TinyRun.EXACT.withLoraDropout(0)),
        Arguments.of("lora", paper.withMethod(Method.LORA)),
        Arguments.of("full", paper.withMethod(Method.FULL)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("methods")
  void accumulated_batches_give_the_numbers_of_a_large_one(String name, AdaLoraConfig config) {
    TrainingOptions weighted =
        TinyRun.OPTIONS
            .withLearningRate(config.method() == Method.FULL ? 1e-3 : 1e-2)
            .withClassWeights(ClassWeights.BALANCED)
            .withLabelSmoothing(0.1);
    Run large = run(config, weighted, unbalanced());
    // The last step of an epoch has 4 examples.
    Run small = run(config, weighted.withBatchSize(4).withAccumulate(2), unbalanced());
    Run eight = run(config, weighted.withBatchSize(1).withAccumulate(8), unbalanced());
    for (Run parts : List.of(small, eight)) {
      assertThat(parts.record().steps).hasSize(STEPS);
      for (int t = 0; t < STEPS; t++) {
        assertThat(parts.record().steps.get(t).loss())
            .as("loss of step %d", t)
            .isCloseTo(large.record().steps.get(t).loss(), within(2e-4));
        assertThat(parts.record().steps.get(t).tokens())
            .isEqualTo(large.record().steps.get(t).tokens());
      }
      assertThat(parts.model().ranks()).isEqualTo(large.model().ranks());
    }
  }

  @Test
  void dropout_falls_on_each_batch_anew() {
    // Two equal batches: the same masks would give the gradients, and so the run, of one of them.
    Dataset twice =
        Dataset.of(
            "twice",
            Stream.of(1, 2).flatMap(_ -> TinyRun.TRAIN.examples().subList(0, 8).stream()).toList());
    Dataset once = Dataset.of("once", twice.examples().subList(0, 8));
    TrainingOptions options = TinyRun.OPTIONS.withShuffle(false).withEpochs(5);
    for (double dropout : List.of(0.0, 0.5)) {
      AdaLoraConfig config = LORA.withLoraDropout(dropout);
      double both =
          run(config, options.withAccumulate(2), twice).result().evaluation().orElseThrow().loss();
      double one = run(config, options, once).result().evaluation().orElseThrow().loss();
      if (dropout == 0) {
        assertThat(both).isCloseTo(one, within(1e-5));
      } else {
        assertThat(both).isNotCloseTo(one, within(1e-4));
      }
    }
  }

  static Stream<Arguments> all() {
    return Stream.concat(
        adaptive(),
        Stream.of(
            Arguments.of("lora", LORA),
            Arguments.of("full", TinyRun.CONFIG.withMethod(Method.FULL))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void all_of_it_goes_on_from_a_checkpoint_with_the_same_bits(String name, AdaLoraConfig config) {
    TrainingOptions options =
        WILD.withLearningRate(config.method() == Method.FULL ? 1e-3 : 0.05)
            .withBatchSize(4)
            .withAccumulate(2)
            .withKeep(Keep.BEST)
            .withPatience(6)
            .withClassWeights(ClassWeights.BALANCED)
            .withLabelSmoothing(0.1);
    Run whole = run(config, options, unbalanced());
    for (int stop = 1; stop < whole.result().steps(); stop++) {
      Path folder = temp.resolve("after-" + stop);
      int most = stop;
      AdaptedModel first = TinyRun.model(config);
      TinyRun.Record record = new TinyRun.Record();
      FineTuner.of(first)
          .options(options)
          .listener(record)
          .stopWhen(() -> record.steps.size() >= most)
          .checkpoints(folder, 0)
          .run(unbalanced(), TinyRun.DEV);
      AdaptedModel second = TinyRun.model(config);
      TrainingResult end =
          FineTuner.of(second)
              .options(options)
              .listener(record)
              .resume(Checkpoint.latest(folder))
              .run(unbalanced(), TinyRun.DEV);
      assertThat(TinyRun.bits(second))
          .as("stopped after %d", stop)
          .isEqualTo(TinyRun.bits(whole.model()));
      assertThat(record.steps).isEqualTo(whole.record().steps);
      assertThat(record.evaluations).isEqualTo(whole.record().evaluations);
      assertThat(end.evaluation()).isEqualTo(whole.result().evaluation());
      assertThat(end.steps()).isEqualTo(whole.result().steps());
    }
  }

  @Test
  void values_that_make_no_sense_are_refused() {
    TrainingOptions options = TrainingOptions.defaults();
    assertThatThrownBy(() -> options.withAccumulate(0)).hasMessageContaining("accumulate: must be");
    assertThatThrownBy(() -> options.withPatience(-1)).hasMessageContaining("patience: must be");
    assertThatThrownBy(() -> options.withEvalEvery(-1)).hasMessageContaining("eval-every: must be");
    assertThatThrownBy(() -> options.withLabelSmoothing(1))
        .hasMessageContaining("label-smoothing: must be in [0, 1), for example 0.1, got 1.0");
  }
}
