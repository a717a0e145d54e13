package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptiveRanks;
import jada.adalora.Compaction;
import jada.adalora.Gauge;
import jada.adalora.ImportanceScore;
import jada.adalora.LambdaRate;
import jada.adalora.LoraLinear;
import jada.adalora.Method;
import jada.adalora.Replacement;
import jada.adalora.Scaling;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.autograd.Gradients;
import jada.nn.optim.AdamW;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Training with factors that stay an exact singular value decomposition.
class ExactFactorsTest {
  private static final int STEPS = 18;
  private static final int[] BATCH = {0, 3, 5, 8, 13, 21};

  @TempDir Path temp;

  private static Trainer trainer(AdaptedModel model, TrainingOptions options) {
    return new Trainer(model, options, STEPS, new Workspace());
  }

  private static EncodedExamples examples(AdaptedModel model) {
    return TinyRun.TASK.prepare(TinyRun.TRAIN, model.base(), 12);
  }

  @Test
  void is_lora_of_the_initial_rank_bit_for_bit_until_the_gauge_is_set() {
    TrainingOptions options = TinyRun.OPTIONS.withMaxGradNorm(0);
    AdaLoraConfig config = TinyRun.EXACT.withTinit(Steps.of(8)).withTfinal(Steps.of(8));
    AdaptedModel exact = TinyRun.model(config);
    AdaptedModel lora = TinyRun.model(config.withMethod(Method.LORA).withTargetRank(4));
    Trainer one = trainer(exact, options);
    Trainer other = trainer(lora, options);
    for (int t = 0; t < 4; t++) { // the gauge starts at t = 8/2
      one.step(t, 0, examples(exact), BATCH);
      other.step(t, 0, examples(lora), BATCH);
    }
    for (SvdLinear svd : exact.svdAdapters()) {
      LoraLinear same = (LoraLinear) lora.adapters().get(svd.name());
      assertThat(svd.p().value().norm()).isPositive();
      assertThat(svd.p().value().array()).isEqualTo(same.b().value().array());
      assertThat(svd.q().value().array()).isEqualTo(same.a().value().array());
      assertThat(svd.scale()).isEqualTo(same.scale());
    }
    one.step(4, 0, examples(exact), BATCH);
    other.step(4, 0, examples(lora), BATCH);
    for (SvdLinear svd : exact.svdAdapters()) {
      LoraLinear same = (LoraLinear) lora.adapters().get(svd.name());
      assertThat(svd.q().value().array()).isNotEqualTo(same.a().value().array());
      float most = 1e-5f * same.delta().norm();
      assertThat(svd.delta().array()).containsExactly(same.delta().array(), within(most));
    }
  }

  @Test
  void every_triplet_is_singular_after_every_step_and_the_budget_is_met() {
    for (Gauge gauge : List.of(Gauge.FIXED, Gauge.FLOW)) {
      for (Compaction compact : Compaction.values()) {
        AdaptedModel model = TinyRun.model(TinyRun.EXACT.withGauge(gauge).withCompact(compact));
        Trainer trainer = trainer(model, TinyRun.OPTIONS);
        int matrices = model.svdAdapters().size();
        int before = 4 * matrices;
        for (int t = 0; t < STEPS; t++) {
          trainer.step(t, 0, examples(model), BATCH);
          for (SvdLinear adapter : model.svdAdapters()) {
            Triplets living = adapter.factors().keep(adapter.alive().stream().toArray());
            assertThat(living.rank() == 0 ? new float[] {1} : living.lambda().array())
                .containsOnly(1);
            assertOrthogonal(living.p().transposedMatmul(living.p()));
            assertOrthogonal(living.q().matmulTransposed(living.q()));
          }
          assertThat(model.budget()).isLessThanOrEqualTo(before);
          before = model.budget();
        }
        assertThat(model.budget()).isEqualTo(2 * matrices);
        assertThat(model.svdAdapters())
            .allMatch(a -> compact == Compaction.NEVER || a.triplets() == a.rank());
      }
    }
  }

  private static void assertOrthogonal(Tensor gram) {
    for (int i = 0; i < gram.shape().dim(0); i++) {
      for (int j = 0; j < i; j++) {
        double lengths = Math.sqrt((double) gram.get(i, i) * gram.get(j, j));
        assertThat(Math.abs(gram.get(i, j))).isLessThanOrEqualTo((float) (1e-4 * lengths + 1e-9));
      }
    }
  }

  /// The same step from the same values, with moments moved along by hand.
  @Test
  void the_optimizers_moments_move_along() {
    AdaptedModel model = TinyRun.model(TinyRun.EXACT.withTinit(Steps.of(0)));
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(model.parameters(), 0)));
    AdaptiveRanks ranks = new AdaptiveRanks(model.config(), model.svdAdapters(), STEPS);
    Gradients gradients = Gradients.of(examples(model).loss(model, BATCH));
    optimizer.step(gradients, 1e-2);
    Map<String, AdamW.Moments> before = optimizer.state().moments();
    List<Replacement> replacements = new ArrayList<>();
    Map<String, Tensor> values = new LinkedHashMap<>();
    model.parameters().forEach(p -> values.put(p.name(), p.value().copy()));
    ranks.beforeStep(0, gradients);
    ranks.afterStep(
        0,
        gradients,
        r -> {
          replacements.add(r);
          optimizer.replace(r.old(), r.now(), r.ofGradient(), r.ofSquare());
        });
    assertThat(replacements).hasSize(2 * model.svdAdapters().size());
    for (Replacement r : replacements) {
      String name = r.old().name();
      assertThat(r.now().value().array())
          .isEqualTo(r.change().apply(values.get(name)).array())
          .isNotEqualTo(values.get(name).array());
      AdamW.Moments after = optimizer.state().moments().get(name);
      assertThat(after.first().array())
          .isEqualTo(r.ofGradient().apply(before.get(name).first()).array());
      assertThat(after.second().array())
          .isEqualTo(r.ofSquare().apply(before.get(name).second()).array());
    }
  }

  @Test
  void is_saved_as_orthonormal_triplets_and_read_back_with_the_same_logits_and_choices() {
    AdaptedModel model = TinyRun.model(TinyRun.EXACT);
    FineTuner.of(model).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
    float[] logits = model.output(TinyBert.BATCH).value().array();
    assertThat(model.toLora().output(TinyBert.BATCH).value().array())
        .containsExactly(logits, within(1e-5f));

    PeftFolder.save(model, temp);
    AdaptedModel loaded = PeftFolder.load(TinyBert.encoder(), temp);

    assertThat(loaded.output(TinyBert.BATCH).value().array())
        .containsExactly(logits, within(1e-5f));
    assertThat(loaded.ranks()).isEqualTo(model.ranks());
    AdaLoraConfig read = loaded.config();
    assertThat(read.gauge()).isEqualTo(Gauge.FLOW);
    assertThat(read.scaling()).isEqualTo(Scaling.TARGET_RANK);
    assertThat(read.importance()).isEqualTo(ImportanceScore.FISHER);
    assertThat(read.lambdaRate()).isEqualTo(model.config().lambdaRate());
    assertThat(read.scale()).isEqualTo(model.config().scale());
    read.requireConsistent();
    for (int m = 0; m < model.svdAdapters().size(); m++) {
      Triplets triplets = loaded.svdAdapters().get(m).values();
      Tensor p = triplets.p().transposedMatmul(triplets.p());
      Tensor q = triplets.q().matmulTransposed(triplets.q());
      for (int i = 0; i < triplets.rank(); i++) {
        for (int j = 0; j < triplets.rank(); j++) {
          assertThat(p.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-5f));
          assertThat(q.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-5f));
        }
      }
      assertThat(loaded.svdAdapters().get(m).survivors())
          .isEqualTo(model.svdAdapters().get(m).survivors());
    }
    // Training goes on from there: λ is absorbed again.
    FineTuner.of(loaded).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
    assertThat(loaded.budget()).isEqualTo(model.budget());
  }

  @Test
  void other_scales_and_rates_are_saved_and_read_too() {
    for (Scaling scaling : Scaling.values()) {
      AdaLoraConfig config =
          TinyRun.CONFIG.withScaling(scaling).withLoraAlpha(7).withLambdaRate(LambdaRate.WIDTH);
      AdaptedModel model = TinyRun.model(config);
      TinyBert.pretendTraining(model, 3);
      PeftFolder.save(model, temp);
      AdaptedModel loaded = PeftFolder.load(TinyBert.encoder(), temp);
      assertThat(loaded.config().scaling()).isEqualTo(scaling);
      assertThat(loaded.config().lambdaRate()).isEqualTo(config.lambdaRate());
      assertThat(loaded.config().alpha()).isEqualTo(7);
      assertThat(loaded.config().scale()).isEqualTo(config.scale());
      assertThat(loaded.output(TinyBert.BATCH).value().array())
          .containsExactly(model.output(TinyBert.BATCH).value().array(), within(1e-5f));
    }
  }

  @Test
  void a_rate_of_its_own_moves_lambda_faster_and_without_decay() {
    AdaptedModel slow = TinyRun.model(TinyRun.CONFIG);
    AdaptedModel fast = TinyRun.model(TinyRun.CONFIG.withLambdaRate(LambdaRate.times(5)));
    TrainingOptions options = TinyRun.OPTIONS.withWarmupRatio(0).withWeightDecay(0);
    trainer(slow, options).step(0, 0, examples(slow), BATCH);
    trainer(fast, options.withWeightDecay(0.5)).step(0, 0, examples(fast), BATCH);
    for (int m = 0; m < slow.svdAdapters().size(); m++) {
      float[] five = slow.svdAdapters().get(m).lambda().value().scale(5).array();
      assertThat(fast.svdAdapters().get(m).lambda().value().array())
          .containsExactly(five, within(1e-6f));
    }
  }

  @Test
  void with_equal_ranks_at_start_and_end_nothing_is_pruned() {
    for (AdaLoraConfig config : List.of(TinyRun.CONFIG, TinyRun.EXACT)) {
      AdaptedModel model = TinyRun.model(config.withInitRank(2));
      FineTuner.of(model).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
      assertThat(model.ranks().values()).containsOnly(2);
    }
  }
}
