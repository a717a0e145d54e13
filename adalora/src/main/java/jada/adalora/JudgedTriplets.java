package jada.adalora;

import jada.tensor.Tensor;
import java.util.BitSet;

/// The triplets of one matrix as one step judged them.
///
/// λ and its gradient are those by which the step judged, before masks: after the optimizer step in
/// the paper's reading and by magnitude, before it in the article's. So a triplet that is pruned in
/// this step still shows the λ for which it was pruned.
///
/// A triplet is named by the index it had at the start; those that were dropped in earlier steps
/// are no longer here. Valid until the next step.
public final class JudgedTriplets {
  private final SvdLinear adapter;
  private final Importance importance;
  private final int[] indices;
  private final float[] lambda;
  private final float[] sensitivity;
  private float[] scores = {};

  private JudgedTriplets(
      SvdLinear adapter,
      Importance importance,
      int[] indices,
      float[] lambda,
      float[] sensitivity) {
    this.adapter = adapter;
    this.importance = importance;
    this.indices = indices;
    this.lambda = lambda;
    this.sensitivity = sensitivity;
  }

  /// Before the first step.
  static JudgedTriplets none(SvdLinear adapter) {
    return new JudgedTriplets(
        adapter, new MagnitudeImportance(0, Gauge.NONE), new int[0], new float[0], new float[0]);
  }

  /// @param gradient ∂L/∂λ (r)
  /// @param importance that has observed this step
  static JudgedTriplets of(SvdLinear adapter, Tensor gradient, Importance importance) {
    float[] lambda = adapter.lambda().value().array();
    float[] g = gradient.array();
    float[] sensitivity = new float[lambda.length];
    for (int i = 0; i < sensitivity.length; i++) {
      sensitivity[i] = Math.abs(lambda[i] * g[i]);
    }
    return new JudgedTriplets(
        adapter, importance, adapter.indices(), adapter.strengths(), sensitivity);
  }

  /// Name of the matrix.
  public String module() {
    return adapter.name();
  }

  /// The number of triplets judged, masked ones included.
  public int size() {
    return indices.length;
  }

  /// The index at the start of the triplet at a position.
  public int index(int position) {
    return indices[position];
  }

  /// λ, as it was judged; with a gauge the norm of the triplet.
  public float lambda(int position) {
    return lambda[position];
  }

  /// |λ · ∂L/∂λ| of this step alone, not smoothed, in nats for classification: how much the loss
  /// would change, to first order, without the triplet.
  public float sensitivity(int position) {
    return sensitivity[position];
  }

  /// The score of every triplet, by position. Computed when first asked for. A copy.
  public float[] scores() {
    if (scores.length == 0) {
      scores = importance.scores();
    }
    return scores.clone();
  }

  /// The product of finite values and gradients may still overflow, and would stay in a moving
  /// average for ever.
  ///
  /// @throws TrainingDiverged if a score is infinite or NaN
  void requireFiniteScores(int step) {
    float[] all = scores();
    for (int i = 0; i < all.length; i++) {
      if (!Float.isFinite(all[i])) {
        throw TrainingDiverged.inScore(step, module(), indices[i], all[i]);
      }
    }
  }

  /// The triplets that live after this step, by the index they had at the start. A copy.
  public BitSet survivors() {
    return adapter.survivors();
  }
}
