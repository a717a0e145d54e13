package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Smoothed sensitivity of λ times how much the triplet contributes (Brenndoerfer 2025).
///
/// With the values before the optimizer step and the gradient taken at them:
///
///     s = |λ · ∂L/∂λ|
///     s̄ ← β·s̄ + (1 − β)·s        from 0, uncorrected
///     score = s̄ · |λ| · ‖P[:,i]‖ · ‖Q[i,:]‖ / (√out · √in)
///
/// A masked triplet has λ = 0 at that moment and scores 0 for ever: pruning is one-way.
public final class ArticleImportance implements Importance {
  private final float beta;
  private final float rest;
  private float[] sensitivity;
  private float[] scores;

  ArticleImportance(int rank, double beta) {
    this.beta = (float) beta;
    this.rest = (float) (1 - beta);
    this.sensitivity = new float[rank];
    this.scores = new float[rank];
  }

  @Override
  public void observe(Triplets values, Triplets gradients) {
    float[] lambda = values.lambda().array();
    float[] g = gradients.lambda().array();
    float[] p2 = values.p().multiply(values.p()).sumRows().array(); // ‖P[:,i]‖²
    float[] q2 = values.q().multiply(values.q()).sumColumns().array(); // ‖Q[i,:]‖²
    double size = Math.sqrt((double) values.out() * values.in());
    for (int i = 0; i < sensitivity.length; i++) {
      sensitivity[i] = beta * sensitivity[i] + rest * Math.abs(lambda[i] * g[i]);
      double length = Math.sqrt((double) p2[i] * q2[i]);
      scores[i] = (float) (sensitivity[i] * Math.abs(lambda[i]) * length / size);
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
    sensitivity = gather(sensitivity, indices);
    scores = gather(scores, indices);
  }

  @Override
  public SortedMap<String, Tensor> state() {
    return new TreeMap<>(
        Map.of(
            "sensitivity",
            Tensor.vector(sensitivity.clone()),
            "score",
            Tensor.vector(scores.clone())));
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    Shape shape = Shape.of(sensitivity.length);
    sensitivity = SavedState.get(state, "sensitivity", shape).array();
    scores = SavedState.get(state, "score", shape).array();
  }

  static float[] gather(float[] values, int... indices) {
    float[] kept = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      kept[i] = values[indices[i]];
    }
    return kept;
  }
}
