package jada.nn;

/// The sizes of a DistilBERT encoder (Sanh et al. 2019) and the constants of its layers: a BERT
/// without token types.
///
/// @param vocabularySize rows of the word embedding table
/// @param hiddenSize C, channels of a token (`dim`)
/// @param layers encoder layers (`n_layers`)
/// @param heads attention heads of a layer (`n_heads`); divides C
/// @param intermediateSize F, channels inside the feed-forward part (`hidden_dim`)
/// @param maxPositions rows of the position table: the longest sequence in tokens
/// @param hiddenDropout dropout probability in training, of the embeddings and of the output of the
///   feed-forward network (`dropout`); the output of attention has none
/// @param attentionDropout dropout probability of attention weights in training
/// @param headDropout dropout probability between the head's two matrices in training
///   (`seq_classif_dropout`)
public record DistilBertConfig(
    int vocabularySize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    int maxPositions,
    float hiddenDropout,
    float attentionDropout,
    float headDropout)
    implements EncoderConfig {

  /// @throws IllegalArgumentException if a size is not positive, the heads do not divide the hidden
  ///   size or a dropout lies outside [0, 1)
  public DistilBertConfig {
    ConfigChecks check = new ConfigChecks("DistilBertConfig");
    check.positive("vocabularySize", vocabularySize);
    check.positive("hiddenSize", hiddenSize);
    check.positive("layers", layers);
    check.positive("heads", heads);
    check.positive("intermediateSize", intermediateSize);
    check.positive("maxPositions", maxPositions);
    check.divides(heads, hiddenSize);
    check.probability("hiddenDropout", hiddenDropout);
    check.probability("attentionDropout", attentionDropout);
    check.probability("headDropout", headDropout);
  }

  @Override
  public Family family() {
    return Families.DISTILBERT;
  }

  @Override
  public int tokenTypes() {
    return 0;
  }

  /// 10⁻¹²: a constant of DistilBERT's code, no key of its configuration.
  @Override
  public float layerNormEpsilon() {
    return 1e-12f;
  }

  @Override
  public float attentionOutputDropout() {
    return 0;
  }

  @Override
  public DistilBertConfig withDropout(float hidden, float attention) {
    return new DistilBertConfig(
        vocabularySize,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        maxPositions,
        hidden,
        attention,
        hidden);
  }
}
