package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.BertConfig;
import jada.nn.DistilBertConfig;
import jada.nn.Encoder;
import jada.nn.Golden;
import jada.nn.LinearFactory;
import jada.nn.RandomBert;
import jada.nn.files.InputException;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DistilBertStartTest {
  private static final int[] KEPT = {0, 2, 4, 7, 9, 11};
  private static final WordPieceTokenizer TOKENIZER =
      WordPieceTokenizer.fromVocabulary(
          new ByteArrayInputStream(
              "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n".getBytes(StandardCharsets.UTF_8)),
          "words",
          true);

  private static PretrainedModel bert(int layers) {
    BertConfig config = new BertConfig(20, 16, layers, 4, 32, 12, 2, 1e-12f, 0.1f, 0.1f);
    return new PretrainedModel(
        "bert", config, TOKENIZER, RandomBert.weights(config, 2, 0.2f, 7), "sum");
  }

  @Test
  void computes_what_bert_computes_with_the_layers_between_left_out() {
    PretrainedModel bert = bert(12);
    PretrainedModel distilbert = DistilBertStart.of("distilbert", bert);
    // The same six layers as a BERT of six.
    Map<String, Tensor> six = new LinkedHashMap<>();
    bert.weights()
        .forEach(
            (name, weight) -> {
              if (name.startsWith("embeddings.")) {
                six.put(name, weight);
              }
              for (int i = 0; i < KEPT.length; i++) {
                String layer = "encoder.layer." + KEPT[i] + ".";
                if (name.startsWith(layer)) {
                  six.put("encoder.layer." + i + "." + name.substring(layer.length()), weight);
                }
              }
            });
    BertConfig config = new BertConfig(20, 16, 6, 4, 32, 12, 2, 1e-12f, 0.1f, 0.1f);
    Batch batch = Batch.of(List.of(RandomBert.sequence(2, 5, 9, 3), RandomBert.sequence(2, 17, 3)));

    Tensor expected =
        Encoder.build(config, name -> Constant.of(six.get(name)), LinearFactory.PLAIN)
            .forward(batch)
            .value();
    Tensor actual =
        Encoder.build(
                distilbert.config(),
                name -> Constant.of(distilbert.weights().get(name)),
                LinearFactory.PLAIN)
            .forward(batch)
            .value();

    assertThat(actual.shape()).isEqualTo(Shape.of(7, 16));
    Golden.assertClose("hidden states", actual, expected.array(), 1e-5, 0);
  }

  @Test
  void has_no_pooler_no_classifier_and_no_token_types() {
    PretrainedModel distilbert = DistilBertStart.of("distilbert", bert(12));

    assertThat(distilbert.name()).isEqualTo("distilbert");
    assertThat(distilbert.config())
        .isEqualTo(new DistilBertConfig(20, 16, 6, 4, 32, 12, 0.1f, 0.1f, 0.2f));
    assertThat(distilbert.weights().keySet())
        .hasSize(4 + 6 * 16)
        .noneMatch(name -> name.contains("pool") || name.contains("class"))
        .noneMatch(name -> name.contains("token_type"));
  }

  @Test
  void starts_from_twelve_layers_only() {
    assertThatThrownBy(() -> DistilBertStart.of("distilbert", bert(6)))
        .isInstanceOf(InputException.class)
        .hasMessage("distilbert: bert is a bert of 6 layers; start from a bert of 12");
    PretrainedModel distilbert = DistilBertStart.of("distilbert", bert(12));
    assertThatThrownBy(() -> DistilBertStart.of("distilbert", distilbert))
        .hasMessage("distilbert: distilbert is a distilbert of 6 layers; start from a bert of 12");
  }

  @Test
  void leaves_the_bert_as_it_was() {
    PretrainedModel bert = bert(12);
    float[] before = bert.weights().get("embeddings.position_embeddings.weight").array().clone();

    DistilBertStart.of("distilbert", bert);

    assertThat(bert.weights().get("embeddings.position_embeddings.weight").array())
        .containsExactly(before);
  }
}
