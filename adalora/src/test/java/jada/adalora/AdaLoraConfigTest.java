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
        AdaLoraConfig.defaults()
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
            .withBudgetUnit(BudgetUnit.PARAMETERS);
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
                BudgetUnit.PARAMETERS));
  }

  @Test
  void scale_is_alpha_over_the_initial_rank_and_1_in_the_articles_reading() {
    assertThat(AdaLoraConfig.defaults().withInitRank(12).withLoraAlpha(16).scale())
        .isCloseTo(16 / 12.00001f, within(1e-7f));
    assertThat(AdaLoraConfig.article().scale()).isEqualTo(1);
  }

  @Test
  void an_alpha_that_was_not_chosen_is_tied_to_the_rank() {
    AdaLoraConfig config = AdaLoraConfig.defaults();
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
    assertThat(AdaLoraConfig.defaults().initRank()).isEqualTo(6);
    assertThat(AdaLoraConfig.initRankFor(1)).isEqualTo(2);
    assertThat(AdaLoraConfig.initRankFor(5)).isEqualTo(8);
    assertThat(AdaLoraConfig.initRankFor(8)).isEqualTo(12);
  }

  @Test
  void refuses_numbers_out_of_range_by_name() {
    AdaLoraConfig config = AdaLoraConfig.defaults();
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
  void refuses_ranks_that_leave_nothing_to_prune() {
    assertThatThrownBy(
            () -> AdaLoraConfig.defaults().withInitRank(4).withTargetRank(4).requirePrunable())
        .isInstanceOf(InputException.class)
        .hasMessage(
            "ranks: target-r 4 must be less than init-r 4, or there is nothing to prune; set init-r"
                + " to 6 or more, or use method lora for a fixed rank of 4");
    AdaLoraConfig.defaults().requirePrunable();
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
