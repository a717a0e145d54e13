package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Compaction;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.Steps;
import jada.adalora.TargetModules;
import jada.adalora.TrainingDiverged;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Progress;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.model.SingleLabelTask;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyBert;
import jada.adalora.training.TrainingListener.RunPlan;
import jada.adalora.training.TrainingListener.StepReport;
import jada.autograd.Parameter;
import jada.nn.Batch;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FineTunerTest {
  private static final SingleLabelTask TASK = Task.classification("no", "yes");

  /// Three random words; the answer is whether `a` is among them.
  private static final Dataset TRAIN = words("train", 96, 1);

  private static final Dataset DEV = words("dev", 64, 2);

  private static final TrainingOptions OPTIONS =
      TrainingOptions.defaults()
          .withEpochs(10)
          .withBatchSize(8)
          .withLearningRate(1e-2)
          .withThreads(1);

  private static final AdaLoraConfig CONFIG =
      AdaLoraConfig.penalized()
          .withInitRank(4)
          .withTargetRank(2)
          .withTargetModules(TargetModules.named("query", "key", "value", "dense"));

  private static Dataset words(String name, int examples, long seed) {
    RandomSource random = RandomSource.of(seed);
    List<Example> list = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      boolean yes = i % 2 == 0;
      List<String> text = new ArrayList<>();
      for (int w = 0; w < 3; w++) {
        text.add(String.valueOf((char) ('b' + random.nextInt(14))));
      }
      if (yes) {
        text.set(random.nextInt(3), "a");
      }
      list.add(Example.of(String.join(" ", text), yes ? "yes" : "no"));
    }
    return Dataset.of(name, list);
  }

  private static AdaptedModel model(AdaLoraConfig config) {
    return AdaLora.adapt(TinyBert.encoder(), TASK, config, 3);
  }

  private static final class Recorder implements TrainingListener {
    final List<RunPlan> plans = new ArrayList<>();
    final List<StepReport> steps = new ArrayList<>();
    final List<Evaluation> evaluations = new ArrayList<>();

    @Override
    public void started(RunPlan plan) {
      plans.add(plan);
    }

    @Override
    public void stepped(StepReport report) {
      steps.add(report);
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      evaluations.add(evaluation);
    }
  }

  private static Map<String, float[]> values(AdaptedModel model) {
    return model.parameters().stream()
        .collect(Collectors.toMap(Parameter::name, p -> p.value().array().clone()));
  }

  private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach(
        (name, array) -> assertThat(Arrays.equals(array, expected.get(name))).as(name).isTrue());
  }

  @Test
  void learns_and_ends_with_exactly_the_target_budget() {
    AdaptedModel model = model(CONFIG);
    Recorder recorder = new Recorder();
    TrainingResult result =
        FineTuner.of(model).options(OPTIONS).listener(recorder).run(words("many", 480, 4), DEV);

    assertThat(result.evaluation().orElseThrow().main()).isGreaterThan(0.9);
    int matrices = model.svdAdapters().size();
    assertThat(model.budget()).isEqualTo(2 * matrices);
    assertThat(recorder.steps.getLast().activeTriplets()).isEqualTo(2 * matrices);
    assertThat(recorder.steps.getLast().budget()).isEqualTo(2 * matrices);
    assertThat(recorder.plans.getFirst().initialBudget()).isEqualTo(4 * matrices);
  }

  @Test
  void reports_every_step_and_every_epoch() {
    Recorder recorder = new Recorder();
    TrainingResult result =
        FineTuner.of(model(CONFIG))
            .options(OPTIONS.withEpochs(3))
            .listener(recorder)
            .run(TRAIN, DEV);

    assertThat(recorder.steps).extracting(StepReport::step).hasSize(36).startsWith(0, 1, 2);
    assertThat(recorder.steps).extracting(StepReport::epoch).startsWith(0).endsWith(2);
    assertThat(recorder.evaluations).extracting(Evaluation::step).containsExactly(12, 24, 36);
    assertThat(recorder.steps.getFirst().ranks()).hasSize(12);
    assertThat(recorder.steps.stream().mapToLong(StepReport::tokens).sum())
        .isEqualTo(result.tokens())
        .isEqualTo(3L * 96 * 5);
    assertThat(recorder.steps).allSatisfy(s -> assertThat(s.orthReg()).isPositive());
    // Warm-up from 0 over the first ⌈0.06·36⌉ = 3 steps.
    assertThat(recorder.steps.get(0).learningRate()).isZero();
    assertThat(recorder.steps.get(3).learningRate()).isEqualTo(1e-2);
  }

  @Test
  void tells_how_many_texts_lose_their_end() {
    List<String> told = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void textsCut(String dataset, int cut, int of, int maxLength) {
            told.add("%s %d/%d at %d".formatted(dataset, cut, of, maxLength));
          }
        };
    Dataset mixed =
        Dataset.of(
            "mixed",
            List.of(
                Example.of("b c", "no"), Example.of("a b c", "yes"), Example.of("b c d e", "no")));
    FineTuner tuner =
        FineTuner.of(model(CONFIG.withMethod(Method.HEAD))).options(OPTIONS).listener(listener);

    tuner.with(o -> o.withMaxLength(5)).run(mixed, DEV); // [CLS] a b c [SEP]
    assertThat(told).containsExactly("mixed 1/3 at 5");

    told.clear();
    tuner.with(o -> o.withMaxLength(4)).run(mixed, DEV);
    assertThat(told).containsExactly("mixed 2/3 at 4", "dev 64/64 at 4");
  }

  @Test
  void another_seed_gives_another_order() {
    AdaptedModel one = model(CONFIG);
    AdaptedModel other = model(CONFIG);
    FineTuner.of(one).options(OPTIONS.withEpochs(1)).run(TRAIN, DEV);
    FineTuner.of(other).options(OPTIONS.withEpochs(1).withSeed(9)).run(TRAIN, DEV);
    assertThat(values(one).get("classifier.weight"))
        .isNotEqualTo(values(other).get("classifier.weight"));
  }

  @Test
  void keeps_the_order_of_the_file_without_shuffling() {
    List<Double> shuffled = losses(OPTIONS.withMaxSteps(1).withShuffle(true));
    List<Double> inOrder = losses(OPTIONS.withMaxSteps(1).withShuffle(false));
    Dataset first = Dataset.of("first", TRAIN.examples().subList(0, 8));
    Recorder recorder = new Recorder();
    FineTuner.of(model(CONFIG.withTinit(Steps.of(0)).withTfinal(Steps.of(0))))
        .options(OPTIONS.withMaxSteps(1).withShuffle(false))
        .listener(recorder)
        .run(first, DEV);
    assertThat(inOrder).containsExactly(recorder.steps.getFirst().loss());
    assertThat(shuffled).isNotEqualTo(inOrder);
  }

  private static List<Double> losses(TrainingOptions options) {
    Recorder recorder = new Recorder();
    FineTuner.of(model(CONFIG.withTinit(Steps.of(0)).withTfinal(Steps.of(0))))
        .options(options)
        .listener(recorder)
        .run(TRAIN, DEV);
    return recorder.steps.stream().map(StepReport::loss).toList();
  }

  @Test
  void stops_at_a_loss_that_is_not_a_number_and_goes_back_to_the_last_that_was_one() {
    AdaptedModel model = model(CONFIG);
    List<Map<String, float[]>> good = new ArrayList<>();
    TrainingListener poison =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            if (report.step() == 3) {
              good.add(values(model)); // with which step 4 finds a finite loss
            }
            if (report.step() == 4) {
              model.svdAdapters().getFirst().lambda().update(v -> v[0] = Float.NaN);
            }
          }
        };
    FineTuner tuner = FineTuner.of(model).options(OPTIONS).listener(poison);

    assertThatThrownBy(() -> tuner.run(TRAIN, DEV))
        .isInstanceOfSatisfying(TrainingDiverged.class, e -> assertThat(e.step()).isEqualTo(5))
        .hasMessageStartingWith("step 5: the loss is NaN")
        .hasMessageContaining("`learning-rate`");
    assertSameBits(values(model), good.getFirst());
  }

  @Test
  void stops_when_asked_after_a_whole_step() {
    Recorder recorder = new Recorder();
    TrainingResult result =
        FineTuner.of(model(CONFIG))
            .options(OPTIONS)
            .listener(recorder)
            .stopWhen(() -> recorder.steps.size() == 7)
            .run(TRAIN, DEV);
    assertThat(result.stopped()).isTrue();
    assertThat(result.steps()).isEqualTo(7);
    assertThat(result.evaluation()).isEmpty();
  }

  @Test
  void refuses_a_schedule_that_cannot_fit_the_run() {
    AdaLoraConfig config = CONFIG.withTinit(Steps.of(100)).withTfinal(Steps.of(100));
    assertThatThrownBy(
            () -> FineTuner.of(model(config)).options(OPTIONS.withEpochs(1)).run(TRAIN, DEV))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("100")
        .hasMessageContaining("12");
  }

  @Test
  void refuses_a_dev_label_that_training_does_not_know() {
    Dataset dev = Dataset.of("dev.tsv", List.of(Example.of("a b", "perhaps")));
    assertThatThrownBy(() -> FineTuner.of(model(CONFIG)).options(OPTIONS).run(TRAIN, dev))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dev.tsv:1")
        .hasMessageContaining("perhaps");
  }

  @Test
  void trains_with_every_method() {
    for (Method method : Methods.all()) {
      AdaptedModel model = model(CONFIG.withMethod(method));
      Recorder recorder = new Recorder();
      FineTuner.of(model).options(OPTIONS).listener(recorder).run(TRAIN, DEV);
      assertThat(recorder.steps.getLast().loss())
          .as(method.name())
          .isLessThan(recorder.steps.getFirst().loss());
    }
  }

  @Test
  void dropping_dead_triplets_without_penalty_changes_nothing_but_rounding() {
    AdaLoraConfig config = CONFIG.withOrthRegWeight(0);
    List<Float> dropped = finalLogits(config.withCompact(Compaction.FINAL));
    List<Float> masked = finalLogits(config.withCompact(Compaction.NEVER));
    for (int i = 0; i < dropped.size(); i++) {
      assertThat(dropped.get(i)).isCloseTo(masked.get(i), offset(1e-3f));
    }
  }

  private static List<Float> finalLogits(AdaLoraConfig config) {
    AdaptedModel model = model(config);
    FineTuner.of(model).options(OPTIONS).run(TRAIN, DEV);
    return Predictor.of(model).predict(inputs()).stream()
        .flatMap(p -> p.logits().stream())
        .toList();
  }

  private static List<Input> inputs() {
    return DEV.examples().stream().map(Example::input).toList();
  }

  @Test
  void learns_numbers() {
    List<Example> examples =
        TRAIN.examples().stream()
            .map(e -> Example.of(e.text(), e.label().equals("yes") ? "1.5" : "-0.5"))
            .toList();
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), Task.regression(), CONFIG, 3);
    Dataset data = Dataset.of("numbers", examples);
    Evaluation evaluation =
        FineTuner.of(model).options(OPTIONS).run(data, data).evaluation().orElseThrow();
    assertThat(evaluation.mainMetric()).isEqualTo("pearson");
    assertThat(evaluation.main()).isGreaterThan(0.9);
    assertThat(Double.parseDouble(Predictor.of(model).predict("a c d").label()))
        .isBetween(0.5, 2.5);
  }

  @Test
  void evaluation_agrees_with_predictions_one_by_one() {
    AdaptedModel model = model(CONFIG);
    FineTuner.of(model).options(OPTIONS.withEpochs(2)).run(TRAIN, DEV);
    Predictor predictor = Predictor.of(model);
    long right =
        DEV.examples().stream()
            .filter(e -> predictor.predict(e.text()).label().equals(e.label()))
            .count();
    Evaluation evaluation = Evaluator.evaluate(model, DEV, 128);
    assertThat(evaluation.main()).isEqualTo(right / (double) DEV.size());
    Prediction prediction = predictor.predict("a b c");
    assertThat(prediction.scores().values().stream().mapToDouble(Double::doubleValue).sum())
        .isCloseTo(1, offset(1e-6));
  }

  @Test
  void a_predictor_answers_with_the_model_as_it_was_when_made() {
    AdaptedModel model = model(CONFIG);
    TinyBert.pretendTraining(model, 5);
    List<Input> inputs = inputs();
    Predictor predictor = Predictor.of(model);
    List<Prediction> before = predictor.predict(inputs);
    for (int i = 0; i < inputs.size(); i++) {
      Batch one = Batch.of(List.of(EncodedExamples.encode(inputs.get(i), model.base(), 128)));
      for (int k = 0; k < 2; k++) {
        assertThat(before.get(i).logits().get(k))
            .isCloseTo(model.output(one).value().get(0, k), offset(1e-5f));
      }
    }
    TinyBert.pretendTraining(model, 6);
    assertThat(predictor.predict(inputs)).isEqualTo(before);
    assertThat(Predictor.of(model).predict(inputs)).isNotEqualTo(before);
  }

  @Test
  void many_threads_predict_what_one_thread_predicts() throws Exception {
    Predictor predictor = Predictor.of(model(CONFIG));
    List<Prediction> expected = predictor.predict(inputs());
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Callable<List<Prediction>> work = () -> predictor.predict(inputs());
      for (Future<List<Prediction>> future : pool.invokeAll(List.of(work, work, work, work))) {
        assertThat(future.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void a_head_alone_is_trained_on_the_frozen_encoder() {
    Evaluation evaluation =
        HeadBaseline.measure(TinyBert.encoder(), TASK, OPTIONS, TRAIN, DEV, Progress.none());
    // A random encoder of two layers leaves something of the words in the first token; a constant
    // answer is right for one of two.
    assertThat(evaluation.main()).isGreaterThan(0.6);
  }
}
