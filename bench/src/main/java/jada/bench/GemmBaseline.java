package jada.bench;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The product that [GemmBenchmark] is compared with: three loops as anybody would write them, the
/// innermost along the rows of B and C, on one thread. The compiler makes vector code of it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class GemmBaseline {
  /// m×n×k.
  @Param({"1024x384x384", "1024x1536x384", "1024x384x1536", "1024x768x768", "1024x12x384"})
  public String shape;

  private int m;
  private int n;
  private int k;
  private float[] a; // (m,k)
  private float[] b; // (k,n)

  /// Makes the operands and checks some elements against double sums.
  @Setup
  public void prepare() {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    m = sizes[0];
    n = sizes[1];
    k = sizes[2];
    RandomSource random = RandomSource.of(1);
    a = Tensor.normal(Shape.of(m, k), 1, random).array();
    b = Tensor.normal(Shape.of(k, n), 1, random).array();
    float[] c = multiply();
    for (int s = 0; s < 1000; s++) {
      int i = random.nextInt(m);
      int j = random.nextInt(n);
      double expected = 0;
      for (int p = 0; p < k; p++) {
        expected += (double) a[i * k + p] * b[p * n + j];
      }
      Checks.close("loops", c[i * n + j], expected, 1e-3, 1e-4);
    }
  }

  private float[] multiply() {
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
  public float[] plainLoops(GemmBenchmark.Rate rate) {
    rate.gflop += 2e-9 * m * n * k;
    return multiply();
  }
}

// java -jar bench/target/benchmarks.jar "GemmBaseline|GemmBenchmark.matmul$" -p shape=1024x384x384
