package jada.nn;

/// A configuration with the sizes of a BERT and something more.
interface BertSized extends EncoderConfig {
  /// What it has in common with BERT's.
  BertConfig sizes();

  @Override
  default int vocabularySize() {
    return sizes().vocabularySize();
  }

  @Override
  default int hiddenSize() {
    return sizes().hiddenSize();
  }

  @Override
  default int layers() {
    return sizes().layers();
  }

  @Override
  default int heads() {
    return sizes().heads();
  }

  @Override
  default int intermediateSize() {
    return sizes().intermediateSize();
  }

  @Override
  default int maxPositions() {
    return sizes().maxPositions();
  }

  @Override
  default int tokenTypes() {
    return sizes().tokenTypes();
  }

  @Override
  default float layerNormEpsilon() {
    return sizes().layerNormEpsilon();
  }

  @Override
  default float hiddenDropout() {
    return sizes().hiddenDropout();
  }

  @Override
  default float attentionOutputDropout() {
    return sizes().attentionOutputDropout();
  }

  @Override
  default float attentionDropout() {
    return sizes().attentionDropout();
  }

  @Override
  default float headDropout() {
    return sizes().headDropout();
  }
}
