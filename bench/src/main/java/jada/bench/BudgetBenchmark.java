package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Importance;
import jada.adalora.ImportanceScore;
import jada.adalora.Orthogonality;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.RankAllocator;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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

/// What AdaLoRA adds to every step beside its layers: orthogonality penalty with its gradient,
/// importance scores, allocation. For the adapters of all-MiniLM-L6-v2: 24 matrices of 384 × 384,
/// 12 triplets each. The baseline of each is the whole step of [StepBenchmark], of which it should
/// be a small part.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class BudgetBenchmark {
  private static final int MATRICES = 24;
  private static final int WIDTH = 384;
  private static final int RANK = 12;

  /// By which score triplets are ranked.
  @Param({"PAPER", "ARTICLE", "MAGNITUDE"})
  public ImportanceScore score;

  private final List<SvdLinear> adapters = new ArrayList<>();
  private final List<Importance> importances = new ArrayList<>();
  private final List<Triplets> gradients = new ArrayList<>();
  private final List<float[]> scores = new ArrayList<>();

  /// Makes the adapters and checks penalty and allocation against plain loops.
  @Setup
  public void prepare() {
    RandomSource random = RandomSource.of(1);
    Constant weight = Constant.of(Tensor.zeros(Shape.of(WIDTH, WIDTH)));
    Constant bias = Constant.of(Tensor.zeros(Shape.of(WIDTH)));
    AdaLoraConfig config = AdaLoraConfig.defaults().withImportance(score);
    for (int m = 0; m < MATRICES; m++) {
      SvdLinear adapter =
          SvdLinear.of("adapter" + m, weight, bias, triplets(random, 0.05f), config.scale(), 0);
      adapters.add(adapter);
      importances.add(Importance.of(config, adapter.values()));
      gradients.add(triplets(random, 0.01f));
    }
    observe();
    checkPenalty();
    int alive = allocate().stream().mapToInt(BitSet::cardinality).sum();
    Checks.close("allocation", alive, 96, 0, 0);
  }

  private static Triplets triplets(RandomSource random, float std) {
    return new Triplets(
        Tensor.normal(Shape.of(WIDTH, RANK), std, random),
        Tensor.normal(Shape.of(RANK), std, random),
        Tensor.normal(Shape.of(RANK, WIDTH), std, random));
  }

  private void checkPenalty() {
    double expected = 0;
    for (SvdLinear adapter : adapters) {
      expected += deviation(adapter.p().value().transpose()) + deviation(adapter.q().value());
    }
    double actual = Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, adapters).value().item();
    Checks.close("orthogonality", actual, expected / (2 * MATRICES), 1e-5, 1e-4);
  }

  /// ‖M·Mᵀ − I‖_F in double loops.
  private static double deviation(Tensor rows) {
    double squares = 0;
    for (int i = 0; i < RANK; i++) {
      for (int j = 0; j < RANK; j++) {
        double dot = i == j ? -1 : 0;
        for (int p = 0; p < WIDTH; p++) {
          dot += (double) rows.get(i, p) * rows.get(j, p);
        }
        squares += dot * dot;
      }
    }
    return Math.sqrt(squares);
  }

  private void observe() {
    scores.clear();
    for (int m = 0; m < MATRICES; m++) {
      importances.get(m).observe(adapters.get(m).values(), gradients.get(m));
      scores.add(importances.get(m).scores());
    }
  }

  private List<BitSet> allocate() {
    return RankAllocator.allocate(scores, 96);
  }

  /// Penalty over all adapters and its gradient.
  @Benchmark
  public Gradients orthogonality() {
    return Gradients.of(Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, adapters));
  }

  /// One observation of values and gradients, and the scores of all triplets.
  @Benchmark
  public List<float[]> importance() {
    observe();
    return scores;
  }

  /// The 96 best of 288 triplets.
  @Benchmark
  public List<BitSet> allocation() {
    return allocate();
  }
}

// java -jar bench/target/benchmarks.jar BudgetBenchmark -p score=PAPER
