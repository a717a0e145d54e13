package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxCheckTest {
  private static final float LIMIT = 1e-5f;

  @TempDir private Path temp;

  static Stream<String> families() {
    return TinyModel.FAMILIES.stream();
  }

  private float difference(PretrainedModel model, List<String> texts) {
    Path file = temp.resolve("model.onnx");
    OnnxModel.write(model, file);
    return OnnxCheck.largestDifference(model, file, texts);
  }

  @ParameterizedTest
  @MethodSource("families")
  void the_file_of_an_encoder_gives_the_vectors_of_the_network(String family) {
    for (Pooling pooling : Pooling.values()) {
      for (boolean normalize : new boolean[] {true, false}) {
        EmbeddingForm form = EmbeddingForm.of(pooling).withNormalize(normalize);
        assertThat(difference(TinyModel.encoder(family, form), TinyModel.TEXTS))
            .as("%s %s", pooling, normalize)
            .isLessThan(LIMIT);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void the_file_of_a_classifier_gives_the_logits_of_the_network(String family) {
    assertThat(difference(TinyModel.classifier(family, "a", "b", "c"), TinyModel.TEXTS))
        .isLessThan(LIMIT);
    assertThat(difference(TinyModel.classifier(family, "a"), TinyModel.TEXTS)).isLessThan(LIMIT);
  }

  @Test
  void a_form_that_is_not_known_is_the_mean_of_length_1() {
    PretrainedModel model = TinyModel.encoder("bert");
    Path file = temp.resolve("model.onnx");
    OnnxModel.write(model, file);

    assertThat(
            OnnxCheck.largestDifference(
                model.withEmbedding(EmbeddingForm.of(Pooling.MEAN)), file, TinyModel.TEXTS))
        .isLessThan(LIMIT);
  }

  @Test
  void distances_beyond_the_farthest_range_have_their_bias() {
    PretrainedModel model = TinyModel.encoder("mpnet");
    assertThat(model.tokenizer().encode(TinyModel.LONG, 300).length()).isGreaterThan(150);

    assertThat(difference(model, List.of(TinyModel.LONG, "b"))).isLessThan(LIMIT);
  }

  @ParameterizedTest
  @MethodSource("families")
  void other_weights_are_found_out(String family) {
    PretrainedModel model = TinyModel.encoder(family);
    Path file = temp.resolve("model.onnx");
    OnnxModel.write(model, file);
    for (String name : model.weights().keySet()) {
      // The same number on all scores of a row changes no softmax.
      boolean counts = !name.matches(".*(\\.key|\\.k_lin|attn\\.k)\\.bias");
      Map<String, Tensor> changed = new LinkedHashMap<>(model.weights());
      changed.computeIfPresent(name, (_, weight) -> weight.scale(1.1f));
      PretrainedModel other =
          new PretrainedModel(
              model.name(), model.config(), model.tokenizer(), changed, model.checksum());

      float difference = OnnxCheck.largestDifference(other, file, TinyModel.TEXTS);

      assertThat(difference > LIMIT).as(name).isEqualTo(counts);
    }
  }

  @Test
  void another_batch_changes_nothing() {
    PretrainedModel model = TinyModel.encoder("roberta");
    Path file = temp.resolve("model.onnx");
    OnnxModel.write(model, file);
    OnnxGraph graph = OnnxGraph.read(file);
    Map<String, Tensor> alone = inputs(graph, model, List.of("the"));
    Map<String, Tensor> together = inputs(graph, model, List.of("the", "the three rivers"));

    assertThat(alone.get("input_ids").shape().columns())
        .isLessThan(together.get("input_ids").shape().columns());
    float[] one = graph.run(alone).get("sentence_embedding").array();
    Tensor two = graph.run(together).get("sentence_embedding");
    for (int i = 0; i < one.length; i++) {
      assertThat(two.get(0, i)).isCloseTo(one[i], within(1e-6f));
    }
  }

  private static Map<String, Tensor> inputs(
      OnnxGraph graph, PretrainedModel model, List<String> texts) {
    Map<String, Tensor> inputs =
        OnnxCheck.padded(
            texts.stream().map(text -> model.tokenizer().encode(text, 20)).toList(),
            model.tokenizer().paddingId());
    inputs.keySet().retainAll(graph.inputs());
    return inputs;
  }

  @Test
  void a_file_of_another_kind_of_model_is_refused() {
    Path file = temp.resolve("model.onnx");
    OnnxModel.write(TinyModel.encoder("bert"), file);

    assertThatThrownBy(
            () ->
                OnnxCheck.largestDifference(
                    TinyModel.classifier("bert", "a", "b"), file, TinyModel.TEXTS))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no output 'logits'");

    OnnxModel.write(TinyModel.classifier("bert", "a", "b", "c"), file);
    assertThatThrownBy(
            () ->
                OnnxCheck.largestDifference(
                    TinyModel.classifier("bert", "a", "b"), file, TinyModel.TEXTS))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("gives 3 numbers for a text, the model 2");
  }

  @Test
  void no_texts_are_refused() {
    PretrainedModel model = TinyModel.encoder("bert");

    assertThatThrownBy(() -> difference(model, new ArrayList<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("onnx check: no texts; give at least one");
  }

  @Test
  void a_published_model_of_384_channels_is_the_same() {
    PretrainedModel model = TinyModel.miniLm();

    assertThat(
            difference(
                model,
                List.of(
                    "The pipe broke while it was being read",
                    "Wet paint",
                    "Cats purr when they are petted, and sometimes when they are not; nobody knows"
                        + " why they do it, not even their owners.")))
        .isLessThan(LIMIT);
  }
}
