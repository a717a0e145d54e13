package jada.adalora;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.tensor.Tensor;
import java.util.List;

/// How far the columns of all P and the rows of all Q are from orthonormal: the term that is added
/// to the loss, with weight γ, so that ΔW = P·diag(λ)·Q stays close to a singular value
/// decomposition and triplets can be judged one by one (Zhang et al. 2023, eq. 4).
///
/// Two forms, over n adapters:
///
///     frobenius    1/(2n) · Σ (‖PᵀP − I‖_F + ‖QQᵀ − I‖_F)      PEFT
///     squared               Σ (‖PᵀP − I‖²_F + ‖QQᵀ − I‖²_F)    article
///
/// The value is without γ: task loss and penalty are reported separately, and only the trainer adds
/// them. An adapter whose triplets have all been dropped contributes 0 and still counts in n.
public final class Orthogonality {
  private Orthogonality() {}

  /// The penalty over all adapters, a scalar; 0 without adapters.
  public static Variable penalty(OrthogonalityPenalty form, List<SvdLinear> adapters) {
    Variable sum = Constant.of(Tensor.scalar(0));
    for (SvdLinear adapter : adapters) {
      if (adapter.triplets() > 0) {
        sum = Ops.add(sum, ofOne(form, adapter));
      }
    }
    return switch (form) {
      case FROBENIUS -> Ops.scale(sum, 1f / Math.max(1, 2 * adapters.size()));
      case SQUARED -> sum;
    };
  }

  private static Variable ofOne(OrthogonalityPenalty form, SvdLinear adapter) {
    Variable p = adapter.p();
    Variable q = adapter.q();
    return switch (form) {
      case FROBENIUS -> Ops.add(Fused.columnGramDeviation(p), Fused.rowGramDeviation(q));
      case SQUARED ->
          Ops.add(Fused.columnGramDeviationSquared(p), Fused.rowGramDeviationSquared(q));
    };
  }
}
