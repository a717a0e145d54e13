package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Blocks;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Kernels;

/// Layer normalisation; formula at [Fused#layerNorm].
final class FusedNorm {
  private static final Kernels KERNELS = Kernels.fastest();

  private record ParameterGradients(Tensor gamma, Tensor beta) {}

  private FusedNorm() {}

  static Variable layerNorm(Variable x, Variable gamma, Variable beta, float epsilon) {
    int n = x.shape().columns(); // C
    int rows = x.shape().rows(); // T
    Require.shapes(
        x.shape().rank() == 2
            && gamma.shape().equals(Shape.of(n))
            && beta.shape().equals(gamma.shape()),
        "layerNorm",
        "x (T, C), gamma (C), beta (C)",
        x,
        gamma,
        beta);
    float[] mean = new float[rows]; // μ
    float[] rstd = new float[rows]; // s = 1/√(σ² + ε)
    Tensor y = Tensor.blank(x.shape());
    Blocks.rows(
        rows,
        n,
        (from, to) ->
            KERNELS.layerNormRows(
                x.value().array(),
                gamma.value().array(),
                beta.value().array(),
                epsilon,
                n,
                y.array(),
                mean,
                rstd,
                from,
                to));
    Shared<ParameterGradients> parameters = g -> parameterGradients(x.value(), mean, rstd, g);
    return Result.of(
        "layerNorm",
        y,
        edge(x, g -> inputGradient(x.value(), gamma.value(), mean, rstd, g)),
        edge(gamma, parameters, (_, d) -> d.gamma()),
        edge(beta, parameters, (_, d) -> d.beta()));
  }

  private static Tensor inputGradient(
      Tensor x, Tensor gamma, float[] mean, float[] rstd, Tensor g) {
    int n = x.shape().columns();
    Tensor dx = Tensor.blank(x.shape());
    Blocks.rows(
        x.shape().rows(),
        n,
        (from, to) ->
            KERNELS.layerNormGradientRows(
                x.array(), gamma.array(), mean, rstd, g.array(), n, dx.array(), from, to));
    return dx;
  }

  private static ParameterGradients parameterGradients(
      Tensor x, float[] mean, float[] rstd, Tensor g) {
    int n = x.shape().columns();
    Tensor dgamma = Tensor.zeros(Shape.of(n));
    Tensor dbeta = Tensor.zeros(Shape.of(n));
    KERNELS.layerNormParameterGradients(
        x.array(), mean, rstd, g.array(), n, dgamma.array(), dbeta.array(), 0, x.shape().rows());
    return new ParameterGradients(dgamma, dbeta);
  }
}
