package jada.nn;

import jada.autograd.Variable;

/// A step of a network that maps one variable to another.
///
/// Attention and the feed-forward part of a block receive their matrices as layers: whatever stands
/// in for a [Linear] (an adapter, for example) needs no change here.
@FunctionalInterface
public interface Layer {
  /// The output for the input `x`. Usually (T, C) -> (T, C′), row by row.
  Variable forward(Variable x);
}
