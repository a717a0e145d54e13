package jada.adalora.model;

import jada.autograd.Variable;
import jada.tensor.Tensor;
import java.util.Map;

/// The targets of the examples of a data set, with the loss and the metrics of outputs against
/// them.
public interface Targets {
  /// The mean loss over some of the examples.
  ///
  /// @param output (B, K), one row for each of these examples
  /// @param positions their B positions in the data set
  Variable loss(Variable output, int[] positions);

  /// The weight of these examples in a mean over more of them: the loss of a batch is the mean of
  /// its parts' losses, weighted so.
  default double weight(int[] positions) {
    return positions.length;
  }

  /// The loss of the best constant prediction.
  double lossOfGuessing();

  /// Metrics by name, the main one first.
  ///
  /// @param output (n, K), one row for each example of the data set
  Map<String, Double> metrics(Tensor output);
}
