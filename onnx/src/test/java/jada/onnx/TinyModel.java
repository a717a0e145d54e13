package jada.onnx;

import jada.nn.BertConfig;
import jada.nn.DistilBertConfig;
import jada.nn.EncoderConfig;
import jada.nn.Families;
import jada.nn.Family;
import jada.nn.Mpnet;
import jada.nn.Roberta;
import jada.nn.WeightSpec;
import jada.nn.checkpoint.BertWeights;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.OnnxBert;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Models of all families with two layers, 16 channels and random weights.
final class TinyModel {
  static final List<String> FAMILIES =
      List.of("bert", "distilbert", "roberta", "xlm-roberta", "camembert", "mpnet");

  /// Of different lengths, so that all but one are padded in a batch.
  static final List<String> TEXTS =
      List.of(
          "the river rises.",
          "",
          "a b c d e f g h i j k l m n o p q r s t a b c",
          "Starve é he",
          "b",
          "the three rivers");

  /// Longer than the farthest distance that MPNet tells apart.
  static final String LONG = "a b c d e f g h i j k l m n o p q r s t ".repeat(8);

  private static final List<String> WORDS =
      List.of(
          ("[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e f g h i j k l m n o p q r s t ##a ##b . ? ! É")
              .split(" "));

  private TinyModel() {}

  private static EncoderConfig config(String family) {
    BertConfig bert = bert(31, 20, 2, 1e-12f);
    return switch (family) {
      case "bert" -> bert;
      case "distilbert" -> new DistilBertConfig(31, 16, 2, 4, 24, 20, 0, 0, 0);
      case "mpnet" -> new Mpnet.Config(bert(31, 302, 1, 1e-5f));
      default -> new Roberta.Config(Families.of(family).orElseThrow(), bert(40, 22, 1, 1e-5f), 1);
    };
  }

  private static BertConfig bert(int vocabulary, int positions, int types, float epsilon) {
    return new BertConfig(vocabulary, 16, 2, 4, 24, positions, types, epsilon, 0, 0);
  }

  /// A model without a classifier, whose form is not known.
  static PretrainedModel encoder(String family) {
    EncoderConfig config = config(family);
    return model(config, config.family().weights(config), List.of());
  }

  /// A model without a classifier that makes vectors in this form.
  static PretrainedModel encoder(String family, EmbeddingForm form) {
    return encoder(family).withEmbedding(form);
  }

  /// A model with a classifier.
  static PretrainedModel classifier(String family, String... labels) {
    EncoderConfig config = config(family);
    Family of = config.family();
    return model(
        config,
        Stream.concat(of.weights(config), of.headWeights(config, labels.length)),
        List.of(labels));
  }

  private static PretrainedModel model(
      EncoderConfig config, Stream<WeightSpec> specs, List<String> labels) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    specs.forEach(spec -> weights.put(spec.name(), random(spec)));
    String family = config.family().type();
    return new PretrainedModel(
        "tiny-" + family,
        config,
        tokenizer(family),
        weights,
        "c0ffee",
        "tiny",
        labels,
        Optional.empty());
  }

  private static Tensor random(WeightSpec spec) {
    Shape shape = Shape.of(spec.sizes().stream().mapToInt(Math::toIntExact).toArray());
    Tensor noise = Tensor.normal(shape, 0.3f, RandomSource.of(5).split(spec.name()));
    boolean isScale = spec.name().matches(".*(LayerNorm|layer_norm)\\.weight");
    return isScale ? noise.add(Tensor.full(shape, 1)) : noise;
  }

  private static Tokenizer tokenizer(String family) {
    return List.of("bert", "distilbert").contains(family)
        ? vocabulary(true)
        : Tokenizers.read(resources(family));
  }

  /// BERT's tokenizer of the words alone.
  static WordPieceTokenizer vocabulary(boolean lowercase) {
    byte[] lines = (String.join("\n", WORDS) + "\n").getBytes(StandardCharsets.UTF_8);
    return WordPieceTokenizer.fromVocabulary(
        new ByteArrayInputStream(lines), "vocab.txt", lowercase);
  }

  /// The folder of a family's tokenizer, which transformers saved.
  static Path resources(String family) {
    try {
      return Path.of(TinyModel.class.getResource(family + "/tokenizer.json").toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The same model with another tokenizer.
  static PretrainedModel with(Tokenizer tokenizer, PretrainedModel model) {
    return new PretrainedModel(
        model.name(),
        model.config(),
        tokenizer,
        model.weights(),
        model.checksum(),
        model.source(),
        model.labels(),
        model.problemType(),
        model.embedding());
  }

  /// The published model all-MiniLM-L6-v2.
  static PretrainedModel miniLm() {
    String name = "all-minilm-l6-v2";
    try (InputStream file = TinyModel.class.getResourceAsStream("/" + name + ".onnx");
        InputStream json = TinyModel.class.getResourceAsStream("/" + name + "-tokenizer.json")) {
      BertWeights weights = OnnxBert.read(file, name, 12);
      return new PretrainedModel(
              name,
              weights.config(),
              WordPieceTokenizer.fromTokenizerJson(json, name),
              weights.tensors(),
              weights.checksum())
          .withEmbedding(EmbeddingForm.DEFAULT.withMaxLength(256));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
