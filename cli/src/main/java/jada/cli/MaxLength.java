package jada.cli;

import jada.adalora.training.TrainingOptions;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.util.Optional;

/// The length in tokens at which texts are cut, which must be one that the model has positions for.
final class MaxLength {
  private MaxLength() {}

  /// The chosen length, or else the default length, but no more than the model allows.
  ///
  /// @throws InputException if the model cannot take what was asked for
  static int of(Optional<Integer> asked, PretrainedModel model) {
    int most = model.config().maxTokens();
    int length = asked.orElse(Math.min(most, TrainingOptions.defaults().maxLength()));
    if (length < 3 || length > most) {
      throw new InputException(
          "max-length: must be from 3 to %s tokens, which is what %s can take, got %s"
              .formatted(most, model.name(), length));
    }
    return length;
  }
}
