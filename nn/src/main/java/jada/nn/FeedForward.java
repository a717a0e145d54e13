package jada.nn;

import jada.autograd.Fused;
import jada.autograd.NonFinite;
import jada.autograd.Variable;

/// The position-wise feed-forward network of a block: down(gelu(up(a))).
///
///     f = W₂·gelu(W₁·a + b₁) + b₂        W₁ (F, C), W₂ (C, F)
///
/// @param up W₁, b₁: C -> F channels
/// @param down W₂, b₂: F -> C channels
record FeedForward(Layer up, Layer down) implements Layer {
  @Override
  public Variable forward(Variable a) {
    // (N, C) -> (N, F) -> (N, C)
    if (up instanceof Linear first && down instanceof Linear second) {
      return NonFinite.inModule(
          first.name() + " or " + second.name(),
          () -> Fused.feedForward(a, first.weight(), first.bias(), second.weight(), second.bias()));
    }
    return down.forward(Fused.gelu(up.forward(a))); // an adapter on one of them
  }
}
