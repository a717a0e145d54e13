package jada.adalora.model;

import jada.autograd.Variable;
import jada.nn.Batch;

/// The network as a loss uses it: encoder and head as one function of a batch.
@FunctionalInterface
public interface Network {
  /// The head's output for the sequences of a batch: (B, K) of a head that gives a row each.
  Variable output(Batch batch);
}
