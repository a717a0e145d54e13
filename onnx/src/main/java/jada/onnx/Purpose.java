package jada.onnx;

import jada.nn.Family;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Tensor;

/// What a model computes of a text: logits, or a vector.
///
/// @param outputs K, the rows of the classifier; 0 if there is none and the model is an encoder
/// @param form how an encoder makes a vector
/// @param maxLength the most tokens of a text, special tokens included
record Purpose(int outputs, EmbeddingForm form, int maxLength) {
  /// That of a model: logits if it has a classifier; otherwise vectors as it says, or as
  /// [EmbeddingForm#DEFAULT] says. Texts are cut where it was trained to cut them, at the latest at
  /// the number of its positions.
  ///
  /// @throws InputException if the vectors cannot be computed as the model's files say
  static Purpose of(PretrainedModel model) {
    int most = model.config().maxTokens();
    EmbeddingForm form = model.embedding().orElse(EmbeddingForm.DEFAULT);
    Family family = model.config().family();
    Tensor classifier = model.weights().get(family.classifier() + ".weight");
    int outputs = classifier == null ? 0 : classifier.shape().dim(0);
    if (outputs == 0) {
      form.refusal()
          .ifPresent(
              reason -> {
                throw new InputException(reason);
              });
    }
    return new Purpose(outputs, form, Math.min(form.maxLength().orElse(most), most));
  }

  /// The same with texts cut at so many tokens.
  ///
  /// @throws IllegalArgumentException if the length is not from 3, the special tokens of a pair, to
  ///   the positions of the model
  Purpose withMaxLength(int tokens, PretrainedModel model) {
    int most = model.config().maxTokens();
    if (tokens < 3 || tokens > most) {
      throw new IllegalArgumentException(
          "onnx: maxLength must lie between 3 and %s, the model's positions, got %s"
              .formatted(most, tokens));
    }
    return new Purpose(outputs, form, tokens);
  }

  boolean classifies() {
    return outputs > 0;
  }
}
