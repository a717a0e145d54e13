package jada.adalora.model;

import jada.autograd.Variable;
import jada.tensor.Workspace;

/// The examples of a data set with their targets: all that training and evaluation need of a task.
/// Examples are identified by their positions, from 0.
public interface Objective {
  /// Where the examples come from.
  String name();

  /// The number of examples.
  int size();

  /// The number of texts that were cut.
  int cut();

  /// The number of tokens that the network reads to compute the loss of these examples.
  int tokens(int[] positions);

  /// The examples in the order in which training takes them, a batch after the other: by default as
  /// they were shuffled.
  ///
  /// @param shuffled all positions
  /// @param batchSize examples of a batch
  default int[] order(int[] shuffled, int batchSize) {
    return shuffled;
  }

  /// The mean loss over these examples, a scalar. It may run the network once or several times: on
  /// two texts of each example, or on parts of the batch.
  Variable loss(Network network, int[] positions);

  /// The weight of these examples in a mean over more of them: the loss of a batch is the mean of
  /// its parts' losses, weighted so.
  default double weight(int[] positions) {
    return positions.length;
  }

  /// The loss of the best constant prediction, which a model that learns must beat; 0 where there
  /// is no such baseline.
  default double lossOfGuessing() {
    return 0;
  }

  /// Loss and metrics over all examples.
  ///
  /// @param step number of optimizer steps done before
  /// @param workspace where the tensors of a forward pass lie
  Evaluation evaluate(Network network, int step, Workspace workspace);
}
