package jada.bench;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What an adapter adds to a linear layer: SvdLinear and LoraLinear of several ranks against the
/// frozen layer alone, which is the baseline. 1024 tokens, width 384 to 384 (all-MiniLM-L6-v2).
@State(Scope.Benchmark)
public class LinearBenchmark extends Measured {
  /// T, rows.
  @Param({"1024"})
  public int tokens;

  /// C, columns in and out.
  @Param({"384"})
  public int width;

  /// r, triplets or rank-one terms.
  @Param({"4", "12"})
  public int rank;

  /// Threads that compute.
  @Param({"1"})
  public int threads;

  private Parameter x; // (T, in); a parameter, so that backward passes compute dX as in the network
  private Constant weight; // (out, in)
  private Constant bias; // (out)
  private Parameter p; // (out, r)
  private Parameter lambda; // (r)
  private Parameter q; // (r, in)
  private Constant direction; // (T, out), ∂L/∂y
  private Workers workers;

  /// Makes layer and adapter and checks outputs and derivatives against double loops.
  @Setup
  public void prepare() {
    RandomSource random = RandomSource.of(1);
    x = Parameter.of("x", Tensor.normal(Shape.of(tokens, width), 1, random));
    weight = Constant.of(Tensor.normal(Shape.of(width, width), 0.05f, random));
    bias = Constant.of(Tensor.normal(Shape.of(width), 0.05f, random));
    p = Parameter.of("p", Tensor.normal(Shape.of(width, rank), 0.1f, random));
    lambda = Parameter.of("lambda", Tensor.normal(Shape.of(rank), 1, random));
    q = Parameter.of("q", Tensor.normal(Shape.of(rank, width), 0.1f, random));
    direction = Constant.of(Tensor.normal(Shape.of(tokens, width), 1, random));
    workers = Workers.of(threads);
    AdapterOracle oracle =
        new AdapterOracle(x.value(), weight.value(), bias.value(), direction.value());
    Tensor ones = Tensor.full(Shape.of(rank), 1);
    oracle.check(svd(), backward(svd()), x, p, lambda.value(), q);
    Checks.close("dlambda", backward(svd()).of(lambda).get(1), oracle.lambda(p, q, 1), 1e-2, 1e-3);
    oracle.check(lora(), backward(lora()), x, p, ones, q);
  }

  /// Ends the threads.
  @TearDown
  public void close() {
    workers.close();
  }

  private Variable svd() {
    return Fused.svdLinear(x, weight, bias, p, lambda, q, 1);
  }

  private Variable lora() {
    return Fused.loraLinear(x, weight, bias, p, q, 1);
  }

  private Variable plain() {
    return Fused.linear(x, weight, bias);
  }

  private Gradients backward(Variable y) {
    return Gradients.of(Ops.sum(Ops.multiply(y, direction)));
  }

  /// Baseline: y = x·Wᵀ + b.
  @Benchmark
  public Variable linearForward() {
    return workers.call(this::plain);
  }

  /// y = x·Wᵀ + b + ((x·Qᵀ) ⊙ λ)·Pᵀ.
  @Benchmark
  public Variable svdForward() {
    return workers.call(this::svd);
  }

  /// y = x·Wᵀ + b + (x·Aᵀ)·Bᵀ.
  @Benchmark
  public Variable loraForward() {
    return workers.call(this::lora);
  }

  /// Baseline: forward, then dX; the weight is frozen.
  @Benchmark
  public Gradients linearForwardBackward() {
    return workers.call(() -> backward(plain()));
  }

  /// Forward, then dX, dP, dλ and dQ.
  @Benchmark
  public Gradients svdForwardBackward() {
    return workers.call(() -> backward(svd()));
  }

  /// Forward, then dX, dA and dB.
  @Benchmark
  public Gradients loraForwardBackward() {
    return workers.call(() -> backward(lora()));
  }
}

// java -jar bench/target/benchmarks.jar LinearBenchmark -p rank=12
