package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdaptiveRanks;
import jada.adalora.BudgetSchedule;
import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.ImportanceScore;
import jada.adalora.Orthogonality;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.adalora.Triplets;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Objective;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.TrainingListener.StepReport;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.nn.Batch;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.nn.optim.AdamW;
import jada.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Jada guarantees where others fail, one test for each guarantee that package-info lists.
class GuaranteesTest {
  private static final Task TASK = Task.classification("x", "y");
  private static final Dataset DATA = data();
  private static final int STEPS = 40;
  private static final TargetModules ALL =
      TargetModules.named("query", "key", "value", "output.dense", "intermediate.dense");
  private static final AdaLoraConfig CONFIG =
      AdaLoraConfig.penalized()
          .withTargetModules(ALL)
          .withInitRank(3)
          .withTargetRank(1)
          .withTinit(Steps.of(5))
          .withTfinal(Steps.of(15));
  private static final int MATRICES = 12;

  @TempDir Path temp;

  private static Dataset data() {
    List<Example> examples = new ArrayList<>();
    for (String text : List.of("a c d", "b e", "a f g h", "b d c", "a", "e b f", "g a", "h h b")) {
      examples.add(Example.of(text, text.contains("a") ? "x" : "y"));
    }
    return Dataset.of("eight", examples);
  }

  private static AdaptedModel model(AdaLoraConfig config) {
    return AdaLora.adapt(TinyBert.withPooler(), TASK, config, 1);
  }

  private static FineTuner tuner(AdaptedModel model) {
    return FineTuner.of(model)
        .with(
            o ->
                o.withBatchSize(4)
                    .withEpochs(STEPS / 2)
                    .withLearningRate(1e-2)
                    .withEvaluateEveryEpoch(false)
                    .withThreads(1));
  }

  private static List<StepReport> train(AdaptedModel model) {
    List<StepReport> reports = new ArrayList<>();
    tuner(model).listener(recorder(reports)).run(DATA, DATA);
    return reports;
  }

  private static TrainingListener recorder(List<StepReport> reports) {
    return new TrainingListener() {
      @Override
      public void stepped(StepReport report) {
        reports.add(report);
      }
    };
  }

  private static List<AdaLoraConfig> readings() {
    return List.of(
        CONFIG,
        CONFIG.withImportance(ImportanceScore.MAGNITUDE),
        AdaLoraConfig.article()
            .withTargetModules(ALL)
            .withInitRank(3)
            .withTargetRank(1)
            .withTinit(Steps.of(5)));
  }

  @Test
  void guarantee_1_the_budget_is_met_exactly_also_where_all_scores_tie() {
    for (AdaLoraConfig config : readings()) {
      AdaptedModel model = model(config);
      AdaptiveRanks ranks = new AdaptiveRanks(config, model.svdAdapters(), STEPS);
      // λ = 0 and a loss without slope: every score is 0, every triplet ties with every other.
      model.svdAdapters().forEach(a -> a.lambda().update(w -> java.util.Arrays.fill(w, 0)));
      Gradients flat = Gradients.of(Ops.scale(loss(model), 0));
      int allocations = 0;
      for (int t = 0; t < STEPS; t++) {
        ranks.beforeStep(t, flat);
        ranks.afterStep(t, flat, _ -> {});
        if (ranks.schedule().allocates(t)) {
          assertThat(ranks.active()).as("at %d", t).isEqualTo(ranks.schedule().budget(t));
          allocations++;
          if (config.compact() == Compaction.FINAL && dropped(model)) {
            flat = Gradients.of(Ops.scale(loss(model), 0));
          }
        }
      }
      assertThat(allocations).isGreaterThan(10);
      assertThat(ranks.active()).isEqualTo(MATRICES);
      assertThat(model.ranks().firstEntry().getValue()).as("ties go by index").isEqualTo(3);
      assertThat(model.ranks().lastEntry().getValue()).as("ties go by index").isZero();
    }
  }

  private static boolean dropped(AdaptedModel model) {
    return model.svdAdapters().stream().anyMatch(a -> a.triplets() < a.initialRank());
  }

  private static jada.autograd.Variable loss(AdaptedModel model) {
    Objective examples = TASK.prepare(DATA, model.base(), 12);
    int[] all = {0, 1, 2, 3, 4, 5, 6, 7};
    return Ops.add(
        examples.loss(model, all),
        Orthogonality.penalty(model.config().orthPenalty(), model.svdAdapters()));
  }

  @Test
  void guarantee_2_the_optimizer_cannot_undo_a_mask_as_it_does_in_the_articles_own_order() {
    AdaLoraConfig config = CONFIG.withTfinal(Steps.of(0)).withCompact(Compaction.NEVER);

    AdaptedModel wrong = model(config);
    AdaptiveRanks ranks = new AdaptiveRanks(config, wrong.svdAdapters(), STEPS);
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(wrong.parameters(), 0)));
    for (int t = 0; t < STEPS; t++) {
      Gradients gradients = Gradients.of(loss(wrong));
      ranks.beforeStep(t, gradients);
      ranks.afterStep(t, gradients, _ -> {}); // the article's loop: masks first,
      optimizer.step(gradients, 1e-2); // then the step, and momentum moves every λ
    }
    assertThat(ranks.active()).as("what the masks say").isEqualTo(MATRICES);
    assertThat(nonzero(wrong)).as("what is there").isEqualTo(3 * MATRICES);

    for (AdaLoraConfig reading : readings()) {
      AdaptedModel right = model(reading.withCompact(Compaction.NEVER));
      train(right);
      assertThat(nonzero(right)).isEqualTo(MATRICES);
    }
  }

  private static int nonzero(AdaptedModel model) {
    int count = 0;
    for (SvdLinear adapter : model.svdAdapters()) {
      for (float lambda : adapter.lambda().value().array()) {
        count += lambda == 0 ? 0 : 1;
      }
    }
    return count;
  }

  @Test
  void guarantee_3_allocation_always_happens() {
    for (AdaLoraConfig config : readings()) {
      AdaptedModel model = model(config);
      tuner(model).run(DATA, DATA); // nothing else to call
      assertThat(model.budget()).isEqualTo(MATRICES);
    }
  }

  @Test
  void guarantee_4_the_schedule_fits_the_run_or_is_refused_with_numbers_that_would() {
    BudgetSchedule fractions =
        BudgetSchedule.of(
            CONFIG.withTinit(Steps.fraction(0.1)).withTfinal(Steps.fraction(0.5)), MATRICES, STEPS);
    assertThat(fractions.tinit()).isEqualTo(4);
    assertThat(fractions.tfinal()).isEqualTo(20);
    AdaptedModel model = model(CONFIG.withTinit(Steps.of(30)).withTfinal(Steps.of(10)));
    assertThatThrownBy(() -> tuner(model).run(DATA, DATA))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tinit 30 and tfinal 10 leave no step to prune in a run of 40 steps")
        .hasMessageContaining("for example tinit 4 and tfinal 20");
    assertThatThrownBy(() -> model(CONFIG.withTargetRank(4)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("set init-r to 6, or to 4");
  }

  @Test
  void guarantee_5_task_loss_and_penalty_are_reported_apart_and_evaluation_has_no_penalty() {
    AdaptedModel without = model(CONFIG.withOrthRegWeight(0));
    AdaptedModel with = model(CONFIG.withOrthRegWeight(7));
    StepReport free = train(without).getFirst();
    StepReport bound = train(with).getFirst();
    assertThat(bound.loss()).isEqualTo(free.loss());
    assertThat(free.orthReg()).isZero();
    double start =
        Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, model(CONFIG).svdAdapters())
            .value()
            .item();
    assertThat(bound.orthReg()).isCloseTo(7 * start, within(1e-5));

    Tensor logits = with.output(Batch.of(encodings(with))).value();
    double sum = 0;
    for (int i = 0; i < DATA.size(); i++) {
      int wanted = DATA.examples().get(i).label().equals("x") ? 0 : 1;
      sum += Math.log1p(Math.exp(logits.get(i, 1 - wanted) - logits.get(i, wanted)));
    }
    assertThat(Evaluator.evaluate(with, DATA, 12).loss())
        .isCloseTo(sum / DATA.size(), within(1e-5));
  }

  private static List<jada.nn.text.Encoding> encodings(AdaptedModel model) {
    return DATA.examples().stream()
        .map(e -> EncodedExamples.encode(e.input(), model.base(), 12))
        .toList();
  }

  @Test
  void guarantee_6_shapes_shrink_once_ranks_are_final() {
    AdaptedModel model = model(CONFIG);
    long before = adapterSize(model);
    List<StepReport> reports = train(model);
    int size = 0;
    for (SvdLinear adapter : model.svdAdapters()) {
      assertThat(adapter.triplets()).isEqualTo(adapter.rank());
      assertThat(adapter.p().shape().dim(1)).isEqualTo(adapter.rank());
      assertThat(adapter.q().shape().dim(0)).isEqualTo(adapter.rank());
      size += adapter.rank() * BudgetUnit.PARAMETERS.cost(adapter);
    }
    assertThat(adapterSize(model)).isEqualTo(size).isLessThan(before / 2);
    assertThat(reports.getLast().activeTriplets()).isEqualTo(model.budget());
  }

  private static long adapterSize(AdaptedModel model) {
    return model.svdAdapters().stream()
        .flatMap(a -> a.parameters().stream())
        .mapToLong(p -> p.value().size())
        .sum();
  }

  /// In the paper's reading a masked triplet may come back, and the scores are averages over the
  /// past: a run that lost either would go on otherwise. [CheckpointTest] stops runs of all kinds
  /// after each of their steps.
  @Test
  void guarantee_7_resume_is_exact_also_for_masked_triplets_and_smoothed_scores() {
    int stop = 13; // while the budget falls: some triplets are masked, none has been dropped
    for (AdaLoraConfig config : readings()) {
      AdaptedModel whole = model(config);
      TrainingResult expected = tuner(whole).run(DATA, DATA);

      Path folder = temp.resolve(config.importance().name());
      AdaptedModel stopped = model(config);
      List<StepReport> reports = new ArrayList<>();
      tuner(stopped)
          .listener(recorder(reports))
          .stopWhen(() -> reports.size() == stop)
          .checkpoints(folder, 0)
          .run(DATA, DATA);
      assertThat(stopped.budget()).isLessThan(3 * MATRICES).isGreaterThan(MATRICES);
      assertThat(stopped.svdAdapters()).extracting(SvdLinear::triplets).contains(3);

      AdaptedModel resumed = model(config);
      TrainingResult result = tuner(resumed).resume(Checkpoint.latest(folder)).run(DATA, DATA);
      assertThat(TinyRun.bits(resumed)).isEqualTo(TinyRun.bits(whole));
      assertThat(result.scores()).isEqualTo(expected.scores());
    }
  }

  @Test
  void guarantee_8_a_matrix_may_end_at_rank_0_and_trains_saves_loads_and_merges() {
    AdaptedModel model = model(CONFIG);
    SvdLinear first = model.svdAdapters().getFirst();
    first.mask(new BitSet());
    first.dropMasked();
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(model.parameters(), 0)));
    for (int t = 0; t < 3; t++) {
      optimizer.step(Gradients.of(loss(model)), 1e-2);
    }
    float[] expected = model.output(TinyBert.BATCH).value().array();
    PeftFolder.save(model, temp.resolve("adapter"));
    AdaptedModel loaded = PeftFolder.load(TinyBert.withPooler(), temp.resolve("adapter"));
    assertThat(loaded.ranks().firstEntry().getValue()).isZero();
    assertThat(loaded.output(TinyBert.BATCH).value().array())
        .containsExactly(expected, within(1e-6f));
    Map<String, Tensor> merged = loaded.merged().weights();
    String query = "encoder.layer.0.attention.self.query.weight";
    assertThat(merged.get(query).array()).isEqualTo(model.base().weights().get(query).array());
    assertThat(TinyBert.logits(merged, 2)).containsExactly(expected, within(1e-5f));
  }

  @Test
  void guarantee_9_export_to_plain_lora_is_lossless() throws Exception {
    AdaptedModel model = model(CONFIG);
    TinyBert.pretendTraining(model, 6);
    Path folder = temp.resolve("lora");
    PeftFolder.save(model.toLora(), folder);
    Map<String, Tensor> tensors = Safetensors.read(folder.resolve("adapter_model.safetensors"));
    JsonNode config =
        JsonMapper.shared().readTree(Files.readString(folder.resolve("adapter_config.json")));
    assertThat(config.get("peft_type").asString()).isEqualTo("LORA");
    for (SvdLinear adapter : model.svdAdapters()) {
      String name = "base_model.model." + adapter.name();
      if (adapter.rank() == 0) {
        assertThat(tensors).doesNotContainKey(name + ".lora_A.weight");
        continue;
      }
      Triplets living = adapter.values().keep(adapter.alive().stream().toArray());
      Tensor scaled = living.p().multiplyRow(living.lambda()).scale(adapter.scale());
      assertThat(tensors.get(name + ".lora_A.weight").array()).isEqualTo(living.q().array());
      assertThat(tensors.get(name + ".lora_B.weight").array()).isEqualTo(scaled.array());
      int rank = adapter.rank();
      assertThat(config.get("rank_pattern").path(adapter.name()).asInt(config.get("r").asInt()))
          .isEqualTo(rank);
      assertThat(
              config
                  .get("alpha_pattern")
                  .path(adapter.name())
                  .asDouble(config.get("lora_alpha").asDouble()))
          .as("alpha = r")
          .isEqualTo(rank);
    }
    assertThat(
            PeftFolder.load(TinyBert.withPooler(), folder).output(TinyBert.BATCH).value().array())
        .containsExactly(model.output(TinyBert.BATCH).value().array(), within(1e-5f));
  }

  @Test
  void guarantee_10_a_budget_in_parameters_is_kept_and_used_up() {
    for (AdaLoraConfig reading : readings()) {
      for (Compaction compact : Compaction.values()) {
        AdaLoraConfig config = reading.withBudgetUnit(BudgetUnit.PARAMETERS).withCompact(compact);
        AdaptedModel model = model(config);
        Map<Integer, Integer> spent = new LinkedHashMap<>();
        List<StepReport> reports = new ArrayList<>();
        TrainingListener after =
            new TrainingListener() {
              @Override
              public void stepped(StepReport report) {
                spent.put(report.step(), model.spentBudget());
              }
            };
        tuner(model).listener(recorder(reports)).listener(after).run(DATA, DATA);
        // Each of the two layers: four matrices of 16 + 1 + 16, two of 16 + 1 + 32.
        int perRank = 2 * (4 * 33 + 2 * 49);
        assertThat(reports.getFirst().budget()).isEqualTo(3 * perRank);
        assertThat(reports.getLast().budget()).isEqualTo(perRank);
        for (StepReport report : reports) {
          assertThat(spent.get(report.step())).isLessThanOrEqualTo(report.budget());
        }
        assertThat(model.spentBudget()).isGreaterThan(perRank - 49);
        assertThat(nonzero(model)).isEqualTo(model.budget());
      }
    }
  }

  @Test
  void merging_leaves_the_base_bit_for_bit_so_nothing_has_to_be_undone() {
    AdaptedModel model = model(CONFIG);
    TinyBert.pretendTraining(model, 6);
    Map<String, Tensor> base = TinyBert.withPooler().weights();
    float[] logits = model.output(TinyBert.BATCH).value().array().clone();
    Map<String, Tensor> merged = model.merged().weights();
    assertThat(merged.get("encoder.layer.1.output.dense.weight").array())
        .isNotEqualTo(base.get("encoder.layer.1.output.dense.weight").array());
    model
        .base()
        .weights()
        .forEach((name, now) -> assertThat(now.array()).as(name).isEqualTo(base.get(name).array()));
    for (Adapter adapter : model.adapters().values()) {
      adapter.merge();
      assertThat(adapter.weight().value().array())
          .isEqualTo(base.get(adapter.name().replace("bert.", "") + ".weight").array());
    }
    assertThat(model.output(TinyBert.BATCH).value().array()).isEqualTo(logits);
    assertThat(model.parameters()).extracting(Parameter::name).isNotEmpty();
  }
}
