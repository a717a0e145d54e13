package jada.bench;

import jada.nn.checkpoint.PretrainedModel;

/// A network that trains in milliseconds, for tests of other packages.
public final class TinyModel {
  private TinyModel() {}

  /// Two layers of 64 channels with random weights, and the words w0 to w99.
  public static PretrainedModel random() {
    return RandomModel.named("tiny", 105).model();
  }
}
