package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Labels;
import jada.autograd.Fused;
import jada.autograd.Variable;

/// What the model should answer to each example of a data set, and the loss of what it answers
/// instead: cross entropy (nats) for classes, mean squared error for numbers.
public sealed interface Answers {
  /// The answers that a data set asks for.
  ///
  /// @throws jada.nn.files.InputException if a label is unknown to the task, naming its place
  static Answers of(Task task, Dataset data) {
    return task.isRegression()
        ? new Numbers(data.targets())
        : new Classes(Labels.of(task.labels()).indices(data));
  }

  /// The mean loss over a batch.
  ///
  /// @param logits (B, K), one row for each example of the batch
  /// @param batch the positions of the batch's examples in the data set
  Variable loss(Variable logits, int[] batch);

  /// Class indices.
  final class Classes implements Answers {
    private final int[] indices;

    private Classes(int[] indices) {
      this.indices = indices;
    }

    /// The class index of every example, the array itself.
    int[] indices() {
      return indices;
    }

    @Override
    public Variable loss(Variable logits, int[] batch) {
      int[] wanted = new int[batch.length];
      for (int i = 0; i < batch.length; i++) {
        wanted[i] = indices[batch[i]];
      }
      return Fused.crossEntropy(logits, wanted);
    }
  }

  /// Numbers.
  final class Numbers implements Answers {
    private final float[] targets;

    private Numbers(float[] targets) {
      this.targets = targets;
    }

    /// The number of every example, the array itself.
    float[] targets() {
      return targets;
    }

    @Override
    public Variable loss(Variable logits, int[] batch) {
      float[] wanted = new float[batch.length];
      for (int i = 0; i < batch.length; i++) {
        wanted[i] = targets[batch[i]];
      }
      return Fused.meanSquaredError(logits, wanted);
    }
  }
}
