package jada.bench;

import jada.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The products of an adapter of rank r on x (T,C): one side is only r long, so that memory and
/// packing weigh more than multiplying. One thread; the row `gflop` is GFLOP/s.
///
/// | | product | m×n×k |
/// |---|---|---|
/// | down | U = x·Qᵀ | T×r×C |
/// | up | U·Pᵀ | T×C×r |
/// | gradient | dQ = Vᵀ·x | r×C×T |
///
/// Baseline: the same shape in [GemmBaseline]; what the machine can do with long sides is in
/// [GemmBenchmark].
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SkinnyGemmBenchmark extends Measured {
  /// T, rows of x.
  @Param({"1024"})
  public int tokens;

  /// C, columns of x: all-MiniLM-L6-v2 and BERT-base.
  @Param({"384", "768"})
  public int width;

  /// r, the triplets of an adapter; 36 for query, key and value in one.
  @Param({"4", "12", "36"})
  public int rank;

  private GemmOperands down;
  private GemmOperands up;
  private GemmOperands gradient;
  private Tensor q; // (r,C)
  private Tensor p; // (C,r)
  private Tensor v; // (T,r)

  /// Makes the operands and checks the three products against the scalar twin.
  @Setup
  public void prepare() {
    down = GemmOperands.of(tokens + "x" + rank + "x" + width);
    up = GemmOperands.of(tokens + "x" + width + "x" + rank);
    gradient = GemmOperands.of(rank + "x" + width + "x" + tokens);
    q = down.b().transpose();
    p = up.b().transpose();
    v = gradient.a().transpose();
    down.check("down", multiplyDown().array());
    up.check("up", multiplyUp().array());
    gradient.check("gradient", multiplyGradient().array());
  }

  private Tensor multiplyDown() {
    return down.a().matmulTransposed(q); // (T,C)(C,r)
  }

  private Tensor multiplyUp() {
    return up.a().matmulTransposed(p); // (T,r)(r,C)
  }

  private Tensor multiplyGradient() {
    return v.transposedMatmul(gradient.b()); // (r,T)(T,C)
  }

  /// x·Qᵀ.
  @Benchmark
  public Tensor down(Rate rate) {
    rate.gflop += down.gflop();
    return multiplyDown();
  }

  /// U·Pᵀ.
  @Benchmark
  public Tensor up(Rate rate) {
    rate.gflop += up.gflop();
    return multiplyUp();
  }

  /// Vᵀ·x.
  @Benchmark
  public Tensor gradient(Rate rate) {
    rate.gflop += gradient.gflop();
    return multiplyGradient();
  }
}

// java -jar bench/target/benchmarks.jar SkinnyGemmBenchmark -p width=384 -p rank=12
