package jada.nn;

import jada.autograd.Variable;
import jada.tensor.Workspace;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// BERT's encoder (Devlin et al. 2019): embeddings, then a stack of equal blocks. DistilBERT's is
/// the same without token types; its modules have other names ([BlockNames]). MPNet's adds a bias
/// to the scores of attention ([RelativeBias]), the same in all blocks.
///
/// The caller decides which weights are trained: a [jada.autograd.Constant] is frozen and costs no
/// gradient work, a [jada.autograd.Parameter] is trained. Next: `BertLayer`, `Attention`.
final class BertEncoder implements Encoder {
  private final BertEmbeddings embeddings;
  private final List<BertLayer> layers;
  private final Optional<RelativeBias> bias;

  private BertEncoder(
      BertEmbeddings embeddings, List<BertLayer> layers, Optional<RelativeBias> bias) {
    this.embeddings = embeddings;
    this.layers = layers;
    this.bias = bias;
  }

  /// The encoder with the given weights.
  ///
  /// @param config the sizes
  /// @param names the modules of a layer
  /// @param weights gives each weight by its Hugging Face name without the prefix `bert.` or
  ///   `distilbert.`, for example `encoder.layer.0.attention.self.query.weight`; `Map::get` will do
  /// @param linears makes the layer of each matrix, by its path with the prefix
  /// @param bias added to the scores of attention, in families that have one
  /// @throws jada.nn.files.InputException if a weight is missing or its shape does not fit the
  ///   configuration
  static BertEncoder of(
      EncoderConfig config,
      BlockNames names,
      Function<String, Variable> weights,
      LinearFactory linears,
      Optional<RelativeBias> bias) {
    NamedWeights named = new NamedWeights("encoder", config.family(), weights, linears);
    return new BertEncoder(
        embeddings(config, named),
        IntStream.range(0, config.layers()).mapToObj(i -> layer(config, names, named, i)).toList(),
        bias);
  }

  @Override
  public Variable forward(Batch batch, Rows rows) {
    // Before the mark, since every layer reads it.
    Optional<Variable> distances = bias.map(relative -> relative.forward(batch)); // (2D − 1, H)
    long mark = Workspace.mark();
    Variable x = embeddings.forward(batch); // (T, C)
    for (BertLayer layer : layers.subList(0, layers.size() - 1)) {
      x = done(layer.forward(x, batch, Rows.ALL, distances), mark);
    }
    Variable last = layers.getLast().forward(x, batch, rows, distances);
    return done(last, mark); // (T, C) -> (N, C)
  }

  /// Where no gradient is wanted, nothing of the computation is read again but its result. Reusing
  /// the rest in the next layer makes the memory of a batch that of one layer, which stays in the
  /// cache.
  private static Variable done(Variable result, long mark) {
    if (!result.differentiable()) {
      Workspace.giveBackAllBut(result.value(), mark);
    }
    return result;
  }

  private static BertEmbeddings embeddings(EncoderConfig config, NamedWeights weights) {
    return new BertEmbeddings(
        table(config, weights, "word", config.vocabularySize()),
        table(config, weights, "position", config.maxPositions()),
        config.tokenTypes() == 0
            ? Optional.empty()
            : Optional.of(table(config, weights, "token_type", config.tokenTypes())),
        weights.layerNorm("embeddings.LayerNorm", config.hiddenSize(), config.layerNormEpsilon()),
        Dropout.of("embeddings", config.hiddenDropout()));
  }

  private static Embedding table(
      EncoderConfig config, NamedWeights weights, String what, int rows) {
    String name = "embeddings." + what + "_embeddings.weight";
    return new Embedding(weights.get(name, rows, config.hiddenSize()));
  }

  private static BertLayer layer(
      EncoderConfig config, BlockNames names, NamedWeights weights, int index) {
    String path = names.layer(index);
    int channels = config.hiddenSize();
    int inner = config.intermediateSize();
    float epsilon = config.layerNormEpsilon();
    List<Layer> attention =
        names.attention().stream()
            .map(name -> weights.linear(path + name, channels, channels))
            .toList();
    return new BertLayer(
        new Attention(
            attention.get(0),
            attention.get(1),
            attention.get(2),
            attention.get(3),
            config.heads(),
            Dropout.of(path + "attention.self", config.attentionDropout())),
        Dropout.of(path + "attention.output", config.attentionOutputDropout()),
        weights.layerNorm(path + names.attentionNorm(), channels, epsilon),
        new FeedForward(
            weights.linear(path + names.feedForward().get(0), inner, channels),
            weights.linear(path + names.feedForward().get(1), channels, inner)),
        Dropout.of(path + "output", config.hiddenDropout()),
        weights.layerNorm(path + names.outputNorm(), channels, epsilon));
  }
}
