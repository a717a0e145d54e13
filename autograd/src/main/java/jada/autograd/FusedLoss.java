package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;

/// The losses at the top of a model; formulas at [Fused].
final class FusedLoss {
  private FusedLoss() {}

  static Variable crossEntropy(Variable logits, int[] labels) {
    Require.shapes(logits.shape().rank() == 2, "crossEntropy", "logits (B, K)", logits);
    int rows = logits.shape().dim(0); // B
    int classes = logits.shape().dim(1); // K
    requireOnePerRow("crossEntropy", "label", logits, labels.length);
    int[] chosen = labels.clone();
    float[] z = logits.value().array();
    double total = 0;
    for (int i = 0; i < rows; i++) {
      Require.inRange("crossEntropy", "label", i, chosen[i], classes);
      total += logSumExp(z, i * classes, classes) - z[i * classes + chosen[i]];
    }
    return Result.of(
        "crossEntropy",
        Tensor.scalar((float) (total / rows)),
        edge(
            logits,
            g -> {
              Tensor dz = logits.value().softmax(); // (B,K), ours to change
              for (int i = 0; i < rows; i++) {
                dz.array()[i * classes + chosen[i]] -= 1;
              }
              return dz.scale(g.item() / rows);
            }));
  }

  static Variable crossEntropy(Variable logits, int[] labels, float[] weights, double smoothing) {
    Require.shapes(logits.shape().rank() == 2, "crossEntropy", "logits (B, K)", logits);
    int rows = logits.shape().dim(0); // B
    int classes = logits.shape().dim(1); // K
    requireOnePerRow("crossEntropy", "label", logits, labels.length);
    requireWeights(weights, classes, smoothing);
    double all = 0;
    for (int i = 0; i < rows; i++) {
      Require.inRange("crossEntropy", "label", i, labels[i], classes);
      all += weights[labels[i]];
    }
    if (!(all > 0)) {
      throw new IllegalArgumentException(
          "crossEntropy: the labels of all " + rows + " rows weigh 0; one must weigh more");
    }
    double weight = all;
    double[] wanted = new double[rows * classes]; // q
    float[] z = logits.value().array();
    double total = 0;
    for (int i = 0; i < rows; i++) {
      double normalizer = logSumExp(z, i * classes, classes);
      for (int k = 0; k < classes; k++) {
        double q = smoothing / classes * weights[k];
        q += k == labels[i] ? (1 - smoothing) * weights[k] : 0;
        wanted[i * classes + k] = q;
        total += q == 0 ? 0 : q * (normalizer - z[i * classes + k]);
      }
    }
    return Result.of(
        "crossEntropy",
        Tensor.scalar((float) (total / weight)),
        edge(
            logits,
            g -> {
              Tensor dz = logits.value().softmax(); // (B,K), ours to change
              double by = g.item() / weight;
              for (int i = 0; i < rows; i++) {
                double sum = 0;
                for (int k = 0; k < classes; k++) {
                  sum += wanted[i * classes + k];
                }
                for (int k = 0; k < classes; k++) {
                  int at = i * classes + k;
                  dz.array()[at] = (float) (by * (sum * dz.array()[at] - wanted[at]));
                }
              }
              return dz;
            }));
  }

  private static void requireWeights(float[] weights, int classes, double smoothing) {
    if (weights.length != classes) {
      throw new IllegalArgumentException(
          "crossEntropy: needs a weight for each of %s classes, got %s"
              .formatted(classes, weights.length));
    }
    for (float weight : weights) {
      if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "crossEntropy: a weight must be a number of 0 or more, got " + weight);
      }
    }
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "crossEntropy: smoothing must be in [0, 1), got " + smoothing);
    }
  }

  static Variable meanSquaredError(Variable predictions, float[] targets) {
    Require.shapes(
        predictions.shape().rank() == 2 && predictions.shape().dim(1) == 1,
        "meanSquaredError",
        "predictions (B, 1)",
        predictions);
    int rows = predictions.shape().dim(0); // B
    requireOnePerRow("meanSquaredError", "target", predictions, targets.length);
    Tensor error = predictions.value().subtract(Tensor.of(Shape.of(rows, 1), targets.clone()));
    double total = 0;
    for (int i = 0; i < rows; i++) {
      double e = error.get(i, 0);
      total += e * e;
    }
    return Result.of(
        "meanSquaredError",
        Tensor.scalar((float) (total / rows)),
        edge(predictions, g -> error.scale(2 * g.item() / rows)));
  }

  static Variable binaryCrossEntropy(Variable logits, float[] targets) {
    Require.shapes(logits.shape().rank() == 2, "binaryCrossEntropy", "logits (B, K)", logits);
    int n = logits.shape().size(); // B·K
    if (n == 0 || targets.length != n) {
      throw new IllegalArgumentException(
          "binaryCrossEntropy: "
              + logits.shape()
              + " needs at least one element and one target for each, got "
              + targets.length);
    }
    float[] y = targets.clone();
    float[] z = logits.value().array();
    double total = 0;
    for (int i = 0; i < n; i++) {
      total += Math.max(z[i], 0) - z[i] * y[i] + StrictMath.log1p(StrictMath.exp(-Math.abs(z[i])));
    }
    return Result.of(
        "binaryCrossEntropy",
        Tensor.scalar((float) (total / n)),
        edge(
            logits,
            g -> {
              Tensor dz = Tensor.zeros(logits.shape());
              float[] values = logits.value().array();
              for (int i = 0; i < n; i++) {
                double sigmoid = 1 / (1 + StrictMath.exp(-values[i]));
                dz.array()[i] = (float) ((sigmoid - y[i]) * g.item() / n);
              }
              return dz;
            }));
  }

  static Variable cosent(Variable scores, float[] labels) {
    Require.shapes(scores.shape().rank() == 1, "cosent", "scores (B)", scores);
    requireOnePerRow("cosent", "label", scores, labels.length);
    float[] y = labels.clone();
    int n = y.length;
    float[] s = scores.value().array();
    double max = 0; // the term 1 is e⁰
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        max = y[i] < y[j] ? Math.max(max, (double) s[i] - s[j]) : max;
      }
    }
    double most = max;
    double sum = StrictMath.exp(-most);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        sum += y[i] < y[j] ? StrictMath.exp((double) s[i] - s[j] - most) : 0;
      }
    }
    double whole = sum;
    return Result.of(
        "cosent",
        Tensor.scalar((float) (most + StrictMath.log(whole))),
        edge(
            scores,
            g -> {
              double[] d = new double[n];
              for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                  if (y[i] < y[j]) {
                    double p = StrictMath.exp((double) s[i] - s[j] - most) / whole;
                    d[i] += p;
                    d[j] -= p;
                  }
                }
              }
              Tensor ds = Tensor.zeros(scores.shape());
              for (int i = 0; i < n; i++) {
                ds.array()[i] = (float) (d[i] * g.item());
              }
              return ds;
            }));
  }

  /// ln Σ_k e^(z_k) = max + ln Σ_k e^(z_k − max), which no logit can overflow.
  private static double logSumExp(float[] z, int from, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = from; j < from + n; j++) {
      max = Math.max(max, z[j]);
    }
    double sum = 0;
    for (int j = from; j < from + n; j++) {
      sum += StrictMath.exp((double) z[j] - max);
    }
    return max + StrictMath.log(sum);
  }

  private static void requireOnePerRow(String op, String what, Variable x, int count) {
    int rows = x.shape().dim(0);
    if (rows == 0 || count != rows) {
      throw new IllegalArgumentException(
          op
              + ": "
              + x.shape()
              + " needs at least one row and one "
              + what
              + " for each, got "
              + count);
    }
  }
}
