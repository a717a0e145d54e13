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
import java.util.Optional;
import java.util.function.Function;

/// A task: its head, its loss, its metrics, and the meaning of the output.
///
/// To add a task, implement this, or [SequenceTask] if the model gives one row of numbers for each
/// text. With a [TaskType] it can also be saved and named. The trainer depends on this interface
/// alone.
public interface Task {
  /// The kind of this task.
  TaskType type();

  /// The labels in order of their index in the output; none where the output has no names.
  List<String> labels();

  /// K, the number of outputs of the head for each text.
  int outputs();

  /// A description in a few words, such as `9 labels`.
  String description();

  /// This task on a base model, whose files may say how it is done. By default nothing changes.
  ///
  /// @throws jada.nn.files.InputException if the model cannot do it
  default Task on(PretrainedModel base) {
    return this;
  }

  /// What determines a run beside type and labels, as text: two tasks with equal texts train alike.
  default String identity() {
    return "";
  }

  /// Whether the head has a classifier, whose weights are saved and read with the adapter.
  default boolean hasClassifier() {
    return true;
  }

  /// The examples of a data set with their targets, prepared for training and evaluation.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  Objective prepare(Dataset data, PretrainedModel base, int maxLength);

  /// The examples as [#prepare(Dataset, PretrainedModel, int)], to be trained on with another loss.
  /// By default a task has no such loss.
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

  /// This task for the evaluation of these examples, where the choices of training, which a saved
  /// adapter does not hold, may not fit them. By default nothing changes.
  default Task evaluating(Dataset data) {
    return this;
  }

  /// The prediction that an output means.
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

  /// Initial weights of the head where the checkpoint has none, by name without prefix.
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

  /// Sentence embeddings, trained by multiple negatives ranking, with vectors made as the base
  /// model's files say.
  static EmbeddingTask embedding() {
    return new EmbeddingTask(Optional.empty(), EmbeddingLoss.multipleNegatives(), 0, 0);
  }

  /// Regression: the prediction of a number.
  static RegressionTask regression() {
    return new RegressionTask();
  }
}
