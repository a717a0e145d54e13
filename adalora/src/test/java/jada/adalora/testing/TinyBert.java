package jada.adalora.testing;

import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.BertConfig;
import jada.nn.ClassificationHead;
import jada.nn.Encoder;
import jada.nn.LinearFactory;
import jada.nn.SequenceClassifier;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A BERT of two layers with random weights: 20 words, 16 channels, 32 inside the feed-forward
/// part.
public final class TinyBert {
  public static final BertConfig CONFIG = new BertConfig(20, 16, 2, 4, 32, 12, 2, 1e-12f, 0, 0);
  private static final WordPieceTokenizer TOKENIZER = tokenizer();
  public static final List<Encoding> TEXTS =
      Stream.of("c e g", "a", "o n").map(text -> TOKENIZER.encode(text, 12)).toList();
  public static final Batch BATCH = Batch.of(TEXTS);

  private TinyBert() {}

  private static List<String> words() {
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    for (char word = 'a'; words.size() < CONFIG.vocabularySize(); word++) {
      words.add(String.valueOf(word));
    }
    return words;
  }

  private static WordPieceTokenizer tokenizer() {
    try {
      Path file = Files.createTempFile("vocab", ".txt");
      Files.write(file, words());
      WordPieceTokenizer tokenizer = WordPieceTokenizer.fromVocabulary(file, true);
      Files.delete(file);
      return tokenizer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Without pooler and classifier, as sentence encoders are published.
  public static PretrainedModel encoder() {
    return encoder(CONFIG);
  }

  /// The same in other sizes, with the same words.
  public static PretrainedModel encoder(BertConfig config) {
    int channels = config.hiddenSize();
    int inner = config.intermediateSize();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    put(weights, "embeddings.word_embeddings.weight", config.vocabularySize(), channels);
    put(weights, "embeddings.position_embeddings.weight", config.maxPositions(), channels);
    put(weights, "embeddings.token_type_embeddings.weight", config.tokenTypes(), channels);
    putNorm(weights, "embeddings.LayerNorm", channels);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      for (String name :
          new String[] {
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense"
          }) {
        putLinear(weights, layer + name, channels, channels);
      }
      putNorm(weights, layer + "attention.output.LayerNorm", channels);
      putLinear(weights, layer + "intermediate.dense", inner, channels);
      putLinear(weights, layer + "output.dense", channels, inner);
      putNorm(weights, layer + "output.LayerNorm", channels);
    }
    return model(config, weights);
  }

  /// With a pooler.
  public static PretrainedModel withPooler() {
    Map<String, Tensor> weights = new LinkedHashMap<>(encoder().weights());
    putLinear(weights, "pooler.dense", 16, 16);
    return model(weights);
  }

  /// With a pooler and a classifier.
  public static PretrainedModel classifier(int outputs) {
    Map<String, Tensor> weights = new LinkedHashMap<>(withPooler().weights());
    putLinear(weights, "classifier", outputs, 16);
    return model(weights);
  }

  /// With a pooler and a classifier whose labels have names.
  public static PretrainedModel classifier(List<String> labels, Optional<String> problemType) {
    PretrainedModel model = classifier(labels.size());
    return new PretrainedModel(
        model.name(),
        model.config(),
        model.tokenizer(),
        model.weights(),
        model.checksum(),
        model.source(),
        labels,
        problemType);
  }

  public static PretrainedModel model(Map<String, Tensor> weights) {
    return model(CONFIG, weights);
  }

  private static PretrainedModel model(BertConfig config, Map<String, Tensor> weights) {
    return new PretrainedModel(
        "tiny-bert", config, TOKENIZER, weights, "none", "tiny-bert", List.of(), Optional.empty());
  }

  /// What a plain network of these weights computes for [#BATCH].
  public static float[] logits(Map<String, Tensor> weights, int outputs) {
    return new SequenceClassifier(
            Encoder.build(CONFIG, name -> Constant.of(weights.get(name)), LinearFactory.PLAIN),
            ClassificationHead.build(
                CONFIG, outputs, name -> Constant.of(weights.get(name)), LinearFactory.PLAIN))
        .logits(BATCH)
        .value()
        .array();
  }

  /// Gives all parameters random values and masks triplets, so that ranks differ and the first
  /// adapter has rank 0, as if the model had been trained.
  public static void pretendTraining(AdaptedModel model, long seed) {
    pretendTraining(model, seed, 0.3);
  }

  public static void pretendTraining(AdaptedModel model, long seed, double std) {
    RandomSource random = RandomSource.of(seed);
    model
        .parameters()
        .forEach(
            p ->
                p.update(
                    w -> {
                      RandomSource own = random.split(p.name());
                      for (int i = 0; i < w.length; i++) {
                        w[i] = (float) (std * own.nextGaussian());
                      }
                    }));
    int number = 0;
    for (SvdLinear adapter : model.svdAdapters()) {
      BitSet alive = new BitSet();
      for (int i = 0; i < adapter.triplets() && number > 0; i++) {
        alive.set(i, random.nextInt(3) == 0);
      }
      adapter.mask(alive);
      if (number % 2 == 0) {
        adapter.dropMasked();
      }
      number++;
    }
  }

  private static void putLinear(Map<String, Tensor> weights, String name, int out, int in) {
    put(weights, name + ".weight", out, in);
    put(weights, name + ".bias", out);
  }

  private static void putNorm(Map<String, Tensor> weights, String name, int channels) {
    put(weights, name + ".weight", channels);
    weights.computeIfPresent(
        name + ".weight", (_, noise) -> noise.add(Tensor.full(Shape.of(channels), 1)));
    put(weights, name + ".bias", channels);
  }

  private static void put(Map<String, Tensor> weights, String name, int... dims) {
    weights.put(name, Tensor.normal(Shape.of(dims), 0.3f, RandomSource.of(5).split(name)));
  }
}
