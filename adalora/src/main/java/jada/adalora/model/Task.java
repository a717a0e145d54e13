package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.autograd.Variable;
import jada.nn.ClassificationHead;
import jada.nn.EncoderConfig;
import jada.nn.Head;
import jada.nn.LinearFactory;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What a model is to say of a text: its head, its loss, its metrics, and the meaning of its
/// output.
///
/// A task of one's own is one class that implements this, or [SequenceTask] if the model gives one
/// row of numbers for each text; with a [TaskType] it can be saved and named, too. The trainer
/// knows none of them.
public interface Task {
  /// The kind of this task.
  TaskType type();

  /// The labels in order of their index in the output; none where the output has no names.
  List<String> labels();

  /// K, how many numbers the head gives for each text.
  int outputs();

  /// What the task is about in a few words, such as `9 labels`.
  String description();

  /// The examples of a data set with what is wanted of the model for each, ready to be trained on
  /// and scored.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  Objective prepare(Dataset data, PretrainedModel base, int maxLength);

  /// The examples as [#prepare(Dataset, PretrainedModel, int)], to be trained on with another loss.
  /// A task without classes knows none.
  ///
  /// @throws jada.nn.files.InputException if the task has no such loss, or as above
  default Objective prepare(Dataset data, PretrainedModel base, int maxLength, ClassLoss loss) {
    if (!loss.equals(ClassLoss.PLAIN)) {
      throw new InputException(
          "`class-weights`, `label-smoothing`: are for texts that have one of several labels, and"
              + " the task is "
              + type().name()
              + "; leave them out");
    }
    return prepare(data, base, maxLength);
  }

  /// What the model says, in the user's terms.
  ///
  /// @param output the K numbers of one text
  Prediction predict(float[] output);

  /// The head with the given weights: by default the family's own for whole sequences, with K
  /// outputs.
  ///
  /// @param weights gives a weight by its name without prefix
  /// @param linears makes the linear layers of the head
  default Head head(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    return ClassificationHead.build(config, outputs(), weights, linears);
  }

  /// Weights for a head whose checkpoint has none, by name without prefix.
  default Map<String, Tensor> initialHead(EncoderConfig config, RandomSource random) {
    return ClassificationHead.initial(config, outputs(), random);
  }

  /// Telling which of these labels a text has.
  static SingleLabelTask classification(String... labels) {
    return new SingleLabelTask(List.of(labels));
  }

  /// Telling which of these labels a text has.
  static SingleLabelTask classification(List<String> labels) {
    return new SingleLabelTask(labels);
  }

  /// Telling for each of these labels whether a text has it.
  static MultiLabelTask multiLabel(List<String> labels) {
    return new MultiLabelTask(labels);
  }

  /// Predicting a number.
  static RegressionTask regression() {
    return new RegressionTask();
  }
}
