package jada.nn;

/// The sizes of a BERT encoder and the constants of its layers.
///
/// @param vocabularySize rows of the word embedding table
/// @param hiddenSize C, channels of a token
/// @param layers encoder layers
/// @param heads attention heads of a layer; divides C
/// @param intermediateSize F, channels inside the feed-forward part
/// @param maxPositions rows of the position table: the longest sequence in tokens
/// @param tokenTypes rows of the token type table
/// @param layerNormEpsilon added to the variance before the root is taken
/// @param hiddenDropout dropout probability of activations in training
/// @param attentionDropout dropout probability of attention weights in training
/// @param headDropout dropout probability between the head's two matrices in training
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
    float attentionDropout,
    float headDropout)
    implements EncoderConfig {

  /// @throws IllegalArgumentException if a size is not positive, the heads do not divide the hidden
  ///   size, epsilon is not positive or a dropout lies outside [0, 1)
  public BertConfig {
    ConfigChecks check = new ConfigChecks("BertConfig");
    check.positive("vocabularySize", vocabularySize);
    check.positive("hiddenSize", hiddenSize);
    check.positive("layers", layers);
    check.positive("heads", heads);
    check.positive("intermediateSize", intermediateSize);
    check.positive("maxPositions", maxPositions);
    check.positive("tokenTypes", tokenTypes);
    check.divides(heads, hiddenSize);
    check.epsilon("layerNormEpsilon", layerNormEpsilon);
    check.probability("hiddenDropout", hiddenDropout);
    check.probability("attentionDropout", attentionDropout);
    check.probability("headDropout", headDropout);
  }

  /// A configuration whose head has the dropout of the hidden states.
  public BertConfig(
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
    this(
        vocabularySize,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        maxPositions,
        tokenTypes,
        layerNormEpsilon,
        hiddenDropout,
        attentionDropout,
        hiddenDropout);
  }

  @Override
  public Family family() {
    return Families.BERT;
  }

  @Override
  public float attentionOutputDropout() {
    return hiddenDropout;
  }

  @Override
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
}
