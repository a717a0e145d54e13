package jada.nn;

/// The sizes of a BERT encoder and the constants of its layers.
///
/// All activations are the exact (erf) GELU; positions are learnt and absolute. With C the hidden
/// size and F the intermediate size, a layer holds four (C, C) attention projections, a (F, C) and
/// a (C, F) matrix, their biases and two LayerNorms.
///
/// @param vocabularySize rows of the word embedding table
/// @param hiddenSize C, channels of a token
/// @param layers encoder layers
/// @param heads attention heads of a layer; divides C
/// @param intermediateSize F, channels inside the feed-forward part
/// @param maxPositions rows of the position table: the longest sequence in tokens
/// @param tokenTypes rows of the token type table
/// @param layerNormEpsilon added to the variance before the root is taken
/// @param hiddenDropout probability that training drops an activation
/// @param attentionDropout probability that training drops an attention weight
public record BertConfig(
    int vocabularySize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    int maxPositions,
    int tokenTypes,
    float layerNormEpsilon,
    float hiddenDropout,
    float attentionDropout) {

  /// @throws IllegalArgumentException if a size is not positive, the heads do not divide the hidden
  ///   size, epsilon is not positive or a dropout lies outside [0, 1)
  public BertConfig {
    requirePositive("vocabularySize", vocabularySize);
    requirePositive("hiddenSize", hiddenSize);
    requirePositive("layers", layers);
    requirePositive("heads", heads);
    requirePositive("intermediateSize", intermediateSize);
    requirePositive("maxPositions", maxPositions);
    requirePositive("tokenTypes", tokenTypes);
    if (hiddenSize % heads != 0) {
      throw new IllegalArgumentException(
          "BertConfig: heads must divide hiddenSize, got " + heads + " heads for " + hiddenSize);
    }
    if (!(layerNormEpsilon > 0 && layerNormEpsilon < 1)) {
      throw new IllegalArgumentException(
          "BertConfig: layerNormEpsilon must lie between 0 and 1, got " + layerNormEpsilon);
    }
    requireProbability("hiddenDropout", hiddenDropout);
    requireProbability("attentionDropout", attentionDropout);
  }

  /// Channels of one head: C / heads.
  public int headSize() {
    return hiddenSize / heads;
  }

  /// The same sizes with other dropouts.
  public BertConfig withDropout(float hidden, float attention) {
    return new BertConfig(
        vocabularySize,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        maxPositions,
        tokenTypes,
        layerNormEpsilon,
        hidden,
        attention);
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException("BertConfig: " + name + " must be positive, got " + value);
    }
  }

  private static void requireProbability(String name, float value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "BertConfig: " + name + " must be at least 0 and below 1, got " + value);
    }
  }
}
