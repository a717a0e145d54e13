package jada.nn;

import jada.autograd.Variable;

/// Makes the layer for each weight matrix of a model. This is where adapters are inserted.
///
/// A model under construction asks it once for every matrix, with the module's path as transformers
/// names it in `BertForSequenceClassification`, for example
/// `bert.encoder.layer.0.attention.self.query`, `bert.pooler.dense` or `classifier`.
@FunctionalInterface
public interface LinearFactory {
  /// Makes a [Linear] of every matrix.
  LinearFactory PLAIN = Linear::new;

  /// The layer for one matrix.
  ///
  /// @param name the module's path
  /// @param weight (out, in)
  /// @param bias (out)
  Layer create(String name, Variable weight, Variable bias);
}
