package jada.adalora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.TargetModules;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Embedder;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyBert;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Adapters of sentence encoders: those that PEFT wrote (src/test/python/peft_writes_embeddings.py)
/// and our own.
class PeftEmbeddingTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final AdaLoraConfig SMALL =
      AdaLoraConfig.penalized()
          .withInitRank(4)
          .withTargetRank(2)
          .withTargetModules(TargetModules.named("query", "value"));
  private static final EmbeddingForm FORM =
      EmbeddingForm.of(Pooling.CLS).withPrompts("a ", "b ").withMaxLength(9);

  @TempDir private Path temp;

  private static AdaptedModel trained(AdaLoraConfig config) {
    PretrainedModel base = TinyBert.encoder().withEmbedding(FORM);
    AdaptedModel model = AdaLora.adapt(base, Task.embedding(), config);
    if (config.method() != Method.FULL) {
      TinyBert.pretendTraining(model, 3);
    }
    return model;
  }

  private static float[] vectors(AdaptedModel model) {
    return model.output(TinyBert.BATCH).value().array();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "adalora", "lora-without-task"})
  void loads_what_peft_trained_and_saved_with_the_same_vectors(String name) throws Exception {
    Path peft = Path.of(getClass().getResource("../peft/base.safetensors").toURI());
    PretrainedModel base = TinyBert.model(Safetensors.read(peft));
    Path folder = Path.of(getClass().getResource("../peft-embedding/" + name).toURI());
    AdaptedModel model = PeftFolder.load(base, folder);

    assertThat(model.task().type()).isEqualTo(EmbeddingTask.TYPE);
    JsonNode expected = MAPPER.readTree(Files.readString(folder.resolve("embeddings.json")));
    float[] vectors = vectors(model);
    for (int i = 0; i < 3; i++) {
      assertThat(TinyBert.TEXTS.get(i).ids())
          .as("the texts of the script")
          .isEqualTo(MAPPER.treeToValue(expected.get("ids").get(i), int[].class));
      for (int j = 0; j < 16; j++) {
        assertThat(vectors[i * 16 + j])
            .isCloseTo((float) expected.at("/embeddings").get(i).get(j).asDouble(), within(1e-5f));
      }
    }
    PeftFolder.save(model, temp.resolve("again"));
    assertThat(vectors(PeftFolder.load(base, temp.resolve("again"))))
        .containsExactly(vectors, within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADALORA", "LORA", "FULL"})
  void what_was_saved_gives_the_same_vectors_in_the_same_form(String method) throws IOException {
    AdaptedModel model = trained(SMALL.withMethod(method(method)));
    Path folder = temp.resolve("saved");
    PeftFolder.save(model, folder);
    assertThat(PeftFolder.embeds(folder)).isTrue();
    PretrainedModel base =
        method.equals("FULL") ? HuggingFaceFolder.read(folder) : TinyBert.encoder();
    AdaptedModel loaded = PeftFolder.load(base, folder);
    assertThat(vectors(loaded)).containsExactly(vectors(model), within(1e-5f));
    assertThat(((EmbeddingTask) loaded.task()).form()).contains(FORM);
    assertThat(loaded.ranks()).isEqualTo(model.ranks());
  }

  private static Method method(String name) {
    return switch (name) {
      case "ADALORA" -> Method.ADALORA;
      case "LORA" -> Method.LORA;
      default -> Method.FULL;
    };
  }

  @Test
  void the_merged_model_is_a_sentence_encoder() throws IOException {
    AdaptedModel model = trained(SMALL);
    PeftFolder.saveMerged(model, temp.resolve("merged"));
    PretrainedModel merged = HuggingFaceFolder.read(temp.resolve("merged"));
    assertThat(merged.embedding()).contains(FORM);
    assertThat(merged.weights().keySet()).isEqualTo(TinyBert.encoder().weights().keySet());
    List<String> texts = List.of("c e g", "a", "n o n");
    assertThat(Embedder.of(AdaLora.adapt(merged, Task.embedding(), SMALL)).queries(texts).array())
        .containsExactly(Embedder.of(model).queries(texts).array(), within(1e-5f));
  }

  @Test
  void writes_the_names_that_peft_gives_to_a_model_without_a_head() throws IOException {
    PeftFolder.save(trained(SMALL), temp);
    Set<String> names = Safetensors.read(temp.resolve("adapter_model.safetensors")).keySet();
    assertThat(names)
        .hasSize(4 * 3)
        .allMatch(name -> name.startsWith("base_model.model.encoder.layer."));
    JsonNode config = MAPPER.readTree(Files.readString(temp.resolve("adapter_config.json")));
    assertThat(config.get("task_type").asString()).isEqualTo("FEATURE_EXTRACTION");
    assertThat(config.at("/modules_to_save").isNull()).isTrue();
    config
        .get("rank_pattern")
        .propertyNames()
        .forEach(name -> assertThat(name).startsWith("encoder.layer."));
    assertThat(temp).isDirectoryContaining("glob:**/modules.json");
    assertThat(temp.resolve("1_Pooling/config.json")).exists();
  }

  @Test
  void plain_lora_names_its_modules_in_the_same_way() throws IOException {
    AdaptedModel model = trained(SMALL);
    PeftFolder.save(model.toLora(), temp);
    JsonNode config = MAPPER.readTree(Files.readString(temp.resolve("adapter_config.json")));
    assertThat(config.get("target_modules"))
        .isNotEmpty()
        .allMatch(name -> name.asString().startsWith("encoder.layer."));
    assertThat(vectors(PeftFolder.load(TinyBert.encoder(), temp)))
        .containsExactly(vectors(model), within(1e-5f));
  }

  @Test
  void an_adapter_of_a_classifier_is_none_of_sentence_embeddings() throws IOException {
    Task task = Task.classification("a", "b");
    PeftFolder.save(AdaLora.adapt(TinyBert.encoder(), task, SMALL), temp);
    assertThat(PeftFolder.embeds(temp)).isFalse();
  }

  @Test
  void vectors_are_no_labels() {
    assertThatThrownBy(() -> Predictor.of(trained(SMALL)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predictor: the task of the model is embedding; use an embedder");
  }

  @Test
  void a_head_alone_has_nothing_to_train() {
    assertThatThrownBy(() -> trained(SMALL.withMethod(Method.HEAD)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("head");
  }
}
