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
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Attention of a whole batch between its projections: softmax(Q·Kᵀ/√d)·V for every sequence and
/// head.
///
/// Shapes: `sequences×tokens×heads×d` of all-MiniLM-L6-v2 and of BERT-base. Baseline: [#loops], the
/// same with three matrices in the order of the formula, in loops as anybody would write them.
@State(Scope.Benchmark)
public class AttentionBenchmark extends Measured {
  /// B×L×H×d.
  @Param({"16x64x12x32", "16x128x12x64"})
  public String shape;

  /// Threads that compute.
  @Param({"1"})
  public int threads;

  private int heads;
  private int width; // d
  private int[] offsets;
  private Parameter q; // (T,C); parameters, so that backward passes compute all three gradients
  private Parameter k;
  private Parameter v;
  private Constant direction; // (T,C), ∂L/∂y
  private Workers workers;

  /// Makes the inputs and checks output and gradients of the first and last head against double
  /// loops.
  @Setup
  public void prepare() {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    int sequences = sizes[0];
    int tokens = sizes[1];
    heads = sizes[2];
    width = sizes[3];
    offsets = new int[sequences + 1];
    Arrays.setAll(offsets, s -> s * tokens);
    Shape matrix = Shape.of(sequences * tokens, heads * width);
    RandomSource random = RandomSource.of(1);
    q = Parameter.of("q", Tensor.normal(matrix, 1, random));
    k = Parameter.of("k", Tensor.normal(matrix, 1, random));
    v = Parameter.of("v", Tensor.normal(matrix, 1, random));
    direction = Constant.of(Tensor.normal(matrix, 1, random));
    workers = Workers.of(threads);
    Variable y = attention();
    Gradients gradients = backward(attention());
    check(0, 0, y.value(), gradients);
    check(sequences - 1, heads - 1, y.value(), gradients);
    Tensor baseline = loops();
    for (int i = 0; i < baseline.size(); i++) {
      Checks.close("loops", baseline.array()[i], y.value().array()[i], 1e-4, 1e-4);
    }
  }

  private void check(int sequence, int head, Tensor y, Gradients gradients) {
    int from = offsets[sequence];
    int column = head * width;
    HeadOracle oracle =
        HeadOracle.of(
            q.value(),
            k.value(),
            v.value(),
            direction.value(),
            from,
            offsets[sequence + 1],
            column,
            width);
    HeadOracle.check("attention", y, oracle.y(), from, column);
    HeadOracle.check("dQ", gradients.of(q), oracle.dq(), from, column);
    HeadOracle.check("dK", gradients.of(k), oracle.dk(), from, column);
    HeadOracle.check("dV", gradients.of(v), oracle.dv(), from, column);
  }

  /// Ends the threads.
  @TearDown
  public void close() {
    workers.close();
  }

  private Variable attention() {
    return Fused.attention(q, k, v, offsets, heads);
  }

  private Gradients backward(Variable y) {
    return Gradients.of(Ops.sum(Ops.multiply(y, direction)));
  }

  /// y.
  @Benchmark
  public Variable forward() {
    return workers.call(this::attention);
  }

  /// y, then dQ, dK and dV.
  @Benchmark
  public Gradients forwardBackward() {
    return workers.call(() -> backward(attention()));
  }

  /// Baseline: y, head after head on one thread.
  @Benchmark
  public Tensor loops() {
    float[] a = q.value().array();
    float[] b = k.value().array();
    float[] c = v.value().array();
    int n = heads * width; // C
    Tensor y = Tensor.zeros(q.shape());
    for (int s = 0; s + 1 < offsets.length; s++) {
      int length = offsets[s + 1] - offsets[s]; // L
      float[] scores = new float[length];
      for (int h = 0; h < heads; h++) {
        for (int i = offsets[s]; i < offsets[s + 1]; i++) {
          float sum = 0;
          for (int j = 0; j < length; j++) {
            float dot = 0;
            for (int p = h * width; p < (h + 1) * width; p++) {
              dot += a[i * n + p] * b[(offsets[s] + j) * n + p];
            }
            scores[j] = (float) Math.exp(dot / Math.sqrt(width));
            sum += scores[j];
          }
          for (int j = 0; j < length; j++) {
            float weight = scores[j] / sum;
            for (int p = h * width; p < (h + 1) * width; p++) {
              y.array()[i * n + p] += weight * c[(offsets[s] + j) * n + p];
            }
          }
        }
      }
    }
    return y;
  }
}

// java -jar bench/target/benchmarks.jar AttentionBenchmark -p shape=16x64x12x32
