package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Steps;
import jada.adalora.data.Dataset;
import jada.adalora.model.AdaLora;
import jada.adalora.model.Task;
import jada.adalora.training.TrainingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/// How the time of an AdaLoRA step grows with each of its sizes, the others held. Prints a Markdown
/// table for each size: time, what each one more costs, operations of matrix products, their rate,
/// and beneath it the exponent e of the power law time ∝ sizeᵉ that fits the points best, beside
/// that of the operations.
///
/// All sizes of a table take turns in one JVM, a step each, so that their ratios hold on a machine
/// that is disturbed; a time is the median of the rounds. Ranks do not fall while it measures.
final class GrowthTiming {
  private static final int VOCABULARY = 1005;
  private static final int WARM_UP = 5;
  private static final int LONG = 1_000_000; // more steps than are ever taken

  private final int rounds;
  private final int threads;

  private GrowthTiming(int rounds, int threads) {
    this.rounds = rounds;
    this.threads = threads;
  }

  /// The sizes of one network, its batch and its machine; by default those of all-MiniLM-L6-v2 on
  /// 16 texts of 64 tokens, 12 triplets a matrix.
  private record Sizes(int channels, int layers, int texts, int length, int rank, int threads) {
    PacedRun run() {
      RandomModel random = RandomModel.sized(VOCABULARY, channels, layers);
      AdaLoraConfig config =
          AdaLoraConfig.penalized()
              .withInitRank(rank)
              .withTargetRank(rank / 2)
              .withTinit(Steps.of(LONG / 2))
              .withTfinal(Steps.of(LONG / 4));
      TrainingOptions options =
          TrainingOptions.defaults().withEpochs(LONG).withMaxLength(length).withThreads(threads);
      Dataset data = random.texts(texts, length);
      Task task = Task.classification("no", "yes");
      return PacedRun.of(AdaLora.adapt(random.model(), task, config), options, data);
    }
  }

  /// One point of a table.
  ///
  /// @param size what was varied
  /// @param millis median time of a step
  /// @param gflop operations of its matrix products, 10⁹
  private record Point(int size, double millis, double gflop) {}

  /// @param arguments `AXIS ROUNDS [THREADS [SIZE...]]`; AXIS: texts, length, rank, channels,
  ///   layers, threads, or all, which takes no sizes
  public static void main(String... arguments) {
    if (arguments.length < 2) {
      throw new IllegalArgumentException(
          "usage: all|texts|length|rank|channels|layers|threads ROUNDS [THREADS [SIZE...]]");
    }
    int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
    GrowthTiming growth = new GrowthTiming(Integer.parseInt(arguments[1]), threads);
    List<Integer> sizes = new ArrayList<>();
    for (int i = 3; i < arguments.length; i++) {
      sizes.add(Integer.parseInt(arguments[i]));
    }
    for (Axis axis : Axis.values()) {
      String name = axis.name().toLowerCase(Locale.ROOT);
      if (arguments[0].equals("all") || arguments[0].equals(name)) {
        growth.print(axis, sizes.isEmpty() ? axis.sizes : sizes);
      }
    }
  }

  /// What is varied, over which sizes, and why time grows as it does.
  private enum Axis {
    TEXTS(
        "texts of 64 tokens in a batch",
        List.of(2, 4, 8, 16, 32, 64),
        "Each text is computed for itself, so operations grow in proportion. What a step does once,"
            + " whatever the batch (penalty, optimizer, scores), weighs on the small ones."),
    LENGTH(
        "tokens of each of 16 texts",
        List.of(8, 16, 32, 64, 128, 256),
        "Linear layers grow in proportion to the tokens. Attention is the part that is quadratic in"
            + " the length of a text: 4·L·C operations a token and layer, beside the 24·C² of the"
            + " linear layers, which is as much only at L = 6·C = 2,304."),
    RANK(
        "triplets of each matrix at the start",
        List.of(2, 4, 8, 16, 32, 64),
        "The adapters are a small part of the work: an adapted matrix of C × C costs C²"
            + " multiply-adds a token, its adapter 2·C·r. So the time is a constant plus a term"
            + " linear in r, and the exponent stays far below 1."),
    CHANNELS(
        "channels, C",
        List.of(96, 192, 384, 768),
        "Linear layers have C² weights, so operations grow with C²; what works on each element"
            + " alone (layer norm, GELU, softmax) grows with C and weighs on the narrow networks."),
    LAYERS(
        "layers",
        List.of(1, 2, 4, 8, 16),
        "Layers are alike, so each one more costs the same. The power is above 1 because one layer"
            + " alone costs little: of the last one only the first token of each text is needed,"
            + " and below the adapters of the first no gradient is."),
    THREADS(
        "threads",
        List.of(1, 2),
        "The power would be −1 if all were cut into tasks as products, attention and elementwise"
            + " work are; the rest of a step (batch, allocation, the graph) runs on one thread.");

    private final String what;
    private final List<Integer> sizes;
    private final String why;

    Axis(String what, List<Integer> sizes, String why) {
      this.what = what;
      this.sizes = sizes;
      this.why = why;
    }

    /// The network of a size.
    Sizes of(int size, int threads) {
      return switch (this) {
        case TEXTS -> new Sizes(384, 6, size, 64, 12, threads);
        case LENGTH -> new Sizes(384, 6, 16, size, 12, threads);
        case RANK -> new Sizes(384, 6, 16, 64, size, threads);
        case CHANNELS -> new Sizes(size, 6, 16, 64, 12, threads);
        case LAYERS -> new Sizes(384, size, 16, 64, 12, threads);
        case THREADS -> new Sizes(384, 6, 16, 64, 12, size);
      };
    }
  }

  private void print(Axis axis, List<Integer> sizes) {
    List<Point> points = measure(sizes, size -> axis.of(size, threads).run());
    System.out.printf(
        "%n| %s | ms | ms for each one more | GFLOP | GFLOP/s |%n|---|---|---|---|---|%n",
        axis.what);
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      System.out.printf(
          Locale.ROOT,
          "| %d | %.1f | %s | %.2f | %.0f |%n",
          point.size(),
          point.millis(),
          i == 0 ? "" : slope(points.get(i - 1), point),
          point.gflop(),
          point.gflop() / point.millis() * 1e3);
    }
    System.out.printf(
        Locale.ROOT,
        "%nTime grows with the power %.2f, operations with %.2f. %s%n",
        exponent(points, Point::millis),
        exponent(points, Point::gflop),
        axis.why);
  }

  private static String slope(Point from, Point to) {
    double each = (to.millis() - from.millis()) / (to.size() - from.size());
    return String.format(Locale.ROOT, "%.2f", each);
  }

  private List<Point> measure(List<Integer> sizes, IntFunction<PacedRun> start) {
    List<PacedRun> runs = new ArrayList<>();
    List<List<Double>> millis = new ArrayList<>();
    double[] gflop = new double[sizes.size()];
    try {
      for (int size : sizes) {
        runs.add(start.apply(size));
        millis.add(new ArrayList<>());
      }
      for (int round = 0; round < WARM_UP + rounds; round++) {
        for (int i = 0; i < runs.size(); i++) {
          PacedRun.Step step = runs.get(i).step();
          gflop[i] = step.operations() * 1e-9;
          if (round >= WARM_UP) {
            millis.get(i).add(step.millis());
          }
        }
      }
    } finally {
      runs.forEach(PacedRun::close);
    }
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      points.add(new Point(sizes.get(i), Median.of(millis.get(i)), gflop[i]));
    }
    return points;
  }

  /// The slope of ln y over ln size, by least squares.
  private static double exponent(List<Point> points, ToDoubleFunction<Point> y) {
    double meanX = points.stream().mapToDouble(p -> Math.log(p.size())).average().orElseThrow();
    double meanY =
        points.stream().mapToDouble(p -> Math.log(y.applyAsDouble(p))).average().orElseThrow();
    double covariance = 0;
    double variance = 0;
    for (Point p : points) {
      double dx = Math.log(p.size()) - meanX;
      covariance += dx * (Math.log(y.applyAsDouble(p)) - meanY);
      variance += dx * dx;
    }
    return covariance / variance;
  }
}

// java --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmn32m -cp bench/target/benchmarks.jar
// \
//   jada.bench.GrowthTiming all 15
