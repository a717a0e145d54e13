package jada.nn.optim;

import jada.autograd.Gradients;
import jada.autograd.Parameter;

/// Gradients whose global norm is at most a limit, as `torch.nn.utils.clip_grad_norm_` makes them.
///
/// With n = √Σ‖g‖² over all parameters, every gradient is multiplied by min(1, limit / (n + 1e-6)).
/// If the norm is not finite, the gradients are returned unchanged: the step must not be taken.
///
/// @param gradients those that the optimizer uses
/// @param norm n, before clipping
public record GradientClipping(Gradients gradients, double norm) {
  /// Clips the gradients.
  ///
  /// @param limit the largest norm, or 0 to measure without clipping
  /// @throws IllegalArgumentException if the limit is negative or not a number
  public static GradientClipping clip(Gradients gradients, double limit) {
    if (!(limit >= 0)) {
      throw new IllegalArgumentException(
          "gradient clipping: the limit must be positive, or 0 for none, got " + limit);
    }
    double squares = 0;
    for (Parameter parameter : gradients.parameters()) {
      double norm = gradients.of(parameter).norm();
      squares += norm * norm;
    }
    double norm = Math.sqrt(squares);
    double factor = limit / (norm + 1e-6);
    boolean clips = limit > 0 && Double.isFinite(norm) && factor < 1;
    return new GradientClipping(clips ? gradients.scale((float) factor) : gradients, norm);
  }

  /// Whether a step with these gradients makes sense: the norm is neither infinite nor NaN.
  public boolean isFinite() {
    return Double.isFinite(norm);
  }
}
