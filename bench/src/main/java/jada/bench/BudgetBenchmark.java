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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What AdaLoRA adds to every step beside its layers: orthogonality penalty with its gradient,
/// importance scores, allocation. For the adapters of all-MiniLM-L6-v2: 24 matrices of 384 × 384,
/// 12 triplets each at the start. The baseline of each is the whole step of [StepBenchmark], of
/// which it should be a small part.
public class BudgetBenchmark extends Measured {
  private static final int MATRICES = 24;
  private static final int WIDTH = 384;
  private static final int RANK = 12;

  /// The adapters of a whole model.
  @State(Scope.Benchmark)
  public static class Adapters {
    /// Triplets of each matrix: at the start, and on average in the end.
    @Param({"12", "4"})
    public int rank;

    private final List<SvdLinear> adapters = new ArrayList<>();
    private final List<float[]> scores = new ArrayList<>();

    /// Makes the adapters and checks penalty and allocation against plain loops.
    @Setup
    public void prepare() {
      RandomSource random = RandomSource.of(1);
      Constant weight = Constant.of(Tensor.zeros(Shape.of(WIDTH, WIDTH)));
      Constant bias = Constant.of(Tensor.zeros(Shape.of(WIDTH)));
      for (int m = 0; m < MATRICES; m++) {
        adapters.add(
            SvdLinear.of("adapter" + m, weight, bias, triplets(rank, random, 0.05f), 1, 0));
        scores.add(Tensor.uniform(Shape.of(rank), 0, 1, random).array());
      }
      checkPenalty();
      int alive = allocate().stream().mapToInt(BitSet::cardinality).sum();
      Checks.close("allocation", alive, MATRICES * rank / 3, 0, 0);
    }

    private List<BitSet> allocate() {
      return RankAllocator.allocate(scores, MATRICES * rank / 3);
    }

    private void checkPenalty() {
      double expected = 0;
      for (SvdLinear adapter : adapters) {
        expected += deviation(adapter.p().value().transpose()) + deviation(adapter.q().value());
      }
      double actual =
          Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, adapters).value().item();
      Checks.close("orthogonality", actual, expected / (2 * MATRICES), 1e-5, 1e-4);
    }

    /// ‖M·Mᵀ − I‖_F in double loops.
    private double deviation(Tensor rows) {
      double squares = 0;
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          double dot = i == j ? -1 : 0;
          for (int p = 0; p < WIDTH; p++) {
            dot += (double) rows.get(i, p) * rows.get(j, p);
          }
          squares += dot * dot;
        }
      }
      return Math.sqrt(squares);
    }
  }

  /// What the scores follow from, step after step.
  @State(Scope.Benchmark)
  public static class Observed {
    /// Gradients of so many steps take turns: with the same ones for ever the uncertainty would
    /// decay to denormal numbers, which no training sees.
    private static final int TURNS = 8;

    /// By which score triplets are ranked.
    @Param({"PAPER", "ARTICLE", "MAGNITUDE"})
    public ImportanceScore score;

    private final List<Importance> importances = new ArrayList<>();
    private final List<Triplets> values = new ArrayList<>();
    private final List<List<Triplets>> gradients = new ArrayList<>();
    private int turn;

    /// Makes values and gradients and checks the first paper score against a double loop.
    @Setup
    public void prepare() {
      RandomSource random = RandomSource.of(1);
      AdaLoraConfig config = AdaLoraConfig.penalized().withInitRank(RANK).withImportance(score);
      for (int m = 0; m < MATRICES; m++) {
        values.add(triplets(RANK, random, 0.05f));
        importances.add(Importance.of(config, values.getLast()));
      }
      for (int t = 0; t < TURNS; t++) {
        gradients.add(values.stream().map(_ -> triplets(RANK, random, 0.01f)).toList());
      }
      List<float[]> scores = observe();
      if (score == ImportanceScore.PAPER) {
        Checks.close("importance", scores.getFirst()[3], firstPaperScore(config, 3), 0, 1e-4);
      }
    }

    /// The score of triplet i of the first matrix after one step: with Ī = (1 − β₁)·I and Ū = (1 −
    /// β₂)·|I − Ī|, the mean of Ī·Ū over each of λ, the row of Q and the column of P, added up.
    private double firstPaperScore(AdaLoraConfig config, int i) {
      Triplets w = values.getFirst();
      Triplets g = gradients.getFirst().getFirst();
      double score = term(config, w.lambda().get(i), g.lambda().get(i));
      for (int j = 0; j < WIDTH; j++) {
        score += term(config, w.q().get(i, j), g.q().get(i, j)) / WIDTH;
        score += term(config, w.p().get(j, i), g.p().get(j, i)) / WIDTH;
      }
      return score;
    }

    private static double term(AdaLoraConfig config, double w, double g) {
      double now = Math.abs(w * g);
      double smooth = (1 - config.beta1()) * now;
      return smooth * (1 - config.beta2()) * Math.abs(now - smooth);
    }

    private List<float[]> observe() {
      List<float[]> scores = new ArrayList<>();
      List<Triplets> now = gradients.get(turn++ % TURNS);
      for (int m = 0; m < MATRICES; m++) {
        importances.get(m).observe(values.get(m), now.get(m));
        scores.add(importances.get(m).scores());
      }
      return scores;
    }
  }

  private static Triplets triplets(int rank, RandomSource random, float std) {
    return new Triplets(
        Tensor.normal(Shape.of(WIDTH, rank), std, random),
        Tensor.normal(Shape.of(rank), std, random),
        Tensor.normal(Shape.of(rank, WIDTH), std, random));
  }

  /// Penalty over all adapters and its gradient.
  @Benchmark
  public Gradients orthogonality(Adapters all) {
    return Gradients.of(Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, all.adapters));
  }

  /// One observation of values and gradients, and the scores of all triplets.
  @Benchmark
  public List<float[]> importance(Observed observed) {
    return observed.observe();
  }

  /// The best third of all triplets.
  @Benchmark
  public List<BitSet> allocation(Adapters all) {
    return all.allocate();
  }
}

// java -jar bench/target/benchmarks.jar BudgetBenchmark -p score=PAPER
