package jada.adalora.model;

import jada.autograd.Variable;
import jada.tensor.Workspace;

/// The examples of a data set and what is wanted of the model for each: all that training and
/// scoring know of a task. Examples are named by their positions, from 0.
public interface Objective {
  /// Where the examples come from.
  String name();

  /// How many examples there are.
  int size();

  /// How many texts were longer than allowed, and lost their end.
  int cut();

  /// How many tokens the network reads to compute the loss of these examples.
  int tokens(int[] positions);

  /// The mean loss over these examples, a scalar. It may ask the network once, or several times:
  /// for two texts of each example, or for parts of the batch.
  Variable loss(Network network, int[] positions);

  /// How much these examples count in a mean over more: the loss of a batch is the mean of its
  /// parts' losses, weighted so.
  default double weight(int[] positions) {
    return positions.length;
  }

  /// The loss of answering all examples alike, without reading them, which a model that learns is
  /// below; 0 where that means nothing.
  default double lossOfGuessing() {
    return 0;
  }

  /// Loss and metrics over all examples.
  ///
  /// @param step number of optimizer steps done before
  /// @param workspace where the tensors of a forward pass lie
  Evaluation evaluate(Network network, int step, Workspace workspace);
}
