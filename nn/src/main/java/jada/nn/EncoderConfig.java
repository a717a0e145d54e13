package jada.nn;

/// The sizes of an encoder and the constants of its layers, whatever its family.
///
/// All activations are the exact (erf) GELU; positions are learned and absolute, in MPNet also
/// relative. With C the hidden size and F the intermediate size, a layer holds four (C, C)
/// attention projections, a (F, C) and a (C, F) matrix, their biases and two LayerNorms.
public interface EncoderConfig {
  /// The family, which names the modules and makes the head.
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

  /// Rows of the token type table; 0 if the encoder has no token types.
  int tokenTypes();

  /// Added to the variance before the root is taken.
  float layerNormEpsilon();

  /// Dropout probability of activations in training.
  float hiddenDropout();

  /// Dropout probability of the output of attention in training.
  float attentionOutputDropout();

  /// Dropout probability of attention weights in training.
  float attentionDropout();

  /// Dropout probability between the head's two matrices in training.
  float headDropout();

  /// Channels of one head: C / heads.
  default int headSize() {
    return hiddenSize() / heads();
  }

  /// The same sizes with other dropouts.
  ///
  /// @param hidden of activations, those of the head included
  /// @param attention of attention weights
  EncoderConfig withDropout(float hidden, float attention);
}
