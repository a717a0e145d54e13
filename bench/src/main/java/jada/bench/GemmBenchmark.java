package jada.bench;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Matrix products C (m,n) = A (m,k) · B (k,n) on the shapes of the models, in the three forms that
/// forward and backward passes need. The row `gflop` of a result is GFLOP/s: 2·m·n·k operations a
/// product.
///
/// Shapes: `m×n×k` with 1024 tokens; 384 and 1536 are all-MiniLM-L6-v2's widths, 768 and 3072
/// BERT-base's, 12 is an adapter's rank. Baseline: [GemmBaseline].
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class GemmBenchmark {
  /// m×n×k.
  @Param({"1024x384x384", "1024x1536x384", "1024x384x1536", "1024x768x768", "1024x12x384"})
  public String shape;

  /// Threads that compute.
  @Param({"1", "2"})
  public int threads;

  private int m;
  private int n;
  private int k;
  private Tensor a; // (m,k)
  private Tensor b; // (k,n)
  private Tensor aTransposed; // (k,m)
  private Tensor bTransposed; // (n,k)
  private Workers workers;

  /// Operations a second, in units of 10⁹.
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Rate {
    /// Multiplications and additions, in units of 10⁹.
    public double gflop;

    /// Starts from zero in every iteration.
    @Setup(Level.Iteration)
    public void clear() {
      gflop = 0;
    }
  }

  /// Makes the operands and checks all forms on sampled elements against double sums.
  @Setup
  public void prepare() {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    m = sizes[0];
    n = sizes[1];
    k = sizes[2];
    RandomSource random = RandomSource.of(1);
    a = Tensor.normal(Shape.of(m, k), 1, random);
    b = Tensor.normal(Shape.of(k, n), 1, random);
    aTransposed = a.transpose();
    bTransposed = b.transpose();
    workers = Workers.of(threads);
    for (Tensor product : new Tensor[] {plain(), rightTransposed(), leftTransposed()}) {
      for (int s = 0; s < 1000; s++) {
        int i = random.nextInt(m);
        int j = random.nextInt(n);
        double expected = 0;
        for (int p = 0; p < k; p++) {
          expected += (double) a.get(i, p) * b.get(p, j);
        }
        Checks.close("gemm", product.get(i, j), expected, 1e-3, 1e-4);
      }
    }
  }

  /// Ends the threads.
  @TearDown
  public void close() {
    workers.close();
  }

  private Tensor plain() {
    return workers.call(() -> a.matmul(b));
  }

  private Tensor rightTransposed() {
    return workers.call(() -> a.matmulTransposed(bTransposed));
  }

  private Tensor leftTransposed() {
    return workers.call(() -> aTransposed.transposedMatmul(b));
  }

  private Tensor counted(Tensor product, Rate rate) {
    rate.gflop += 2e-9 * m * n * k;
    return product;
  }

  /// A·B: the gradient of a linear layer's input.
  @Benchmark
  public Tensor matmul(Rate rate) {
    return counted(plain(), rate);
  }

  /// A·Bᵀ: a linear layer.
  @Benchmark
  public Tensor matmulTransposed(Rate rate) {
    return counted(rightTransposed(), rate);
  }

  /// Aᵀ·B: the gradient of a linear layer's weight.
  @Benchmark
  public Tensor transposedMatmul(Rate rate) {
    return counted(leftTransposed(), rate);
  }
}

// java -jar bench/target/benchmarks.jar GemmBenchmark -p shape=1024x384x384 -p threads=1 -f 5
