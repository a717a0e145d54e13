package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptiveRanks;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.Layer;
import jada.nn.Linear;
import jada.nn.optim.LearningRate;
import jada.tensor.Qr;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;

/// A problem with a known answer: a teacher whose layers differ from a frozen base by updates of
/// known ranks, and a student that starts from the base and has to find how many triplets each
/// layer needs.
///
/// Teacher and student are chains of L square layers with tanh and a way around each,
///
///     h ← h + tanh(h·(W + ΔW)ᵀ)        h (T, n), W (n, n)
///
/// The teacher's ΔW = U·Vᵀ has r* orthonormal columns in U and in V, so all its singular values are
/// 1, and exactly rank r* is needed. The student sees x ~ N(0, 1) and the teacher's output with
/// noise, like real labels, and minimises the mean squared error. It knows only the sum of the
/// ranks, which is its budget.
///
/// @see PlantedRanks#of(long) the problem of the tour and of the tests
public final class PlantedRanks {
  private static final List<Integer> RANKS = List.of(0, 1, 2, 3, 5, 7);
  private static final int WIDTH = 32;
  private static final double NOISE = 0.1;

  /// Rows of a batch.
  private static final int ROWS = 128;

  private static final int HELD_OUT = 512;

  /// Optimizer steps of a training.
  static final int STEPS = 400;

  private static final LearningRate RATE = LearningRate.linear(0.03, STEPS / 20, STEPS);

  /// The configuration of the student: the paper's reading, with the mean of the planted ranks as
  /// its target.
  public static final AdaLoraConfig CONFIG =
      AdaLoraConfig.penalized()
          .withInitRank(8)
          .withTargetRank(3)
          .withTinit(Steps.fraction(0.2))
          .withTfinal(Steps.fraction(0.2));

  /// The same with factors that stay an exact singular value decomposition.
  public static final AdaLoraConfig EXACT =
      AdaLoraConfig.exact()
          .withInitRank(CONFIG.initRank())
          .withTargetRank(CONFIG.targetRank())
          .withTinit(CONFIG.tinit())
          .withTfinal(CONFIG.tfinal());

  private final List<Integer> ranks;
  private final int width;
  private final double noise;
  private final RandomSource random;
  private final List<Linear> base = new ArrayList<>();
  private final List<Linear> teacher = new ArrayList<>();

  /// Inputs and the teacher's outputs.
  ///
  /// @param x (T, n)
  /// @param y (T, n)
  public record Batch(Variable x, Variable y) {}

  /// The result of a training.
  ///
  /// @param ranks triplets alive in each layer
  /// @param error mean squared difference from the teacher's output on inputs never seen, without
  ///   noise, as a share of the base's: 1 is as good as no training, 0 perfect
  public record Outcome(List<Integer> ranks, double error) {
    /// Copies the list.
    public Outcome {
      ranks = List.copyOf(ranks);
    }
  }

  /// A problem with these ranks.
  ///
  /// @param ranks r* of each layer, from 0 to `width`
  /// @param width n, channels of each layer
  /// @param noise standard deviation of what is added to the teacher's output in training
  /// @param random where base, teacher, starts and batches are drawn from
  PlantedRanks(List<Integer> ranks, int width, double noise, RandomSource random) {
    this.ranks = List.copyOf(ranks);
    this.width = width;
    this.noise = noise;
    this.random = random;
    for (int l = 0; l < ranks.size(); l++) {
      RandomSource of = random.split("layer " + l);
      Tensor w =
          Tensor.normal(Shape.of(width, width), (float) (1 / Math.sqrt(width)), of.split("W"));
      Variable bias = Constant.of(Tensor.zeros(Shape.of(width)));
      base.add(new Linear("layer." + l, Constant.of(w), bias));
      Tensor delta =
          orthonormal(ranks.get(l), of.split("U"))
              .matmulTransposed(orthonormal(ranks.get(l), of.split("V")));
      teacher.add(new Linear("layer." + l, Constant.of(w.add(delta)), bias));
    }
  }

  /// The problem of the tour and of the tests: six layers of 32 channels, in which ranks 0, 1, 2,
  /// 3, 5 and 7 are planted, which layer has which being drawn by lot.
  public static PlantedRanks of(long seed) {
    RandomSource random = RandomSource.of(seed).split("planted ranks");
    int[] order = RANKS.stream().mapToInt(Integer::intValue).toArray();
    random.split("order").shuffle(order);
    List<Integer> ranks = new ArrayList<>();
    for (int rank : order) {
      ranks.add(rank);
    }
    return new PlantedRanks(ranks, WIDTH, NOISE, random);
  }

  private Tensor orthonormal(int columns, RandomSource from) {
    return columns == 0
        ? Tensor.zeros(Shape.of(width, 0))
        : Qr.of(Tensor.normal(Shape.of(width, columns), 1, from)).q();
  }

  /// The planted ranks, by layer.
  public List<Integer> ranks() {
    return ranks;
  }

  /// The base with an untrained adapter in each layer.
  public List<SvdLinear> student(AdaLoraConfig config) {
    List<SvdLinear> student = new ArrayList<>();
    for (Linear layer : base) {
      student.add(
          SvdLinear.of(
              layer.name(),
              layer.weight(),
              layer.bias(),
              config
                  .init()
                  .triplets(width, width, config.initRank(), random.split(layer.name() + " start")),
              config.scale(),
              0));
    }
    return student;
  }

  /// The batch of step t.
  public Batch batch(int t) {
    RandomSource of = random.split("batch " + t);
    Variable x = Constant.of(Tensor.normal(Shape.of(ROWS, width), 1, of.split("x")));
    Tensor y = output(teacher, x).value();
    return new Batch(
        x, Constant.of(y.add(Tensor.normal(y.shape(), (float) noise, of.split("noise")))));
  }

  /// The mean squared error of layers on a batch, a scalar.
  public static Variable loss(List<? extends Layer> layers, Batch batch) {
    Variable difference = Ops.subtract(output(layers, batch.x()), batch.y());
    return Ops.mean(Ops.multiply(difference, difference));
  }

  private static Variable output(List<? extends Layer> layers, Variable x) {
    Variable h = x;
    for (Layer layer : layers) {
      h = Ops.add(h, Ops.tanh(layer.forward(h))); // (T, n)
    }
    return h;
  }

  /// Trains a student whose budget falls to the sum of the planted ranks.
  ///
  /// @param after told the ranks of all layers after each step t
  public Outcome train(ObjIntConsumer<List<Integer>> after) {
    return train(CONFIG, after);
  }

  /// The same with a configuration of one's own.
  ///
  /// @param config whose target rank is the mean of the planted ranks
  /// @param after told the ranks of all layers after each step t
  public Outcome train(AdaLoraConfig config, ObjIntConsumer<List<Integer>> after) {
    Student student = Student.of(this, config);
    AdaptiveRanks budget = new AdaptiveRanks(config, student.layers(), STEPS);
    for (int t = 0; t < STEPS; t++) {
      Gradients gradients = student.gradients(t);
      budget.beforeStep(t, gradients);
      student.step(gradients, RATE.at(t));
      budget.afterStep(t, gradients, student::replace);
      after.accept(student.ranks(), t);
    }
    return outcome(student);
  }

  /// Trains a student whose layers have these ranks from beginning to end.
  ///
  /// @param fixed the rank of each layer, from 0 to what the student of [#train] starts with
  public Outcome trainFixed(List<Integer> fixed) {
    Student student = Student.withRanks(fixed, this, CONFIG);
    for (int t = 0; t < STEPS; t++) {
      student.step(student.gradients(t), RATE.at(t));
    }
    return outcome(student);
  }

  /// The budget in equal parts: what LoRA does.
  public List<Integer> uniformAllocation() {
    return Collections.nCopies(ranks.size(), CONFIG.targetRank());
  }

  /// The budget given to triplets drawn by lot among those that a student starts with.
  public List<Integer> randomAllocation() {
    int[] triplets = IntStream.range(0, ranks.size() * CONFIG.initRank()).toArray();
    random.split("lot").shuffle(triplets);
    int[] drawn = new int[ranks.size()];
    for (int i = 0; i < ranks.size() * CONFIG.targetRank(); i++) {
      drawn[triplets[i] / CONFIG.initRank()]++;
    }
    return IntStream.of(drawn).boxed().toList();
  }

  /// The mean over the layers of |rank − planted rank|.
  public double rankError(List<Integer> found) {
    double sum = 0;
    for (int l = 0; l < ranks.size(); l++) {
      sum += Math.abs(found.get(l) - ranks.get(l));
    }
    return sum / ranks.size();
  }

  private Outcome outcome(Student student) {
    Tensor x = Tensor.normal(Shape.of(HELD_OUT, width), 1, random.split("held out"));
    Batch unseen = new Batch(Constant.of(x), output(teacher, Constant.of(x)));
    double error = loss(student.layers(), unseen).value().item();
    return new Outcome(student.ranks(), error / loss(base, unseen).value().item());
  }
}
