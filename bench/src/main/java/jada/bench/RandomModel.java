package jada.bench;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.nn.BertConfig;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Kernels;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A network with random weights and texts of random words: the time of a step does not depend on
/// their values.
final class RandomModel {
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private final BertConfig config;
  private final RandomSource random = RandomSource.of(1);

  private RandomModel(BertConfig config) {
    this.config = config;
  }

  /// The sizes of all-MiniLM-L6-v2.
  static RandomModel miniLm(int vocabulary) {
    return sized(vocabulary, 384, 6);
  }

  /// The network of these names: `minilm`, `distilbert` (half of BERT-base's depth), or `tiny`, to
  /// try things.
  static RandomModel named(String name, int vocabulary) {
    return switch (name) {
      case "minilm" -> miniLm(vocabulary);
      case "distilbert" ->
          new RandomModel(new BertConfig(vocabulary, 768, 6, 12, 3072, 512, 2, 1e-12f, 0.1f, 0.1f));
      case "tiny" -> sized(vocabulary, 64, 2);
      default ->
          throw new IllegalArgumentException(
              "the model is minilm, distilbert or tiny, not " + name);
    };
  }

  /// All-MiniLM-L6-v2 with other channels and layers: a head has 32 channels, the feed-forward part
  /// four times as many as a token.
  static RandomModel sized(int vocabulary, int channels, int layers) {
    return new RandomModel(
        new BertConfig(
            vocabulary, channels, layers, channels / 32, 4 * channels, 512, 2, 1e-12f, 0.1f, 0.1f));
  }

  /// The network, with a vocabulary of the words `w0`, `w1` and so on.
  PretrainedModel model() {
    Kernels.warmUp(); // as where a model is read
    List<String> words = new ArrayList<>(SPECIAL);
    while (words.size() < config.vocabularySize()) {
      words.add("w" + (words.size() - SPECIAL.size()));
    }
    String vocabulary = String.join("\n", words);
    WordPieceTokenizer tokenizer =
        WordPieceTokenizer.fromVocabulary(
            new ByteArrayInputStream(vocabulary.getBytes(StandardCharsets.UTF_8)), "random", true);
    return new PretrainedModel(
        "random", config, tokenizer, weights(), "none", "random", List.of(), Optional.empty());
  }

  /// Texts that are `tokens` long with the two special tokens, labelled `no` and `yes` in turn.
  Dataset texts(int texts, int tokens) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < texts; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = 0; w < tokens - 2; w++) {
        text.append(" w").append(random.nextInt(config.vocabularySize() - SPECIAL.size()));
      }
      examples.add(Example.of(text.toString(), i % 2 == 0 ? "no" : "yes"));
    }
    return Dataset.of("random", examples);
  }

  private Map<String, Tensor> weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    int c = config.hiddenSize();
    int f = config.intermediateSize();
    put(weights, "embeddings.word_embeddings.weight", config.vocabularySize(), c);
    put(weights, "embeddings.position_embeddings.weight", config.maxPositions(), c);
    put(weights, "embeddings.token_type_embeddings.weight", config.tokenTypes(), c);
    putNorm(weights, "embeddings.LayerNorm", c);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
        put(weights, layer + "attention." + name + ".weight", c, c);
        put(weights, layer + "attention." + name + ".bias", c);
      }
      putNorm(weights, layer + "attention.output.LayerNorm", c);
      put(weights, layer + "intermediate.dense.weight", f, c);
      put(weights, layer + "intermediate.dense.bias", f);
      put(weights, layer + "output.dense.weight", c, f);
      put(weights, layer + "output.dense.bias", c);
      putNorm(weights, layer + "output.LayerNorm", c);
    }
    return weights;
  }

  private void put(Map<String, Tensor> weights, String name, int... dims) {
    weights.put(name, Tensor.normal(Shape.of(dims), 0.02f, random));
  }

  private static void putNorm(Map<String, Tensor> weights, String name, int channels) {
    weights.put(name + ".weight", Tensor.full(Shape.of(channels), 1));
    weights.put(name + ".bias", Tensor.zeros(Shape.of(channels)));
  }
}
