package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// |λ| after the optimizer step, and nothing else: the simple baseline that the other scores must
/// beat. With a gauge λ is 1, and the norm of the triplet, its singular value, stands for it.
public final class MagnitudeImportance implements Importance {
  private final Gauge gauge;
  private float[] scores;

  MagnitudeImportance(int rank, Gauge gauge) {
    this.gauge = gauge;
    this.scores = new float[rank];
  }

  @Override
  public void observe(Triplets values, Triplets gradients) {
    scores = gauge == Gauge.NONE ? values.lambda().abs().array() : values.norms();
  }

  @Override
  public float[] scores() {
    return scores.clone();
  }

  @Override
  public boolean afterStep() {
    return true;
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
