package jada.nn;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The names that a family gives the modules of BERT's block: attention, a norm, a feed-forward
/// network, a norm.
///
/// @param layers prefix of the names of a layer's modules, for example `encoder.layer.`
/// @param attention the four matrices of attention: query, key, value, output
/// @param attentionNorm the LayerNorm after attention
/// @param feedForward the two matrices of the feed-forward part: up, down
/// @param outputNorm the LayerNorm at the end of the layer
public record BlockNames(
    String layers,
    List<String> attention,
    String attentionNorm,
    List<String> feedForward,
    String outputNorm) {

  /// The prefix of all names of a layer, for example `encoder.layer.3.`.
  public String layer(int index) {
    return layers + index + ".";
  }

  /// The six matrices of a layer.
  public List<String> matrices() {
    return Stream.of(attention, feedForward).flatMap(List::stream).toList();
  }

  /// All modules of a layer that hold a weight and a bias, in the same order in every family.
  public List<String> modulesOfLayer() {
    return Stream.of(attention, List.of(attentionNorm), feedForward, List.of(outputNorm))
        .flatMap(List::stream)
        .toList();
  }

  /// The weights of embeddings and layers.
  Stream<WeightSpec> weights(EncoderConfig config) {
    long c = config.hiddenSize();
    Stream<WeightSpec> tables =
        Stream.of(
            table("word", config.vocabularySize(), c), table("position", config.maxPositions(), c));
    Stream<WeightSpec> types =
        config.tokenTypes() == 0
            ? Stream.empty()
            : Stream.of(table("token_type", config.tokenTypes(), c));
    return Stream.of(
            tables,
            types,
            WeightSpec.norm("embeddings.LayerNorm", c),
            IntStream.range(0, config.layers()).boxed().flatMap(i -> layer(config, layer(i))))
        .flatMap(part -> part);
  }

  private static WeightSpec table(String what, long rows, long channels) {
    return WeightSpec.table("embeddings." + what + "_embeddings", rows, channels);
  }

  private Stream<WeightSpec> layer(EncoderConfig config, String layer) {
    long c = config.hiddenSize();
    long f = config.intermediateSize();
    return Stream.of(
            attention.stream().flatMap(name -> WeightSpec.linear(layer + name, c, c)),
            WeightSpec.norm(layer + attentionNorm, c),
            WeightSpec.linear(layer + feedForward.get(0), f, c),
            WeightSpec.linear(layer + feedForward.get(1), c, f),
            WeightSpec.norm(layer + outputNorm, c))
        .flatMap(part -> part);
  }
}
