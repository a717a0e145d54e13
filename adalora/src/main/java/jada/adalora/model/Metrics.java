package jada.adalora.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How well predictions agree with the truth: the measures of GLUE, as scikit-learn and SciPy
/// define them. All are pure functions. n is the number of examples, K the number of classes, and
/// classes are numbered from 0.
///
/// Cₖₗ is how many examples of class k were predicted as l; tₖ = Σₗ Cₖₗ how often k is true, pₖ =
/// Σₗ Cₗₖ how often it is predicted.
public final class Metrics {
  private Metrics() {}

  /// The share of right answers, Σₖ Cₖₖ / n, in [0, 1].
  ///
  /// @throws IllegalArgumentException if there are no examples or the lengths differ
  public static double accuracy(int[] predicted, int[] expected) {
    check("accuracy", predicted.length, expected.length);
    long right =
        IntStream.range(0, expected.length).filter(i -> predicted[i] == expected[i]).count();
    return (double) right / expected.length;
  }

  /// The share of the commonest class, maxₖ tₖ / n, in (0, 1]: the accuracy of always answering it,
  /// which an accuracy has to beat to mean anything (scikit-learn's `DummyClassifier`).
  ///
  /// @throws IllegalArgumentException if there are no examples, there are fewer than two classes,
  ///   or a class is outside [0, classes)
  public static double commonestClass(int[] expected, int classes) {
    long[][] confusion = confusion(expected, expected, classes);
    long most = IntStream.range(0, classes).mapToLong(k -> timesTrue(confusion, k)).max().orElse(0);
    return (double) most / expected.length;
  }

  /// F1 in [0, 1], the harmonic mean of precision Cₖₖ/pₖ and recall Cₖₖ/tₖ:
  ///
  ///     F1ₖ = 2·Cₖₖ / (tₖ + pₖ)
  ///
  /// With two classes it is F1 of class 1, the second in the order of the labels, as in GLUE. With
  /// more it is the mean over the classes that are true or predicted at least once (macro). A
  /// class without a right answer has F1 = 0, also when it is never predicted; so two classes of
  /// which the second never occurs give 0 (scikit-learn's `zero_division=0`).
  ///
  /// @throws IllegalArgumentException if there are no examples, the lengths differ, there are
  ///     fewer than two classes, or a class is outside [0, classes)
  public static double f1(int[] predicted, int[] expected, int classes) {
    long[][] confusion = confusion(predicted, expected, classes);
    if (classes == 2) {
      return f1(confusion, 1);
    }
    return IntStream.range(0, classes)
        .filter(k -> timesTrue(confusion, k) + timesPredicted(confusion, k) > 0)
        .mapToDouble(k -> f1(confusion, k))
        .average()
        .orElseThrow();
  }

  private static double f1(long[][] confusion, int k) {
    long both = timesTrue(confusion, k) + timesPredicted(confusion, k);
    return both == 0 ? 0 : 2.0 * confusion[k][k] / both;
  }

  /// Matthews' correlation of prediction and truth in [−1, 1]; 0 is no better than chance. For any
  /// number of classes (Gorodkin 2004):
  ///
  ///     (n·Σₖ Cₖₖ − Σₖ tₖ·pₖ) / √((n² − Σₖ pₖ²)·(n² − Σₖ tₖ²))
  ///
  /// It is 0 if prediction or truth is constant, where the fraction is 0/0.
  ///
  /// @throws IllegalArgumentException as [#f1]
  public static double matthews(int[] predicted, int[] expected, int classes) {
    long[][] confusion = confusion(predicted, expected, classes);
    double n = expected.length;
    double right = 0;
    double products = 0;
    double predictedSquares = 0;
    double trueSquares = 0;
    for (int k = 0; k < classes; k++) {
      double t = timesTrue(confusion, k);
      double p = timesPredicted(confusion, k);
      right += confusion[k][k];
      products += t * p;
      predictedSquares += p * p;
      trueSquares += t * t;
    }
    double spread = (n * n - predictedSquares) * (n * n - trueSquares);
    return spread == 0 ? 0 : (n * right - products) / Math.sqrt(spread);
  }

  /// Pearson's correlation in [−1, 1]:
  ///
  ///     Σᵢ (xᵢ − x̄)(yᵢ − ȳ) / √(Σᵢ (xᵢ − x̄)² · Σᵢ (yᵢ − ȳ)²)
  ///
  /// It is NaN, undefined, if either side is constant or n = 1.
  ///
  /// @throws IllegalArgumentException if there are no examples or the lengths differ
  public static double pearson(double[] predicted, double[] expected) {
    check("pearson", predicted.length, expected.length);
    if (isConstant(predicted) || isConstant(expected)) {
      return Double.NaN;
    }
    double meanX = Arrays.stream(predicted).sum() / predicted.length;
    double meanY = Arrays.stream(expected).sum() / expected.length;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < predicted.length; i++) {
      double x = predicted[i] - meanX;
      double y = expected[i] - meanY;
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    // Rounding alone can push a perfect correlation a hair beyond 1.
    return Math.clamp(xy / (Math.sqrt(xx) * Math.sqrt(yy)), -1.0, 1.0);
  }

  /// Spearman's rank correlation in [−1, 1]: Pearson's correlation of the ranks, where equal values
  /// share the mean of the ranks they occupy. It is NaN, undefined, if either side is constant.
  ///
  /// @throws IllegalArgumentException if there are no examples or the lengths differ
  public static double spearman(double[] predicted, double[] expected) {
    check("spearman", predicted.length, expected.length);
    return pearson(ranks(predicted), ranks(expected));
  }

  /// The ranks of values, from 1 for the least; equal values share the mean of their ranks.
  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0; // the mean of the ranks from+1 … to
      }
      from = to;
    }
    return ranks;
  }

  private static boolean isConstant(double[] values) {
    return Arrays.stream(values).allMatch(value -> value == values[0]);
  }

  /// C (K, K), rows true, columns predicted.
  private static long[][] confusion(int[] predicted, int[] expected, int classes) {
    check("metrics", predicted.length, expected.length);
    if (classes < 2) {
      throw new IllegalArgumentException("metrics: %s classes; at least 2".formatted(classes));
    }
    long[][] confusion = new long[classes][classes];
    for (int i = 0; i < expected.length; i++) {
      if (Math.min(predicted[i], expected[i]) < 0
          || Math.max(predicted[i], expected[i]) >= classes) {
        throw new IllegalArgumentException(
            "metrics: example %s: predicted %s, expected %s; classes are 0 to %s"
                .formatted(i, predicted[i], expected[i], classes - 1));
      }
      confusion[expected[i]][predicted[i]]++;
    }
    return confusion;
  }

  private static long timesTrue(long[][] confusion, int k) {
    return Arrays.stream(confusion[k]).sum();
  }

  private static long timesPredicted(long[][] confusion, int k) {
    return Arrays.stream(confusion).mapToLong(row -> row[k]).sum();
  }

  private static void check(String metric, int predicted, int expected) {
    if (predicted != expected || predicted == 0) {
      throw new IllegalArgumentException(
          "%s: %s predictions for %s examples; as many as examples are needed, and at least one"
              .formatted(metric, predicted, expected));
    }
  }
}
