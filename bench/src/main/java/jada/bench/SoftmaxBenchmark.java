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

/// Softmax of rows and its derivative, on the scores of one attention layer of all-MiniLM-L6-v2: 16
/// sequences of 64 tokens, 12 heads. One thread. Baseline: the scalar twin.
@State(Scope.Benchmark)
public class SoftmaxBenchmark extends Measured {
  /// Rows.
  @Param({"12288"})
  public int rows;

  /// Columns.
  @Param({"64"})
  public int width;

  /// What computes.
  @Param({"VECTOR", "SCALAR"})
  public Twin twin;

  private Kernels kernels;
  private float[] x;
  private float[] y;
  private float[] g;
  private float[] out;

  /// Makes inputs and checks both results against the scalar twin.
  @Setup
  public void prepare() {
    RandomSource random = RandomSource.of(1);
    kernels = twin.kernels();
    x = Tensor.normal(Shape.of(rows, width), 2, random).array();
    g = Tensor.normal(Shape.of(rows, width), 1, random).array();
    out = new float[x.length];
    y = new float[x.length];
    new ScalarKernels().softmaxRows(x, width, y, 0, rows);
    Checks.close("softmax", softmax(), y, 1e-6, 1e-5);
    float[] expected = new float[x.length];
    new ScalarKernels().softmaxGradientRows(y, g, width, expected, 0, rows);
    Checks.close("softmax gradient", gradient(), expected, 1e-6, 1e-4);
  }

  /// y_j = e^(x_j − max x) / Σ_l e^(x_l − max x).
  @Benchmark
  public float[] softmax() {
    kernels.softmaxRows(x, width, out, 0, rows);
    return out;
  }

  /// dx_j = y_j·(g_j − Σ_l g_l·y_l).
  @Benchmark
  public float[] gradient() {
    kernels.softmaxGradientRows(y, g, width, out, 0, rows);
    return out;
  }
}

// java -jar bench/target/benchmarks.jar SoftmaxBenchmark
