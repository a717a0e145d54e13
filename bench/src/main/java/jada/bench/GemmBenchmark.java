package jada.bench;

import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.PackedOperand;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Matrix products C (m,n) = A (m,k) · B (k,n) on squares and on the shapes of the models, in the
/// forms that forward and backward passes need. The row `gflop` of a result is GFLOP/s: 2·m·n·k
/// operations a product.
///
/// Shapes: `m×n×k`; with 1024 tokens, 384 and 1536 are all-MiniLM-L6-v2's widths, 768 and 3072
/// BERT-base's. Baseline: [GemmBaseline]. Products with an adapter's rank: [SkinnyGemmBenchmark].
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class GemmBenchmark extends Measured {
  /// m×n×k.
  @Param({
    "256x256x256",
    "512x512x512",
    "1024x1024x1024",
    "1024x384x384",
    "1024x1536x384",
    "1024x384x1536",
    "1024x768x768",
    "1024x3072x768",
    "1024x768x3072"
  })
  public String shape;

  /// Threads that compute.
  @Param({"1", "2"})
  public int threads;

  private GemmOperands operands;
  private Tensor aTransposed; // (k,m)
  private Tensor bTransposed; // (n,k)
  private PackedOperand packed;
  private float[] c; // (m,n)
  private Workers workers;

  /// Makes the operands and checks all forms against the scalar twin.
  @Setup
  public void prepare() {
    operands = GemmOperands.of(shape);
    aTransposed = operands.a().transpose();
    bTransposed = operands.b().transpose();
    packed =
        PackedOperand.of(
            operands.k(), operands.n(), Operand.of(operands.b().array(), 0, operands.n()));
    c = new float[operands.m() * operands.n()];
    workers = Workers.of(threads);
    operands.check("matmul", plain().array());
    operands.check("matmulTransposed", rightTransposed().array());
    operands.check("transposedMatmul", leftTransposed().array());
    operands.check("prepacked", packedOnce());
  }

  /// Ends the threads.
  @TearDown
  public void close() {
    workers.close();
  }

  private Tensor plain() {
    return workers.call(() -> operands.a().matmul(operands.b()));
  }

  private Tensor rightTransposed() {
    return workers.call(() -> operands.a().matmulTransposed(bTransposed));
  }

  private Tensor leftTransposed() {
    return workers.call(() -> aTransposed.transposedMatmul(operands.b()));
  }

  private float[] packedOnce() {
    Operand a = Operand.of(operands.a().array(), 0, operands.k());
    Gemm.multiply(
        workers::dispatch, operands.m(), operands.n(), operands.k(), a, packed, c, 0, operands.n());
    return c;
  }

  /// A·B: the gradient of a linear layer's input.
  @Benchmark
  public Tensor matmul(Rate rate) {
    rate.gflop += operands.gflop();
    return plain();
  }

  /// A·Bᵀ: a linear layer.
  @Benchmark
  public Tensor matmulTransposed(Rate rate) {
    rate.gflop += operands.gflop();
    return rightTransposed();
  }

  /// Aᵀ·B: the gradient of a linear layer's weight.
  @Benchmark
  public Tensor transposedMatmul(Rate rate) {
    rate.gflop += operands.gflop();
    return leftTransposed();
  }

  /// A·B with B in panels already, as a frozen weight is kept, into memory that is there.
  @Benchmark
  public float[] prepacked(Rate rate) {
    rate.gflop += operands.gflop();
    return packedOnce();
  }
}

// java -jar bench/target/benchmarks.jar GemmBenchmark -p shape=1024x384x384 -p threads=1
