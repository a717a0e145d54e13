package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Blocks;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import jada.tensor.kernel.Kernels;

/// The feed-forward part of a block; formula at [Fused#feedForward].
final class FusedFeedForward {
  private static final Kernels KERNELS = Kernels.fastest();

  private FusedFeedForward() {}

  static Variable feedForward(Variable x, Variable w1, Variable b1, Variable w2, Variable b2) {
    Require.shapes(
        x.shape().rank() == 2
            && w1.shape().rank() == 2
            && w2.shape().rank() == 2
            && x.shape().dim(1) == w1.shape().dim(1)
            && b1.shape().equals(Shape.of(w1.shape().dim(0)))
            && w2.shape().dim(1) == w1.shape().dim(0)
            && b2.shape().equals(Shape.of(w2.shape().dim(0))),
        "feedForward",
        "x (T, in), weight 1 (F, in), bias 1 (F), weight 2 (out, F), bias 2 (out)",
        x,
        w1,
        b1,
        w2,
        b2);
    boolean frozen =
        !(w1.differentiable() || b1.differentiable() || w2.differentiable() || b2.differentiable());
    return frozen
        ? together(x, w1, b1, w2, b2)
        : Fused.linear(Fused.gelu(Fused.linear(x, w1, b1)), w2, b2);
  }

  /// Of the (T,F) matrices between the two products only u is kept, for gelu′. h and its gradient
  /// go back to the workspace at once, which saves a tenth of a step's memory.
  private static Variable together(Variable x, Variable w1, Variable b1, Variable w2, Variable b2) {
    long mark = Workspace.mark();
    Tensor u = FusedLinear.affine(x.value(), w1, b1); // (T,in) -> (T,F)
    Tensor h = x.differentiable() ? Tensor.blank(u.shape()) : u;
    Blocks.elements(u.size(), (from, to) -> KERNELS.gelu(u.array(), h.array(), from, to));
    Tensor y = FusedLinear.affine(h, w2, b2); // (T,F) -> (T,out)
    Workspace.giveBack(h, mark);
    return Result.of("feedForward", y, edge(x, g -> gradient(g, u, w1, w2)));
  }

  /// dx = ((G·W₂) ⊙ gelu′(u))·W₁.
  private static Tensor gradient(Tensor g, Tensor u, Variable w1, Variable w2) {
    long mark = Workspace.mark();
    Tensor d = FusedLinear.inputGradient(g, w2); // dh (T,out) -> (T,F)
    float[] du = d.array();
    Blocks.elements(
        d.size(), (from, to) -> KERNELS.geluGradient(u.array(), du, du, from, to)); // in place
    Tensor dx = FusedLinear.inputGradient(d, w1); // (T,F) -> (T,in)
    Workspace.giveBack(d, mark);
    return dx;
  }
}
