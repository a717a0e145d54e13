package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Smoothed sensitivity times uncertainty of λ, of the row of Q and of the column of P (Zhang et al.
/// 2023, eqs. 7–10; PEFT's RankAllocator computes the same).
///
/// For every element w of P, λ and Q, with the w that the optimizer step has just written and the
/// gradient of that step:
///
///     I = |w · ∂L/∂w|
///     Ī ← β₁·Ī + (1 − β₁)·I
///     Ū ← β₂·Ū + (1 − β₂)·|I − Ī|        with Ī already new
///
/// Both start at 0, and nothing corrects for that start. The score of triplet i is
///
///     Īλ[i]·Ūλ[i] + mean_j ĪQ[i,j]·ŪQ[i,j] + mean_j ĪP[j,i]·ŪP[j,i]
///
/// A masked λ has had its step when it is observed, so it scores again and may come back.
public final class PaperImportance implements Importance {
  private final float beta1;
  private final float beta2;
  private final float rest1;
  private final float rest2;
  private Triplets sensitivity;
  private Triplets uncertainty;

  PaperImportance(Triplets like, double beta1, double beta2) {
    this.beta1 = (float) beta1;
    this.beta2 = (float) beta2;
    this.rest1 = (float) (1 - beta1);
    this.rest2 = (float) (1 - beta2);
    this.sensitivity = zerosLike(like);
    this.uncertainty = zerosLike(like);
  }

  @Override
  public void observe(Triplets values, Triplets gradients) {
    smooth(values.p(), gradients.p(), sensitivity.p(), uncertainty.p());
    smooth(values.lambda(), gradients.lambda(), sensitivity.lambda(), uncertainty.lambda());
    smooth(values.q(), gradients.q(), sensitivity.q(), uncertainty.q());
  }

  private void smooth(Tensor values, Tensor gradients, Tensor meanI, Tensor meanU) {
    float[] w = values.array();
    float[] g = gradients.array();
    float[] smoothI = meanI.array();
    float[] smoothU = meanU.array();
    // A plain loop without branches: the compiler makes vector code of it.
    for (int i = 0; i < smoothI.length; i++) {
      float now = Math.abs(w[i] * g[i]);
      float smooth = beta1 * smoothI[i] + rest1 * now;
      smoothI[i] = smooth;
      smoothU[i] = beta2 * smoothU[i] + rest2 * Math.abs(now - smooth);
    }
  }

  @Override
  public float[] scores() {
    float[] ofLambda = sensitivity.lambda().multiply(uncertainty.lambda()).array();
    float[] ofQ = sensitivity.q().multiply(uncertainty.q()).sumColumns().array();
    float[] ofP = sensitivity.p().multiply(uncertainty.p()).sumRows().array();
    float[] scores = new float[ofLambda.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = ofLambda[i] + ofQ[i] / sensitivity.in() + ofP[i] / sensitivity.out();
    }
    return scores;
  }

  @Override
  public boolean afterStep() {
    return true;
  }

  @Override
  public void keep(int... indices) {
    sensitivity = sensitivity.keep(indices);
    uncertainty = uncertainty.keep(indices);
  }

  @Override
  public SortedMap<String, Tensor> state() {
    return new TreeMap<>(
        Map.of(
            "sensitivity.p", sensitivity.p().copy(),
            "sensitivity.lambda", sensitivity.lambda().copy(),
            "sensitivity.q", sensitivity.q().copy(),
            "uncertainty.p", uncertainty.p().copy(),
            "uncertainty.lambda", uncertainty.lambda().copy(),
            "uncertainty.q", uncertainty.q().copy()));
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    sensitivity = restored("sensitivity", sensitivity, state);
    uncertainty = restored("uncertainty", uncertainty, state);
  }

  private static Triplets restored(String part, Triplets like, Map<String, Tensor> state) {
    return new Triplets(
        SavedState.get(state, part + ".p", like.p().shape()),
        SavedState.get(state, part + ".lambda", like.lambda().shape()),
        SavedState.get(state, part + ".q", like.q().shape()));
  }

  private static Triplets zerosLike(Triplets t) {
    return new Triplets(zeros(t.p().shape()), zeros(t.lambda().shape()), zeros(t.q().shape()));
  }

  private static Tensor zeros(Shape shape) {
    return Tensor.zeros(shape);
  }
}
