package jada.nn;

import jada.autograd.Variable;

/// A step of a network that maps one variable to another.
///
/// Attention and the feed-forward network of a block receive their matrices as layers, so that a
/// [Linear] can be replaced, for example by an adapter, without a change there.
@FunctionalInterface
public interface Layer {
  /// The output for the input `x`. Usually (T, C) -> (T, C′), row by row.
  Variable forward(Variable x);
}
