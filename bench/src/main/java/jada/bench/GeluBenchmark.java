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

/// The exact GELU x·Φ(x) and its derivative on what one feed-forward layer of all-MiniLM-L6-v2
/// makes of 1024 tokens. One thread. Baseline: the scalar twin.
@State(Scope.Benchmark)
public class GeluBenchmark extends Measured {
  /// Rows.
  @Param({"1024"})
  public int tokens;

  /// Columns.
  @Param({"1536"})
  public int width;

  /// What computes.
  @Param({"VECTOR", "SCALAR"})
  public Twin twin;

  private Kernels kernels;
  private float[] x;
  private float[] g;
  private float[] out;

  /// Makes inputs and checks both results against the scalar twin.
  @Setup
  public void prepare() {
    RandomSource random = RandomSource.of(1);
    kernels = twin.kernels();
    x = Tensor.normal(Shape.of(tokens, width), 1.5f, random).array();
    g = Tensor.normal(Shape.of(tokens, width), 1, random).array();
    out = new float[x.length];
    float[] expected = new float[x.length];
    new ScalarKernels().gelu(x, expected, 0, x.length);
    Checks.close("gelu", gelu(), expected, 1e-6, 1e-5);
    new ScalarKernels().geluGradient(x, g, expected, 0, x.length);
    Checks.close("gelu gradient", gradient(), expected, 1e-6, 1e-5);
  }

  /// y = x·Φ(x).
  @Benchmark
  public float[] gelu() {
    kernels.gelu(x, out, 0, x.length);
    return out;
  }

  /// dx = g·(Φ(x) + x·φ(x)).
  @Benchmark
  public float[] gradient() {
    kernels.geluGradient(x, g, out, 0, x.length);
    return out;
  }
}

// java -jar bench/target/benchmarks.jar GeluBenchmark
