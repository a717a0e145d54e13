package jada.nn;

import jada.autograd.Fused;
import jada.autograd.Variable;
import jada.tensor.Shape;

/// y = γ ⊙ (x − μ) / √(σ² + ε) + β for each row, with the row's mean μ and biased variance σ².
///
/// @param gamma γ (C)
/// @param beta β (C)
/// @param epsilon ε, added to the variance
record LayerNorm(Variable gamma, Variable beta, float epsilon) implements Layer {
  /// @throws IllegalArgumentException if γ and β are not vectors of equal length or ε is not
  ///   positive
  LayerNorm {
    Shape g = gamma.shape();
    if (g.rank() != 1 || !g.equals(beta.shape())) {
      throw new IllegalArgumentException(
          "layerNorm: gamma and beta must be vectors of equal length, got "
              + g
              + " and "
              + beta.shape());
    }
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("layerNorm: epsilon must be positive, got " + epsilon);
    }
  }

  @Override
  public Variable forward(Variable x) {
    return Fused.layerNorm(x, gamma, beta, epsilon); // (T, C) -> (T, C)
  }
}
