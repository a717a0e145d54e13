package jada.nn;

import jada.autograd.Variable;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// BERT's encoder (Devlin et al. 2019): embeddings, then a stack of equal blocks.
///
/// Weights are what the caller makes them: a [jada.autograd.Constant] stays as it is and costs no
/// gradient work, a [jada.autograd.Parameter] is trained. Read on at `BertLayer` and `Attention`.
public final class BertEncoder implements Encoder {
  private final BertEmbeddings embeddings;
  private final List<BertLayer> layers;

  private BertEncoder(BertEmbeddings embeddings, List<BertLayer> layers) {
    this.embeddings = embeddings;
    this.layers = layers;
  }

  /// The encoder with the given weights.
  ///
  /// @param config the sizes
  /// @param weights gives each weight by its Hugging Face name without the prefix `bert.`, for
  ///   example `encoder.layer.0.attention.self.query.weight`; `Map::get` will do
  /// @param linears makes the layer of each matrix, by its path with the prefix
  /// @throws InputException if a weight is missing or its shape does not fit the configuration
  public static BertEncoder build(
      BertConfig config, Function<String, Variable> weights, LinearFactory linears) {
    NamedWeights named = new NamedWeights("bert encoder", weights, linears);
    return new BertEncoder(
        embeddings(config, named),
        IntStream.range(0, config.layers()).mapToObj(i -> layer(config, named, i)).toList());
  }

  @Override
  public Variable forward(Batch batch, Rows rows) {
    Variable x = embeddings.forward(batch); // (T, C)
    for (BertLayer layer : layers.subList(0, layers.size() - 1)) {
      x = layer.forward(x, batch, Rows.ALL);
    }
    return layers.getLast().forward(x, batch, rows); // (T, C) -> (N, C)
  }

  private static BertEmbeddings embeddings(BertConfig config, NamedWeights weights) {
    int channels = config.hiddenSize();
    return new BertEmbeddings(
        new Embedding(
            weights.get("embeddings.word_embeddings.weight", config.vocabularySize(), channels)),
        new Embedding(
            weights.get("embeddings.position_embeddings.weight", config.maxPositions(), channels)),
        new Embedding(
            weights.get("embeddings.token_type_embeddings.weight", config.tokenTypes(), channels)),
        weights.layerNorm("embeddings.LayerNorm", channels, config.layerNormEpsilon()),
        Dropout.of("embeddings", config.hiddenDropout()));
  }

  private static BertLayer layer(BertConfig config, NamedWeights weights, int index) {
    String path = "encoder.layer." + index + ".";
    int channels = config.hiddenSize();
    int inner = config.intermediateSize();
    float epsilon = config.layerNormEpsilon();
    return new BertLayer(
        new Attention(
            weights.linear("bert.", path + "attention.self.query", channels, channels),
            weights.linear("bert.", path + "attention.self.key", channels, channels),
            weights.linear("bert.", path + "attention.self.value", channels, channels),
            weights.linear("bert.", path + "attention.output.dense", channels, channels),
            config.heads(),
            Dropout.of(path + "attention.self", config.attentionDropout())),
        Dropout.of(path + "attention.output", config.hiddenDropout()),
        weights.layerNorm(path + "attention.output.LayerNorm", channels, epsilon),
        weights.linear("bert.", path + "intermediate.dense", inner, channels),
        weights.linear("bert.", path + "output.dense", channels, inner),
        Dropout.of(path + "output", config.hiddenDropout()),
        weights.layerNorm(path + "output.LayerNorm", channels, epsilon));
  }
}
