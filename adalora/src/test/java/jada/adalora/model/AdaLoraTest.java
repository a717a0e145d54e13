package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.LoraLinear;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.TargetModules;
import jada.adalora.TripletStart;
import jada.adalora.testing.TinyBert;
import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdaLoraTest {
  private static final Task TASK = Task.classification("a", "b", "c");
  private static final AdaLoraConfig SMALL =
      AdaLoraConfig.penalized().withInitRank(4).withTargetRank(2);
  private static final TargetModules ALL = TargetModules.matching("bert\\.encoder.*");

  @Test
  void before_training_the_logits_are_those_of_the_base_model_bit_for_bit() {
    float[] expected = TinyBert.logits(TinyBert.classifier(3).weights(), 3);
    for (Method method : Methods.all()) {
      for (TripletStart start : TripletStart.values()) {
        AdaLoraConfig config =
            SMALL.withMethod(method).withInit(start).withTargetModules(ALL).withLoraDropout(0.1);
        AdaptedModel adapted = AdaLora.adapt(classifier("a", "b", "c"), TASK, config);
        assertThat(adapted.output(TinyBert.BATCH).value().array())
            .as("%s %s", method, start)
            .isEqualTo(expected);
      }
    }
  }

  private static PretrainedModel classifier(String... labels) {
    return TinyBert.classifier(List.of(labels), Optional.empty());
  }

  /// The logits of the classifier's own rows, by column, in this order.
  private static void startsFromRows(PretrainedModel base, Task task, int... rows) {
    int all = base.weights().get("classifier.weight").shape().dim(0);
    float[] own = TinyBert.logits(base.weights(), all);
    float[] logits = AdaLora.adapt(base, task, SMALL).output(TinyBert.BATCH).value().array();
    assertThat(AdaLora.startsFromClassifier(base, task)).isTrue();
    for (int text = 0; text < 3; text++) {
      for (int k = 0; k < rows.length; k++) {
        assertThat(logits[text * rows.length + k]).isEqualTo(own[text * all + rows[k]]);
      }
    }
  }

  @Test
  void a_classifier_s_rows_go_to_the_labels_of_their_names() {
    startsFromRows(
        classifier("positive", "negative"), Task.classification("negative", "positive"), 1, 0);
    startsFromRows(classifier("x", "b", "y", "a"), Task.classification("a", "b"), 3, 1);
    startsFromRows(TinyBert.classifier(3), Task.classification("LABEL_2", "LABEL_0"), 2, 0);
    startsFromRows(TinyBert.classifier(3), Task.classification("0", "1", "2"), 0, 1, 2);
    startsFromRows(TinyBert.classifier(1), Task.regression(), 0);
  }

  @Test
  void a_classifier_of_other_labels_is_replaced_by_a_new_one() {
    float[] fresh =
        AdaLora.adapt(TinyBert.withPooler(), TASK, SMALL).output(TinyBert.BATCH).value().array();
    for (PretrainedModel base :
        List.of(
            classifier("a", "b", "d"),
            classifier("x", "y", "z"),
            TinyBert.classifier(3),
            TinyBert.classifier(1))) {
      assertThat(AdaLora.startsFromClassifier(base, TASK)).as("%s", base.labels()).isFalse();
      assertThat(AdaLora.adapt(base, TASK, SMALL).output(TinyBert.BATCH).value().array())
          .isEqualTo(fresh);
    }
    assertThat(AdaLora.startsFromClassifier(TinyBert.encoder(), TASK)).isFalse();
  }

  @Test
  void adapts_the_attention_matrices_by_default_in_the_models_order() {
    AdaptedModel adapted = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL);
    assertThat(adapted.adapters().keySet())
        .containsExactly(
            "bert.encoder.layer.0.attention.self.query",
            "bert.encoder.layer.0.attention.self.key",
            "bert.encoder.layer.0.attention.self.value",
            "bert.encoder.layer.0.attention.output.dense",
            "bert.encoder.layer.1.attention.self.query",
            "bert.encoder.layer.1.attention.self.key",
            "bert.encoder.layer.1.attention.self.value",
            "bert.encoder.layer.1.attention.output.dense");
    assertThat(adapted.ranks().values()).containsOnly(4);
    assertThat(adapted.budget()).isEqualTo(32);
  }

  @Test
  void trains_adapters_and_head_and_the_pooler_only_if_the_checkpoint_has_none() {
    int adapters = 8 * 4 * (16 + 16 + 1);
    AdaptedModel bare = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL);
    assertThat(bare.trainedWeights().keySet())
        .containsExactlyInAnyOrder(
            "pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias");
    assertThat(bare.trainableParameters()).isEqualTo(adapters + 16 * 16 + 16 + 16 * 3 + 3);
    AdaptedModel pooled = AdaLora.adapt(TinyBert.withPooler(), TASK, SMALL);
    assertThat(pooled.trainedWeights().keySet())
        .containsExactlyInAnyOrder("classifier.weight", "classifier.bias");
    assertThat(pooled.trainableParameters()).isEqualTo(adapters + 16 * 3 + 3);
    int encoder = (20 + 12 + 2) * 16 + 32;
    encoder += 2 * (4 * (16 * 16 + 16) + 32 + (16 * 32 + 32) + (32 * 16 + 16) + 32);
    int head = 16 * 16 + 16 + 16 * 3 + 3;
    assertThat(pooled.totalParameters())
        .as("PEFT keeps the first classifier and a rank for each adapter")
        .isEqualTo(encoder + head + adapters + 16 * 3 + 3 + 8);
    AdaptedModel full = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withMethod(Method.FULL));
    assertThat(full.trainableParameters()).isEqualTo(encoder + head);
    assertThat(full.totalParameters()).isEqualTo(encoder + head);
    AdaptedModel only = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withMethod(Method.HEAD));
    assertThat(only.trainableParameters()).isEqualTo(head);
    assertThat(only.adapters()).isEmpty();
  }

  @Test
  void every_parameter_gets_a_gradient_and_has_a_name_of_its_own() {
    for (Method method : Methods.all()) {
      AdaptedModel adapted =
          AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withMethod(method).withTargetModules(ALL));
      TinyBert.pretendTraining(adapted, 1);
      Gradients gradients =
          Gradients.of(Fused.crossEntropy(adapted.output(TinyBert.BATCH), new int[] {0, 1, 2}));
      assertThat(gradients.parameters())
          .containsExactlyInAnyOrderElementsOf(
              adapted.parameters().stream().filter(p -> p.value().size() > 0).toList());
      assertThat(adapted.parameters().stream().map(Parameter::name)).doesNotHaveDuplicates();
    }
  }

  @Test
  void the_merged_weights_give_the_same_logits() {
    for (Method method : Methods.all()) {
      AdaptedModel adapted =
          AdaLora.adapt(
              TinyBert.withPooler(), TASK, SMALL.withMethod(method).withTargetModules(ALL));
      TinyBert.pretendTraining(adapted, 2);
      float[] expected = adapted.output(TinyBert.BATCH).value().array();
      Map<String, Tensor> merged = adapted.merged().weights();
      assertThat(merged.keySet()).isEqualTo(TinyBert.classifier(3).weights().keySet());
      assertThat(TinyBert.logits(merged, 3)).containsExactly(expected, within(1e-5f));
      if (method != Method.FULL) {
        assertThat(merged.get("embeddings.word_embeddings.weight"))
            .isSameAs(adapted.base().weights().get("embeddings.word_embeddings.weight"));
      }
    }
  }

  @Test
  void plain_lora_in_the_place_of_triplets_gives_the_same_logits() {
    AdaptedModel adapted = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withTargetModules(ALL));
    TinyBert.pretendTraining(adapted, 2);
    AdaptedModel lora = adapted.toLora();
    assertThat(lora.output(TinyBert.BATCH).value().array())
        .containsExactly(adapted.output(TinyBert.BATCH).value().array(), within(1e-5f));
    Map<String, Integer> expected = new LinkedHashMap<>(adapted.ranks());
    expected.values().removeIf(rank -> rank == 0);
    assertThat(lora.ranks()).isEqualTo(expected).hasSizeLessThan(12);
    adapted.svdAdapters().forEach(a -> a.mask(new BitSet()));
    assertThatThrownBy(adapted::toLora)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("to LoRA: no triplet is alive in any of the 12 adapters; merge");
  }

  @Test
  void the_seed_alone_decides_the_start() {
    AdaptedModel one = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL, 7);
    AdaptedModel same = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL, 7);
    AdaptedModel other = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL, 8);
    for (int i = 0; i < one.parameters().size(); i++) {
      assertThat(one.parameters().get(i).value().array())
          .isEqualTo(same.parameters().get(i).value().array());
    }
    Tensor p = one.svdAdapters().getFirst().p().value();
    assertThat(other.svdAdapters().getFirst().p().value().array()).isNotEqualTo(p.array());
    AdaptedModel more = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withTargetModules(ALL), 7);
    assertThat(more.svdAdapters().getFirst().p().value().array()).isEqualTo(p.array());
    assertThat(new HashSet<>(one.svdAdapters().stream().map(a -> a.p().value().get(0, 0)).toList()))
        .as("each adapter starts elsewhere")
        .hasSize(8);
  }

  @Test
  void lora_has_the_target_rank_everywhere() {
    AdaptedModel lora = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withMethod(Method.LORA));
    assertThat(lora.ranks().values()).containsOnly(2);
    assertThat(((LoraLinear) lora.adapters().firstEntry().getValue()).scale()).isEqualTo(4);
  }

  @Test
  void refuses_targets_that_match_nothing_and_shows_what_there_is() {
    assertThatThrownBy(
            () ->
                AdaLora.adapt(
                    TinyBert.encoder(),
                    TASK,
                    SMALL.withTargetModules(TargetModules.named("query", "q_lin"))))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "target modules: \"q_lin\" matches none of the 12 linear layers of the model; there are"
                + " bert.encoder.layer.0.attention.self.query,"
                + " bert.encoder.layer.0.attention.self.key,"
                + " bert.encoder.layer.0.attention.self.value,"
                + " bert.encoder.layer.0.attention.output.dense,"
                + " bert.encoder.layer.0.intermediate.dense, bert.encoder.layer.0.output.dense, …");
    assertThatThrownBy(
            () ->
                AdaLora.adapt(
                    TinyBert.encoder(),
                    TASK,
                    SMALL.withTargetModules(TargetModules.matching("distilbert.*"))))
        .hasMessageStartingWith("target modules: \"distilbert.*\" matches none of the 12");
  }

  @Test
  void refuses_ranks_that_cannot_be() {
    assertThatThrownBy(() -> AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withTargetRank(5)))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("ranks: target-r 5 must not be greater than init-r 4");
    assertThatThrownBy(
            () -> AdaLora.adapt(TinyBert.encoder(), TASK, AdaLoraConfig.article().withInitRank(17)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "init-r 17: bert.encoder.layer.0.attention.self.query is (16, 16) and has no more than"
                + " 16 orthonormal directions; lower init-r, or use the gaussian start");
  }

  @Test
  void a_classifier_of_another_size_starts_anew() {
    Map<String, Tensor> weights = new LinkedHashMap<>(TinyBert.classifier(5).weights());
    AdaptedModel adapted = AdaLora.adapt(TinyBert.model(weights), TASK, SMALL);
    assertThat(adapted.trainedWeights().get("classifier.weight").shape().dim(0)).isEqualTo(3);
    AdaptedModel number = AdaLora.adapt(TinyBert.encoder(), Task.regression(), SMALL);
    assertThat(number.output(TinyBert.BATCH).shape().dim(1)).isEqualTo(1);
  }
}
