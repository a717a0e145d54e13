package jada.bench;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.ScalarKernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Layer norm of 1024 tokens with the width of all-MiniLM-L6-v2, and its derivative by its input,
/// the only one that is needed while γ and β are frozen. One thread. Baseline: the scalar twin.
@State(Scope.Benchmark)
public class LayerNormBenchmark extends Measured {
  private static final float EPSILON = 1e-12f;

  /// Rows.
  @Param({"1024"})
  public int tokens;

  /// Columns.
  @Param({"384"})
  public int width;

  /// What computes.
  @Param({"VECTOR", "SCALAR"})
  public Twin twin;

  private Kernels kernels;
  private float[] x;
  private float[] gamma;
  private float[] beta;
  private float[] g;
  private float[] mean;
  private float[] rstd;
  private float[] out;

  /// Makes inputs and checks both results against the scalar twin.
  @Setup
  public void prepare() {
    RandomSource random = RandomSource.of(1);
    kernels = twin.kernels();
    x = Tensor.normal(Shape.of(tokens, width), 1, random).array();
    g = Tensor.normal(Shape.of(tokens, width), 1, random).array();
    gamma = Tensor.normal(Shape.of(width), 1, random).array();
    beta = Tensor.normal(Shape.of(width), 1, random).array();
    mean = new float[tokens];
    rstd = new float[tokens];
    out = new float[x.length];
    float[] expected = new float[x.length];
    Kernels scalar = new ScalarKernels();
    scalar.layerNormRows(x, gamma, beta, EPSILON, width, expected, mean, rstd, 0, tokens);
    Checks.close("layer norm", layerNorm(), expected, 1e-5, 1e-5);
    scalar.layerNormGradientRows(x, gamma, mean, rstd, g, width, expected, 0, tokens);
    Checks.close("layer norm gradient", gradient(), expected, 1e-5, 1e-4);
  }

  /// y = γ ⊙ (x − μ)·s + β.
  @Benchmark
  public float[] layerNorm() {
    kernels.layerNormRows(x, gamma, beta, EPSILON, width, out, mean, rstd, 0, tokens);
    return out;
  }

  /// dx = s·(h − mean(h) − x̂·mean(h ⊙ x̂)) with h = g ⊙ γ.
  @Benchmark
  public float[] gradient() {
    kernels.layerNormGradientRows(x, gamma, mean, rstd, g, width, out, 0, tokens);
    return out;
  }
}

// java -jar bench/target/benchmarks.jar LayerNormBenchmark
