package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.TargetModules;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.nn.BertConfig;
import jada.nn.DistilBertConfig;
import jada.nn.EncoderConfig;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.Safetensors;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The article's setting: distilbert-base, AdaLoRA of rank 12 on the four matrices of each
/// attention, two classes. Its numbers depend on shapes only, so the weights are 0 here.
class DistilBertTest {
  private static final EncoderConfig BASE =
      new DistilBertConfig(30522, 768, 6, 12, 3072, 512, 0.1f, 0.1f, 0.2f);
  private static final EncoderConfig SMALL = new DistilBertConfig(20, 16, 2, 4, 24, 12, 0, 0, 0);
  private static final Task TASK = Task.classification("negative", "positive");
  private static final AdaLoraConfig RANK_12 =
      AdaLoraConfig.penalized().withInitRank(12).withTargetRank(4);

  /// All weights of the encoder, 0; equal shapes share one tensor.
  private static PretrainedModel zeros(EncoderConfig config) {
    Map<Shape, Tensor> shared = new HashMap<>();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    config
        .family()
        .weights(config)
        .forEach(
            weight ->
                put(
                    weights,
                    shared,
                    weight.name(),
                    weight.sizes().stream().mapToInt(Math::toIntExact).toArray()));
    return new PretrainedModel(
        "distilbert", config, TinyBert.encoder().tokenizer(), weights, "none");
  }

  private static void linear(
      Map<String, Tensor> weights, Map<Shape, Tensor> shared, String name, int out, int in) {
    put(weights, shared, name + ".weight", out, in);
    put(weights, shared, name + ".bias", out);
  }

  private static void vectors(
      Map<String, Tensor> weights, Map<Shape, Tensor> shared, String name, int channels) {
    put(weights, shared, name + ".weight", channels);
    put(weights, shared, name + ".bias", channels);
  }

  private static void put(
      Map<String, Tensor> weights, Map<Shape, Tensor> shared, String name, int... dims) {
    weights.put(name, shared.computeIfAbsent(Shape.of(dims), Tensor::zeros));
  }

  @Test
  void adapts_24_matrices_of_the_articles_shapes_by_default() {
    AdaptedModel model = AdaLora.adapt(zeros(BASE), TASK, RANK_12);

    assertThat(model.adapters()).hasSize(24);
    assertThat(model.adapters().sequencedKeySet().getFirst())
        .isEqualTo("distilbert.transformer.layer.0.attention.q_lin");
    assertThat(model.adapters().sequencedKeySet().getLast())
        .isEqualTo("distilbert.transformer.layer.5.attention.out_lin");
    assertThat(model.svdAdapters())
        .allSatisfy(
            adapter -> {
              assertThat(adapter.q().shape()).isEqualTo(Shape.of(12, 768)); // lora_A
              assertThat(adapter.lambda().value().size()).isEqualTo(12); // lora_E
              assertThat(adapter.p().shape()).isEqualTo(Shape.of(768, 12)); // lora_B
            });
    assertThat(model.budget()).isEqualTo(288);
  }

  @Test
  void has_the_articles_parameter_counts() {
    PretrainedModel base = zeros(BASE);
    AdaptedModel adalora = AdaLora.adapt(base, TASK, RANK_12);
    AdaptedModel lora = AdaLora.adapt(base, TASK, RANK_12.withMethod(Method.LORA));

    assertThat(adalora.trainableParameters()).isEqualTo(1_034_786);
    assertThat(adalora.totalParameters()).isEqualTo(67_989_820);
    assertThat(100.0 * adalora.trainableParameters() / adalora.totalParameters())
        .isCloseTo(1.52, within(0.005));
    assertThat(lora.trainableParameters()).isEqualTo(739_586);
  }

  @Test
  void trains_the_pre_classifier_even_if_the_checkpoint_has_one() {
    PretrainedModel bare = zeros(SMALL);
    Map<String, Tensor> weights = new LinkedHashMap<>(bare.weights());
    weights.put("pre_classifier.weight", Tensor.full(Shape.of(16, 16), 0.5f));
    weights.put("pre_classifier.bias", Tensor.full(Shape.of(16), 0.25f));
    PretrainedModel model =
        new PretrainedModel("m", SMALL, bare.tokenizer(), weights, bare.checksum());

    AdaptedModel adapted = AdaLora.adapt(model, TASK, RANK_12);

    assertThat(adapted.trainedWeights())
        .containsOnlyKeys(
            "pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias");
    assertThat(adapted.trainedWeights().get("pre_classifier.bias").value().array())
        .containsOnly(0.25f);
  }

  @Test
  void is_saved_under_pefts_names_and_loaded_again(@TempDir Path folder) {
    PretrainedModel base = zeros(SMALL);
    AdaptedModel model = AdaLora.adapt(base, TASK, RANK_12);
    TinyBert.pretendTraining(model, 3);

    PeftFolder.save(model, folder.resolve("adapter"));
    AdaptedModel loaded = PeftFolder.load(base, folder.resolve("adapter"));

    assertThat(Safetensors.read(folder.resolve("adapter/adapter_model.safetensors")).keySet())
        .contains(
            "base_model.model.distilbert.transformer.layer.1.attention.k_lin.lora_A",
            "base_model.model.pre_classifier.weight",
            "base_model.model.classifier.bias");
    assertThat(loaded.config().targetModules())
        .isEqualTo(TargetModules.named("q_lin", "k_lin", "v_lin", "out_lin"));
    assertThat(loaded.output(TinyBert.BATCH).value().array())
        .containsExactly(model.output(TinyBert.BATCH).value().array());
  }

  @Test
  void merges_into_a_plain_distilbert_with_the_same_logits() {
    AdaptedModel model = AdaLora.adapt(zeros(SMALL), TASK, RANK_12);
    TinyBert.pretendTraining(model, 3);

    PretrainedModel merged = model.merged();

    assertThat(merged.weights().keySet())
        .contains("transformer.layer.0.attention.q_lin.weight", "pre_classifier.weight")
        .noneMatch(name -> name.startsWith("distilbert."));
    AdaptedModel plain =
        AdaLora.adapt(merged, TASK, AdaLoraConfig.penalized().withMethod(Method.HEAD));
    assertThat(plain.output(TinyBert.BATCH).value().array())
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(model.output(TinyBert.BATCH).value().array());
  }

  @Test
  void chooses_the_attention_of_bert_too() {
    BertConfig bert = new BertConfig(20, 16, 1, 4, 24, 12, 2, 1e-12f, 0, 0);

    assertThat(AdaLora.adapt(zeros(bert), TASK, RANK_12).config().targetModules())
        .isEqualTo(TargetModules.named("query", "key", "value", "attention.output.dense"));
    assertThat(AdaLora.adapt(zeros(bert), TASK, RANK_12).adapters()).hasSize(4);
  }

  @Test
  void never_picks_modules_that_belong_to_another_family() {
    AdaptedModel all =
        AdaLora.adapt(zeros(SMALL), TASK, RANK_12.withTargetModules(TargetModules.ATTENTION));

    assertThat(List.copyOf(all.adapters().keySet()))
        .allMatch(name -> name.contains(".attention."))
        .hasSize(8);
  }
}
