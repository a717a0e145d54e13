package jada.adalora.model;

import jada.autograd.Variable;
import jada.tensor.Tensor;
import java.util.Map;

/// What the model should give for each example of a data set, and how far from it is what it gives.
public interface Targets {
  /// The mean loss over some of the examples.
  ///
  /// @param output (B, K), one row for each of these examples
  /// @param positions their B positions in the data set
  Variable loss(Variable output, int[] positions);

  /// How much these examples count in a mean over more: the loss of a batch is the mean of its
  /// parts' losses, weighted so.
  default double weight(int[] positions) {
    return positions.length;
  }

  /// The loss of the best answer that is the same for all examples: that of guessing, without
  /// reading.
  double lossOfGuessing();

  /// Metrics by name, the main one first.
  ///
  /// @param output (n, K), one row for each example of the data set
  Map<String, Double> metrics(Tensor output);
}
