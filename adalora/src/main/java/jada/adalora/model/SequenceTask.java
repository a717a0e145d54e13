package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.nn.checkpoint.PretrainedModel;

/// A task in which the model gives one row of numbers for each text, which the loss compares with a
/// target.
public interface SequenceTask extends Task {
  /// The targets of a data set, in the order of its examples.
  ///
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  Targets targets(Dataset data);

  @Override
  default EncodedExamples prepare(Dataset data, PretrainedModel base, int maxLength) {
    return EncodedExamples.of(data, targets(data), base, maxLength);
  }
}
