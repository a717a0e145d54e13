package jada.bench.study;

import jada.tensor.RandomSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/// What can be said of two arms whose runs come in pairs: the same task and seed. All functions are
/// pure; d are the differences of n pairs.
final class PairedStatistics {
  private PairedStatistics() {}

  /// An interval.
  record Interval(double low, double high) {
    /// Whether it lies between −margin and margin.
    boolean within(double margin) {
      return -margin < low && high < margin;
    }
  }

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /// √(Σ (x − x̄)² / (n − 1)); NaN of a single value.
  static double deviation(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
    return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
  }

  static double median(double[] values) {
    return quantile(Arrays.stream(values).sorted().toArray(), 0.5);
  }

  /// The quantile of sorted values, between two of them in proportion (Hyndman and Fan's type 7,
  /// the usual one of NumPy).
  static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /// The paired t test: p of a mean at least as far from 0, t = d̄·√n / s with n − 1 degrees of
  /// freedom. NaN with fewer than two pairs; where all differences are equal 0, or 1 if they are 0.
  static double tTest(double[] d) {
    double t = t(d, 0);
    return Double.isNaN(t) ? t : 2 * upper(d.length, Math.abs(t));
  }

  /// The interval that holds the mean with this confidence, d̄ ± t·s/√n.
  static Interval interval(double[] d, double confidence) {
    if (d.length < 2) {
      return new Interval(Double.NaN, Double.NaN);
    }
    double half =
        TDistribution.of(d.length - 1).inverseSurvivalProbability((1 - confidence) / 2)
            * deviation(d)
            / Math.sqrt(d.length);
    return new Interval(mean(d) - half, mean(d) + half);
  }

  /// Two one-sided t tests (Schuirmann 1987): p of a mean at −margin or below, or at margin or
  /// above, the larger of the two. Small: the difference is within the margin.
  static double equivalence(double[] d, double margin) {
    double below = t(d, -margin);
    double above = t(d, margin);
    return Double.isNaN(below) ? below : Math.max(upper(d.length, below), upper(d.length, -above));
  }

  /// t of the differences to a supposed mean.
  private static double t(double[] d, double supposed) {
    double error = deviation(d) / Math.sqrt(d.length);
    double distance = mean(d) - supposed;
    return error == 0 && distance == 0 ? 0 : distance / error;
  }

  /// p of a t at least as large.
  private static double upper(int n, double t) {
    if (Double.isInfinite(t)) {
      return t > 0 ? 0 : 1;
    }
    return TDistribution.of(n - 1).survivalProbability(t);
  }

  /// Holm's correction for several tests (1979): of m values the i-th smallest, from i = 0, becomes
  /// (m − i)·p, at least the one before, at most 1. NaN is no test and stays.
  static double[] holm(double[] p) {
    int[] order =
        IntStream.range(0, p.length)
            .boxed()
            .filter(i -> !Double.isNaN(p[i]))
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = p.clone();
    double least = 0;
    for (int i = 0; i < order.length; i++) {
      least = Math.max(least, Math.min(1, (order.length - i) * p[order[i]]));
      adjusted[order[i]] = least;
    }
    return adjusted;
  }

  /// Means of hierarchical bootstrap samples, sorted. A sample draws as many tasks as there are,
  /// with replacement, and of each drawn task as many of its differences as it has, with
  /// replacement; its value is the mean over the drawn tasks of their means. So tasks weigh the
  /// same, and both the choice of tasks and the choice of seeds count as chance.
  ///
  /// @param byTask differences of each task
  static double[] bootstrap(List<double[]> byTask, int samples, RandomSource random) {
    double[] means = new double[samples];
    for (int i = 0; i < samples; i++) {
      double sum = 0;
      for (int task = 0; task < byTask.size(); task++) {
        double[] d = byTask.get(random.nextInt(byTask.size()));
        double ofTask = 0;
        for (int seed = 0; seed < d.length; seed++) {
          ofTask += d[random.nextInt(d.length)];
        }
        sum += ofTask / d.length;
      }
      means[i] = sum / byTask.size();
    }
    Arrays.sort(means);
    return means;
  }

  /// The middle part of sorted means: from the quantile (1 − confidence)/2 to 1 − that.
  static Interval middle(double[] sorted, double confidence) {
    double tail = (1 - confidence) / 2;
    return new Interval(quantile(sorted, tail), quantile(sorted, 1 - tail));
  }
}
