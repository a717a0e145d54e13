package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Tokenizer;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Models of each family, as transformers saved them, give transformers' logits. The folders were
/// made by src/test/python/families_golden.py.
class FamilyTest {
  private static final int CUT = 20;

  private static PretrainedModel model(String name) {
    try {
      return HuggingFaceFolder.read(
          Path.of(FamilyTest.class.getResource("families/" + name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SequenceClassifier network(PretrainedModel model, LinearFactory linears) {
    Map<String, Constant> weights = new HashMap<>();
    model.weights().forEach((name, value) -> weights.put(name, Constant.of(value)));
    int outputs = model.weights().get("classifier.weight").shape().dim(0);
    return new SequenceClassifier(
        Encoder.build(model.config(), weights::get, linears),
        ClassificationHead.build(model.config(), outputs, weights::get, linears));
  }

  private static Encoding encoding(Tokenizer tokenizer, JsonNode texts) {
    String first = texts.get(0).stringValue();
    return texts.size() == 1
        ? tokenizer.encode(first, CUT)
        : tokenizer.encode(first, texts.get(1).stringValue(), CUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-classification",
        "bert-regression",
        "distilbert-classification",
        "distilbert-regression"
      })
  void gives_the_tokens_and_logits_of_transformers_for_one_text_and_for_two(String name) {
    PretrainedModel model = model(name);
    JsonNode golden = Golden.read("families/" + name + "/logits.json");
    List<Encoding> sequences = new ArrayList<>();
    for (JsonNode one : golden) {
      Encoding encoding = encoding(model.tokenizer(), one.get("texts"));
      assertThat(encoding.ids()).containsExactly(Golden.ints(one.get("ids")));
      sequences.add(encoding);
    }

    Tensor logits =
        network(model, LinearFactory.PLAIN).logits(Batch.of(sequences)).value(); // (5, K)

    int outputs = name.endsWith("regression") ? 1 : 3;
    assertThat(logits.shape()).isEqualTo(Shape.of(5, outputs));
    for (int i = 0; i < 5; i++) {
      Tensor row = logits.gatherRows(i).reshape(Shape.of(outputs));
      Golden.assertClose(name, row, Golden.floats(golden.get(i).get("logits")), 1e-5, 0);
    }
  }

  @Test
  void distilbert_asks_the_factory_for_every_matrix_by_its_whole_path() {
    List<String> names = new ArrayList<>();
    network(
        model("distilbert-classification"),
        (name, weight, bias) -> {
          names.add(name);
          return new Linear(name, weight, bias);
        });

    assertThat(names)
        .hasSize(2 * 6 + 2)
        .startsWith(
            "distilbert.transformer.layer.0.attention.q_lin",
            "distilbert.transformer.layer.0.attention.k_lin",
            "distilbert.transformer.layer.0.attention.v_lin",
            "distilbert.transformer.layer.0.attention.out_lin",
            "distilbert.transformer.layer.0.ffn.lin1",
            "distilbert.transformer.layer.0.ffn.lin2",
            "distilbert.transformer.layer.1.attention.q_lin")
        .endsWith("pre_classifier", "classifier");
  }

  @Test
  void distilbert_does_not_tell_a_second_text_by_token_types() {
    PretrainedModel model = model("distilbert-classification");
    SequenceClassifier network = network(model, LinearFactory.PLAIN);
    int[] ids = {2, 7, 3, 8, 3};

    Tensor pair = network.logits(Batch.of(List.of(new Encoding(ids, 3)))).value();
    Tensor single = network.logits(Batch.of(List.of(new Encoding(ids, 5)))).value();

    assertThat(pair.array()).containsExactly(single.array());
  }

  @Test
  void distilbert_is_read_from_its_folder_and_written_back_the_same(@TempDir Path folder) {
    PretrainedModel model = model("distilbert-classification");
    assertThat(model.config())
        .isEqualTo(new DistilBertConfig(30, 16, 2, 4, 24, 20, 0.1f, 0.1f, 0.2f));
    assertThat(model.labels()).containsExactly("bad", "good", "so-so");

    HuggingFaceFolder.write(folder.resolve("copy"), model);
    PretrainedModel copy = HuggingFaceFolder.read(folder.resolve("copy"));

    assertThat(copy.config()).isEqualTo(model.config());
    assertThat(copy.labels()).isEqualTo(model.labels());
    assertThat(copy.problemType()).isEqualTo(model.problemType());
    assertThat(copy.weights().keySet()).isEqualTo(model.weights().keySet()).hasSize(4 + 32 + 4);
    copy.weights()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.array()).containsExactly(model.weights().get(name).array()));
  }

  @Test
  void paths_have_the_prefix_of_the_family_except_beside_the_encoder() {
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("embeddings.LayerNorm.weight", "bert.embeddings.LayerNorm.weight");
    paths.put("pooler.dense", "bert.pooler.dense");
    paths.put("classifier", "classifier");
    paths.put("classifier.bias", "classifier.bias");
    paths.forEach(
        (bare, path) -> {
          assertThat(Families.BERT.path(bare)).isEqualTo(path);
          assertThat(Families.BERT.bare(path)).isEqualTo(bare);
        });
    assertThat(Families.DISTILBERT.path("pre_classifier.weight"))
        .isEqualTo("pre_classifier.weight");
    assertThat(Families.DISTILBERT.path("transformer.layer.0.ffn.lin1"))
        .isEqualTo("distilbert.transformer.layer.0.ffn.lin1");
    assertThat(Families.BERT.isBeside("pooler.dense.weight")).isFalse();
    assertThat(Families.DISTILBERT.isBeside("pre_classifier")).isTrue();
  }

  @Test
  void distilbert_drops_what_transformers_drops() {
    DistilBertConfig config = new DistilBertConfig(30, 16, 2, 4, 24, 20, 0.1f, 0.3f, 0.2f);

    assertThat(config.attentionOutputDropout()).isZero();
    assertThat(config.headDropout()).isEqualTo(0.2f);
    assertThat(config.withDropout(0, 0.5f))
        .isEqualTo(new DistilBertConfig(30, 16, 2, 4, 24, 20, 0, 0.5f, 0));
    assertThat(config.tokenTypes()).isZero();
    assertThat(config.layerNormEpsilon()).isEqualTo(1e-12f);
  }

  @Test
  void refuses_sizes_that_no_distilbert_has() {
    assertThatThrownBy(() -> new DistilBertConfig(30, 16, 0, 4, 24, 20, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("DistilBertConfig: layers must be positive, got 0");
    assertThatThrownBy(() -> new DistilBertConfig(30, 16, 2, 5, 24, 20, 0, 0, 0))
        .hasMessage("DistilBertConfig: heads must divide hiddenSize, got 5 heads for 16");
    assertThatThrownBy(() -> new DistilBertConfig(30, 16, 2, 4, 24, 20, 0, 0, 1))
        .hasMessage("DistilBertConfig: headDropout must be at least 0 and below 1, got 1.0");
  }
}
