package jada.nn;

/// The sizes of an encoder and the constants of its layers, whatever its family.
///
/// All activations are the exact (erf) GELU; positions are learnt and absolute. With C the hidden
/// size and F the intermediate size, a layer holds four (C, C) attention projections, a (F, C) and
/// a (C, F) matrix, their biases and two LayerNorms.
public interface EncoderConfig {
  /// Whose names the modules have, and which head belongs to it.
  Family family();

  /// Rows of the word embedding table.
  int vocabularySize();

  /// C, channels of a token.
  int hiddenSize();

  /// Encoder layers.
  int layers();

  /// Attention heads of a layer; divides C.
  int heads();

  /// F, channels inside the feed-forward part.
  int intermediateSize();

  /// Rows of the position table.
  int maxPositions();

  /// The longest sequence in tokens, special tokens included.
  default int maxTokens() {
    return maxPositions();
  }

  /// Rows of the token type table; 0 if the encoder does not tell a second text from the first.
  int tokenTypes();

  /// Added to the variance before the root is taken.
  float layerNormEpsilon();

  /// Probability that training drops an activation.
  float hiddenDropout();

  /// Probability that training drops an activation of what attention adds.
  float attentionOutputDropout();

  /// Probability that training drops an attention weight.
  float attentionDropout();

  /// Probability that training drops an activation between the head's two matrices.
  float headDropout();

  /// Channels of one head: C / heads.
  default int headSize() {
    return hiddenSize() / heads();
  }

  /// The same sizes with other dropouts.
  ///
  /// @param hidden of activations, the head's too
  /// @param attention of attention weights
  EncoderConfig withDropout(float hidden, float attention);
}
