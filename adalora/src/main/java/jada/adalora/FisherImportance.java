package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The smoothed square of the sensitivity of λ.
///
/// With the values before the optimizer step and the gradient taken at them:
///
///     s = (λ · ∂L/∂λ)²
///     s̄ ← β₁·s̄ + (1 − β₁)·s        from 0, uncorrected; the score
///
/// Near a minimum the loss without triplet i is larger by ½·λᵢ²·∂²L/∂λᵢ² (LeCun, Denker and Solla
/// 1990, optimal brain damage), and the mean square of the gradient, the Fisher information, stands
/// for the second derivative (Theis et al. 2018). With a gauge λ is 1, P is B, and λ·∂L/∂λ is
/// bᵢᵀ·(∂L/∂ΔW)·aᵢᵀ·scale = σᵢ·∂L/∂σᵢ, whatever the gauge.
///
/// With a gauge a masked triplet does not come back. Without one it may, once the optimizer has moved
/// its λ.
public final class FisherImportance implements Importance {
  private final float beta;
  private final float rest;
  private float[] scores;

  FisherImportance(int rank, double beta) {
    this.beta = (float) beta;
    this.rest = (float) (1 - beta);
    this.scores = new float[rank];
  }

  @Override
  public void observe(Triplets values, Triplets gradients) {
    for (int i = 0; i < scores.length; i++) {
      float sensitivity = values.lambda().get(i) * gradients.lambda().get(i);
      scores[i] = beta * scores[i] + rest * sensitivity * sensitivity;
    }
  }

  @Override
  public float[] scores() {
    return scores.clone();
  }

  @Override
  public boolean afterStep() {
    return false;
  }

  @Override
  public void keep(int... indices) {
    scores = ArticleImportance.gather(scores, indices);
  }

  @Override
  public SortedMap<String, Tensor> state() {
    return new TreeMap<>(Map.of("score", Tensor.vector(scores.clone())));
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    scores = SavedState.get(state, "score", Shape.of(scores.length)).array();
  }
}
