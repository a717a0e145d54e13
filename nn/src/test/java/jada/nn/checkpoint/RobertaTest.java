package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.BertConfig;
import jada.nn.ClassificationHead;
import jada.nn.Encoder;
import jada.nn.EncoderConfig;
import jada.nn.Families;
import jada.nn.Golden;
import jada.nn.LinearFactory;
import jada.nn.Roberta;
import jada.nn.SequenceClassifier;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.nn.text.Encoding;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// RoBERTa's encoder and head and those of its relatives, whose positions count from the padding
/// token, give transformers' logits. The folders were made by src/test/python/families_golden.py.
class RobertaTest {
  private static Path folder(String name) {
    try {
      return Path.of(Golden.class.getResource("families/" + name + "/config.json").toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static EncoderConfig config(String name) {
    return ModelConfigJson.read(folder(name).resolve("config.json")).encoder();
  }

  private static SequenceClassifier network(String name) {
    EncoderConfig config = config(name);
    Map<String, Constant> weights =
        HuggingFaceFolder.weights(WeightFiles.of(folder(name)), config).entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> Constant.of(e.getValue())));
    int outputs = weights.get("classifier.out_proj.weight").shape().dim(0);
    return new SequenceClassifier(
        Encoder.build(config, weights::get, LinearFactory.PLAIN),
        ClassificationHead.build(config, outputs, weights::get, LinearFactory.PLAIN));
  }

  private static Encoding encoding(int... ids) {
    return new Encoding(ids, ids.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "roberta-classification",
        "roberta-regression",
        "xlm-roberta-classification",
        "camembert-regression",
        "mpnet-classification"
      })
  void gives_the_logits_of_transformers(String name) {
    JsonNode golden = Golden.read("families/" + name + "/logits.json");
    List<Encoding> sequences = new ArrayList<>();
    for (JsonNode one : golden) {
      sequences.add(encoding(one.get("ids").valueStream().mapToInt(JsonNode::intValue).toArray()));
    }

    Tensor logits = network(name).logits(Batch.of(sequences)).value(); // (5, K)

    int outputs = name.endsWith("regression") ? 1 : 3;
    assertThat(logits.shape()).isEqualTo(Shape.of(5, outputs));
    for (int i = 0; i < 5; i++) {
      Tensor row = logits.gatherRows(i).reshape(Shape.of(outputs));
      Golden.assertClose(name, row, Golden.floats(golden.get(i).get("logits")), 1e-5, 0);
    }
  }

  @Test
  void there_is_no_token_type() {
    int[] ids = {0, 5, 2, 2, 6, 2};
    SequenceClassifier network = network("roberta-classification");

    assertThat(network.logits(Batch.of(List.of(new Encoding(ids, 3)))).value().array())
        .containsExactly(network.logits(Batch.of(List.of(encoding(ids)))).value().array());
  }

  @Test
  void a_table_of_22_positions_serves_20_tokens() {
    assertThat(config("roberta-classification").maxTokens()).isEqualTo(20);
    int[] ids = new int[21];
    Arrays.fill(ids, 5);

    assertThatThrownBy(
            () -> network("roberta-classification").logits(Batch.of(List.of(encoding(ids)))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has 21 tokens")
        .hasMessageContaining("20 positions");
  }

  @Test
  void its_configuration_is_written_as_it_was_read() {
    EncoderConfig config = config("roberta-classification");
    assertThat(config)
        .isEqualTo(
            new Roberta.Config(new BertConfig(30, 16, 2, 4, 24, 22, 1, 1e-5f, 0.1f, 0.1f), 1));
    assertThat(Families.ROBERTA.path("classifier.out_proj")).isEqualTo("classifier.out_proj");
    assertThat(Families.ROBERTA.path("encoder.layer.0.output.dense"))
        .isEqualTo("roberta.encoder.layer.0.output.dense");
    assertThatThrownBy(
            () -> new Roberta.Config(new BertConfig(30, 16, 2, 4, 24, 22, 2, 1e-5f, 0, 0), 1))
        .hasMessage("RobertaConfig: tokenTypes must be 1, got 2");
    assertThatThrownBy(
            () -> new Roberta.Config(new BertConfig(30, 16, 2, 4, 24, 22, 1, 1e-5f, 0, 0), 21))
        .hasMessage(
            "RobertaConfig: paddingId must lie between 0 and maxPositions - 2 (20), got 21");
  }

  @Test
  void a_folder_is_refused_while_its_tokenizer_is_not_its_own(@TempDir Path temp)
      throws IOException {
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(folder("roberta-classification").resolve(file), temp.resolve(file));
    }
    Files.writeString(temp.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
    assertThatThrownBy(() -> HuggingFaceFolder.read(temp))
        .isInstanceOf(InputException.class)
        .hasMessage(
            temp
                + ": the tokenizer is a WordPiece, a model of type 'roberta' has BPE;"
                + " use tokenizer and weights of the same model");
  }

  /// The second has vocab.json and merges.txt, the others tokenizer.json.
  @ParameterizedTest
  @CsvSource({
    "roberta-classification, BPE, RobertaForSequenceClassification",
    "roberta-regression, BPE, RobertaForSequenceClassification",
    "xlm-roberta-classification, Unigram, XLMRobertaForSequenceClassification",
    "camembert-regression, Unigram, CamembertForSequenceClassification",
    "mpnet-classification, WordPiece, MPNetForSequenceClassification",
  })
  void a_folder_gives_the_tokens_and_logits_of_transformers_and_is_written_back_the_same(
      String name, String tokenizer, String architecture, @TempDir Path temp) throws IOException {
    PretrainedModel model = HuggingFaceFolder.read(folder(name));
    assertThat(model.tokenizer().kind()).isEqualTo(tokenizer);
    assertThat(name).startsWith(model.config().family().type());
    assertThat(model.tokenizer().paddingId()).isEqualTo(1);
    assertGolden(name, model);

    HuggingFaceFolder.write(temp.resolve("copy"), model);
    PretrainedModel copy = HuggingFaceFolder.read(temp.resolve("copy"));

    assertThat(copy.config()).isEqualTo(model.config());
    assertThat(Files.readString(temp.resolve("copy/config.json"))).contains(architecture);
    assertThat(Safetensors.open(temp.resolve("copy/model.safetensors")).names())
        .isEqualTo(Safetensors.open(folder(name).resolve("model.safetensors")).names());
    assertThat(copy.tokenizer().files()).isEqualTo(model.tokenizer().files());
    assertGolden(name, copy);
  }

  private static void assertGolden(String name, PretrainedModel model) {
    JsonNode golden = Golden.read("families/" + name + "/texts.json");
    List<Encoding> sequences = new ArrayList<>();
    int most = model.config().maxTokens();
    for (JsonNode one : golden) {
      JsonNode texts = one.get("texts");
      Encoding encoding =
          texts.size() == 1
              ? model.tokenizer().encode(texts.get(0).stringValue(), most)
              : model
                  .tokenizer()
                  .encode(texts.get(0).stringValue(), texts.get(1).stringValue(), most);
      assertThat(encoding.ids()).containsExactly(Golden.ints(one.get("ids")));
      assertThat(encoding.typeIds()).containsOnly(0);
      sequences.add(encoding);
    }
    Map<String, Constant> weights =
        model.weights().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> Constant.of(e.getValue())));
    int outputs = weights.get("classifier.out_proj.weight").shape().dim(0);
    SequenceClassifier network =
        new SequenceClassifier(
            Encoder.build(model.config(), weights::get, LinearFactory.PLAIN),
            ClassificationHead.build(model.config(), outputs, weights::get, LinearFactory.PLAIN));
    Tensor logits = network.logits(Batch.of(sequences)).value(); // (B, K)
    for (int i = 0; i < sequences.size(); i++) {
      Tensor row = logits.gatherRows(i).reshape(Shape.of(outputs));
      Golden.assertClose(name, row, Golden.floats(golden.get(i).get("logits")), 1e-5, 0);
    }
  }
}
