package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.nn.files.InputException;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AdaLoraConfigTest {

  @Test
  void every_with_method_changes_its_value_and_no_other() {
    AdaLoraConfig changed =
        AdaLoraConfig.penalized()
            .withMethod(Method.LORA)
            .withTargetModules(TargetModules.named("query"))
            .withInitRank(8)
            .withTargetRank(2)
            .withLoraAlpha(32)
            .withLoraDropout(0.1)
            .withOrthRegWeight(0.5)
            .withBetas(0.9, 0.8)
            .withTinit(Steps.of(3))
            .withTfinal(Steps.of(4))
            .withDeltaT(Steps.of(5))
            .withImportance(ImportanceScore.MAGNITUDE)
            .withInit(TripletStart.ORTHONORMAL)
            .withOrthPenalty(OrthogonalityPenalty.SQUARED)
            .withCompact(Compaction.NEVER)
            .withBudgetUnit(BudgetUnit.PARAMETERS)
            .withScaling(Scaling.FIXED)
            .withLambdaRate(LambdaRate.WIDTH)
            .withGauge(Gauge.FIXED);
    assertThat(changed)
        .isEqualTo(
            new AdaLoraConfig(
                Method.LORA,
                TargetModules.named("query"),
                8,
                2,
                OptionalDouble.of(32),
                0.1,
                0.5,
                0.9,
                0.8,
                Steps.of(3),
                Steps.of(4),
                Steps.of(5),
                ImportanceScore.MAGNITUDE,
                TripletStart.ORTHONORMAL,
                OrthogonalityPenalty.SQUARED,
                Compaction.NEVER,
                BudgetUnit.PARAMETERS,
                Scaling.FIXED,
                LambdaRate.WIDTH,
                Gauge.FIXED));
  }

  @Test
  void scale_is_alpha_over_the_initial_rank_and_1_in_the_articles_reading() {
    assertThat(AdaLoraConfig.penalized().withInitRank(12).withLoraAlpha(16).scale())
        .isCloseTo(16 / 12.00001f, within(1e-7f));
    assertThat(AdaLoraConfig.article().scale()).isEqualTo(1);
  }

  @Test
  void an_alpha_that_was_not_chosen_is_tied_to_the_rank() {
    AdaLoraConfig config = AdaLoraConfig.penalized();
    assertThat(config.alpha()).isEqualTo(48);
    assertThat(config.withInitRank(12).alpha()).isEqualTo(96);
    assertThat(config.withInitRank(12).scale()).isCloseTo(config.scale(), within(1e-4f));
    assertThat(config.withMethod(Method.LORA).alpha()).isEqualTo(16);
    assertThat(config.withMethod(Method.LORA).withTargetRank(8).alpha()).isEqualTo(32);
    assertThat(config.withLoraAlpha(5).withInitRank(12).withMethod(Method.LORA).alpha())
        .isEqualTo(5);
  }

  @Test
  void starts_with_one_and_a_half_times_the_target_rank() {
    assertThat(AdaLoraConfig.penalized().initRank()).isEqualTo(6);
    assertThat(AdaLoraConfig.initRankFor(1)).isEqualTo(2);
    assertThat(AdaLoraConfig.initRankFor(5)).isEqualTo(8);
    assertThat(AdaLoraConfig.initRankFor(8)).isEqualTo(12);
  }

  @Test
  void refuses_numbers_out_of_range_by_name() {
    AdaLoraConfig config = AdaLoraConfig.penalized();
    assertThatThrownBy(() -> config.withInitRank(0))
        .isInstanceOf(InputException.class)
        .hasMessage("init-r: must be at least 1, got 0");
    assertThatThrownBy(() -> config.withLoraDropout(1))
        .hasMessage("lora-dropout: must be in [0, 1), got 1.0");
    assertThatThrownBy(() -> config.withBetas(0.85, Double.NaN))
        .hasMessage("beta2: must be between 0 and 1, both excluded, got NaN");
    assertThatThrownBy(() -> config.withLoraAlpha(Double.POSITIVE_INFINITY))
        .hasMessage("lora-alpha: must be greater than 0, got Infinity");
  }

  @Test
  void the_scale_can_be_free_of_the_rank_at_the_start() {
    AdaLoraConfig config = AdaLoraConfig.penalized().withTargetRank(2).withLoraAlpha(12);
    for (int initRank : new int[] {2, 3, 8}) {
      AdaLoraConfig of = config.withInitRank(initRank);
      assertThat(of.withScaling(Scaling.TARGET_RANK).scale()).isEqualTo(6);
      assertThat(of.withScaling(Scaling.FIXED).scale()).isEqualTo(12);
    }
    AdaLoraConfig tied = AdaLoraConfig.penalized().withInitRank(9).withTargetRank(2);
    assertThat(tied.withScaling(Scaling.TARGET_RANK).alpha()).isEqualTo(16);
    assertThat(tied.withScaling(Scaling.FIXED).alpha()).isEqualTo(8);
    AdaLoraConfig exact = AdaLoraConfig.exact();
    for (int targetRank : new int[] {1, 4}) {
      AdaLoraConfig lora = exact.withMethod(Method.LORA).withTargetRank(targetRank);
      assertThat(exact.withTargetRank(targetRank).scale()).isEqualTo(4);
      assertThat(exact.withTargetRank(targetRank).alpha()).isEqualTo(lora.alpha());
    }
  }

  @Test
  void refuses_a_target_rank_above_the_initial_rank_and_allows_the_same() {
    assertThatThrownBy(
            () -> AdaLoraConfig.penalized().withInitRank(4).withTargetRank(5).requireConsistent())
        .isInstanceOf(InputException.class)
        .hasMessage(
            "ranks: target-r 5 must not be greater than init-r 4: ranks only shrink; set init-r to"
                + " 8, or to 5 for triplets without pruning");
    AdaLoraConfig.penalized().withInitRank(4).withTargetRank(4).requireConsistent();
    AdaLoraConfig.defaults().requireConsistent();
  }

  @Test
  void a_gauge_needs_loras_start_and_no_penalty() {
    AdaLoraConfig exact = AdaLoraConfig.exact();
    exact.requireConsistent();
    assertThatThrownBy(() -> exact.withOrthRegWeight(0.1).requireConsistent())
        .isInstanceOf(InputException.class)
        .hasMessage(
            "gauge: flow keeps P and Q exactly orthonormal and λ at 1, so it needs init lora and an"
                + " orth-reg-weight of 0, got init lora and 0.1; start from the preset jada, which"
                + " has both, or set gauge to none");
    assertThatThrownBy(() -> exact.withInit(TripletStart.GAUSSIAN).requireConsistent())
        .hasMessageContaining("got init gaussian and 0.0");
    exact.withGauge(Gauge.NONE).withInit(TripletStart.GAUSSIAN).requireConsistent();
  }

  @Test
  void the_rate_of_lambda_is_a_ratio_or_grows_with_the_width() {
    assertThat(LambdaRate.parse("4").ratio(384)).isEqualTo(4);
    assertThat(LambdaRate.parse("1")).isEqualTo(LambdaRate.SAME);
    assertThat(LambdaRate.parse("width").ratio(384)).isCloseTo(11.3137, within(1e-4));
    assertThat(LambdaRate.parse(LambdaRate.WIDTH.toString())).isEqualTo(LambdaRate.WIDTH);
    assertThat(LambdaRate.parse(LambdaRate.times(0.3).toString())).isEqualTo(LambdaRate.times(0.3));
    assertThatThrownBy(() -> LambdaRate.parse("fast"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "lambda-rate: 'fast' is no ratio; write a number (1: as P and Q), or width for"
                + " √(out/3)");
    assertThatThrownBy(() -> LambdaRate.parse("-1"))
        .hasMessage("lambda-rate: must be 0 or greater, got -1.0");
  }

  @Test
  void every_preset_fits_together() {
    for (Preset preset : Preset.values()) {
      preset.config().requireConsistent();
    }
    assertThat(Preset.JADA.config()).isEqualTo(AdaLoraConfig.exact());
    assertThat(Preset.ARTICLE.config()).isEqualTo(AdaLoraConfig.article());
    AdaLoraConfig paper = Preset.PAPER.config();
    assertThat(paper.scale()).isCloseTo(16, within(1e-3f));
    for (String module :
        List.of(
            "bert.encoder.layer.3.attention.self.query",
            "bert.encoder.layer.11.output.dense",
            "distilbert.transformer.layer.0.ffn.lin1")) {
      assertThat(paper.targetModules().matches(module)).as(module).isTrue();
    }
    assertThat(paper.targetModules().matches("bert.pooler.dense")).isFalse();
    AdaLoraConfig peft = Preset.PEFT.config();
    assertThat(peft.tinit().in(1000) + peft.tfinal().in(1000)).isZero();
    assertThat(peft.scale()).isCloseTo(8 / 12.00001f, within(1e-7f));
  }

  @Test
  void steps_are_a_count_or_a_fraction() {
    assertThat(Steps.parse("200").in(1000)).isEqualTo(200);
    assertThat(Steps.parse("0.1").in(1000)).isEqualTo(100);
    assertThat(Steps.parse("29%").in(100)).isEqualTo(29);
    assertThat(Steps.fraction(0.29).in(100)).isEqualTo(29);
    assertThat(Steps.fraction(0.5).in(1)).isZero();
    assertThatThrownBy(() -> Steps.parse("soon"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "steps: \"soon\" is no length of time; write a number of steps (200) or a fraction of"
                + " the run (0.1 or 10%)");
    assertThatThrownBy(() -> Steps.parse("-1")).hasMessageContaining("-1 is negative");
    assertThatThrownBy(() -> Steps.parse("1.5")).hasMessageContaining("between 0 and 1, got 1.5");
  }

  @Test
  void target_modules_match_as_pefts_do() {
    TargetModules attention = TargetModules.ATTENTION;
    String layer = "bert.encoder.layer.0.";
    assertThat(attention.matches(layer + "attention.self.query")).isTrue();
    assertThat(attention.matches(layer + "attention.output.dense")).isTrue();
    assertThat(attention.matches(layer + "output.dense")).isFalse();
    assertThat(attention.matches(layer + "intermediate.dense")).isFalse();
    String distilbert = "distilbert.transformer.layer.0.";
    assertThat(attention.matches(distilbert + "attention.q_lin")).isTrue();
    assertThat(attention.matches(distilbert + "attention.out_lin")).isTrue();
    assertThat(attention.matches(distilbert + "ffn.lin1")).isFalse();
    assertThat(TargetModules.parse("attention")).isEqualTo(attention);
    assertThat(attention.unmatched(List.of(layer + "output.dense"))).containsExactly("attention");
    assertThat(TargetModules.named("uery").matches(layer + "attention.self.query")).isFalse();
    TargetModules regex = TargetModules.parse(".*layer\\.[01]\\..*(query|value)");
    assertThat(regex.matches(layer + "attention.self.value")).isTrue();
    assertThat(regex.matches("bert.encoder.layer.2.attention.self.value")).isFalse();
    assertThat(TargetModules.parse("query, value"))
        .isEqualTo(TargetModules.named("query", "value"));
    assertThatThrownBy(() -> TargetModules.parse("(query"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("target modules: '(query' is no regular expression (");
    assertThatThrownBy(() -> TargetModules.parse("query,,value"))
        .hasMessageContaining("contains no or an empty name");
  }

  @Test
  void a_regular_expression_cannot_take_for_ever() {
    String module = "bert.encoder.layer.0.attention.self.query";

    for (String endless : List.of("(.+)+\\1!", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)!")) {
      assertThatThrownBy(() -> TargetModules.matching(endless).matches(module))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "target modules: '%s' takes too long to match %s; write a simpler expression",
              endless, module);
    }
    assertThatThrownBy(() -> TargetModules.matching("(".repeat(3000) + ")".repeat(3000)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "target modules: a regular expression of 6,000 characters; use one of at most 1,000");
    assertThat(TargetModules.matching("(".repeat(500) + ")".repeat(500)).matches(module)).isFalse();
    assertThat(TargetModules.matching(".*(.*(.*(query)))").matches(module)).isTrue();
  }
}
