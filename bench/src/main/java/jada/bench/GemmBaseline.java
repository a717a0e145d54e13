package jada.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The product that [GemmBenchmark] is compared with: three loops as anybody would write them, the
/// innermost along the rows of B and C, on one thread. The compiler makes vector code of it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class GemmBaseline extends Measured {
  /// m×n×k.
  @Param({"1024x384x384", "1024x1536x384", "1024x384x1536", "1024x768x768", "1024x12x384"})
  public String shape;

  private GemmOperands operands;

  /// Makes the operands and checks the product against the scalar twin.
  @Setup
  public void prepare() {
    operands = GemmOperands.of(shape);
    operands.check("loops", multiply());
  }

  private float[] multiply() {
    int m = operands.m();
    int n = operands.n();
    int k = operands.k();
    float[] a = operands.a().array();
    float[] b = operands.b().array();
    float[] c = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        float aip = a[i * k + p];
        for (int j = 0; j < n; j++) {
          c[i * n + j] += aip * b[p * n + j];
        }
      }
    }
    return c;
  }

  /// A·B.
  @Benchmark
  public float[] plainLoops(Rate rate) {
    rate.gflop += operands.gflop();
    return multiply();
  }
}

// java -jar bench/target/benchmarks.jar "GemmBaseline|GemmBenchmark.matmul$" -p shape=1024x384x384
