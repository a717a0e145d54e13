package jada.adalora.model;

import java.util.Arrays;
import java.util.Objects;

/// What training a classifier changes in its cross entropy. Scores on held-out examples are of the
/// plain one, so that runs can be compared.
///
/// @param weights how much the classes count; the loss is the weighted mean over a batch, as
///   PyTorch's `CrossEntropyLoss` with `weight` has it
/// @param smoothing ε, which part of each label is spread evenly over all classes
///   (`label_smoothing`), in [0, 1)
public record ClassLoss(ClassWeights weights, double smoothing) {
  /// Cross entropy as it is.
  public static final ClassLoss PLAIN = new ClassLoss(ClassWeights.NONE, 0);

  /// @throws IllegalArgumentException if ε is out of its range
  public ClassLoss {
    Objects.requireNonNull(weights, "weights");
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "label-smoothing: must be in [0, 1), for example 0.1, got " + smoothing);
    }
  }

  /// The weight of each class.
  ///
  /// @param expected the class of every example
  float[] of(int[] expected, int classes) {
    float[] weights = new float[classes];
    Arrays.fill(weights, 1);
    if (this.weights == ClassWeights.BALANCED) {
      int[] counts = new int[classes];
      for (int k : expected) {
        counts[k]++;
      }
      // Of the classes that occur: one that does not can have no share.
      double there = Arrays.stream(counts).filter(count -> count > 0).count();
      for (int k = 0; k < classes; k++) {
        weights[k] = counts[k] == 0 ? 0 : (float) (expected.length / (there * counts[k]));
      }
    }
    return weights;
  }
}
