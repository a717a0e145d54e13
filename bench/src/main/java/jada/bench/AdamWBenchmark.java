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

/// One step of AdamW: on the triplets of all adapters of all-MiniLM-L6-v2 at the start (24 matrices
/// of 384 × 384, r = 12), and on as many numbers as that model has. One thread. Baseline: the
/// scalar twin.
@State(Scope.Benchmark)
public class AdamWBenchmark extends Measured {
  /// Numbers that are trained.
  @Param({"221472", "22713216"})
  public int parameters;

  /// What computes.
  @Param({"VECTOR", "SCALAR"})
  public Twin twin;

  private Kernels kernels;
  private Trained state;
  private float[] g;

  /// What a step changes.
  ///
  /// @param p values
  /// @param m first moments
  /// @param v second moments
  private record Trained(float[] p, float[] m, float[] v) {
    static Trained of(int parameters) {
      float[] p = Tensor.normal(Shape.of(parameters), 0.1f, RandomSource.of(1)).array();
      return new Trained(p, new float[parameters], new float[parameters]);
    }

    void step(Kernels kernels, float[] g) {
      // learning rate 1e-3, decay 0.01, β 0.9 and 0.999, the hundredth step
      kernels.adamW(p, g, m, v, 0.99999f, 0.1f, 0.001f, 1e-3f, 0.3085f, 1e-8f, 0, p.length);
    }
  }

  /// Makes values and gradients and checks the first step against the scalar twin.
  @Setup
  public void prepare() {
    kernels = twin.kernels();
    g = Tensor.normal(Shape.of(parameters), 0.01f, RandomSource.of(2)).array();
    state = Trained.of(parameters);
    Trained expected = Trained.of(parameters);
    expected.step(new ScalarKernels(), g);
    state.step(kernels, g);
    Checks.close("AdamW: p", state.p(), expected.p(), 1e-7, 1e-5);
    Checks.close("AdamW: m", state.m(), expected.m(), 1e-9, 1e-5);
    Checks.close("AdamW: v", state.v(), expected.v(), 1e-12, 1e-5);
  }

  /// One step in place.
  @Benchmark
  public float[] step() {
    state.step(kernels, g);
    return state.p();
  }
}

// java -jar bench/target/benchmarks.jar AdamWBenchmark -p parameters=221472
