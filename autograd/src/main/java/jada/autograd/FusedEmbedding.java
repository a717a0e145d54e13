package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;

/// The operations between hidden states and the loss of sentence embeddings; formulas at [Fused].
/// They touch one row for each text, little beside the network, so all sums are plain loops in
/// double precision, in the order of the elements.
final class FusedEmbedding {
  /// Below this length a row counts as one of zeros, as in PyTorch's `normalize`.
  private static final double SHORTEST = 1e-12;

  private FusedEmbedding() {}

  static Variable meanRows(Variable x, int[] offsets) {
    Require.shapes(x.shape().rank() == 2, "meanRows", "x (T, C)", x);
    int[] ends = offsets.clone();
    requireOffsets(ends, x.shape().dim(0));
    int n = x.shape().columns(); // C
    int sequences = ends.length - 1; // B
    Tensor y = Tensor.zeros(Shape.of(sequences, n));
    double[] sums = new double[n];
    for (int s = 0; s < sequences; s++) {
      Arrays.fill(sums, 0);
      for (int t = ends[s]; t < ends[s + 1]; t++) {
        for (int j = 0; j < n; j++) {
          sums[j] += x.value().array()[t * n + j];
        }
      }
      for (int j = 0; j < n; j++) {
        y.array()[s * n + j] = (float) (sums[j] / (ends[s + 1] - ends[s]));
      }
    }
    return Result.of("meanRows", y, edge(x, g -> spread(g, ends, x.shape())));
  }

  /// dx_t = G_s / n_s.
  private static Tensor spread(Tensor g, int[] ends, Shape shape) {
    int n = shape.columns();
    Tensor dx = Tensor.blank(shape);
    for (int s = 0; s < ends.length - 1; s++) {
      int length = ends[s + 1] - ends[s];
      for (int t = ends[s]; t < ends[s + 1]; t++) {
        for (int j = 0; j < n; j++) {
          dx.array()[t * n + j] = g.array()[s * n + j] / length;
        }
      }
    }
    return dx;
  }

  private static void requireOffsets(int[] offsets, int rows) {
    boolean rising = offsets.length > 1 && offsets[0] == 0 && offsets[offsets.length - 1] == rows;
    for (int s = 0; rising && s < offsets.length - 1; s++) {
      rising = offsets[s] < offsets[s + 1];
    }
    if (!rising) {
      throw new IllegalArgumentException(
          "meanRows: the offsets must rise from 0 to T = %s, each sequence with a row"
              .formatted(rows));
    }
  }

  static Variable normalizeRows(Variable x) {
    Require.shapes(x.shape().rank() == 2, "normalizeRows", "x (B, C)", x);
    int rows = x.shape().dim(0);
    int n = x.shape().dim(1);
    double[] length = new double[rows];
    Tensor y = Tensor.blank(x.shape());
    for (int i = 0; i < rows; i++) {
      length[i] = Math.max(Math.sqrt(dot(x.value(), x.value(), i, n)), SHORTEST);
      for (int j = i * n; j < (i + 1) * n; j++) {
        y.array()[j] = (float) (x.value().array()[j] / length[i]);
      }
    }
    return Result.of("normalizeRows", y, edge(x, g -> normalizeGradient(y, length, g)));
  }

  /// dx = (G − y·⟨G, y⟩)/‖x‖ for each row; G/‖x‖ where the length was held at its least.
  private static Tensor normalizeGradient(Tensor y, double[] length, Tensor g) {
    int n = y.shape().dim(1);
    Tensor dx = Tensor.blank(y.shape());
    for (int i = 0; i < length.length; i++) {
      double along = length[i] > SHORTEST ? dot(g, y, i, n) : 0;
      for (int j = i * n; j < (i + 1) * n; j++) {
        dx.array()[j] = (float) ((g.array()[j] - y.array()[j] * along) / length[i]);
      }
    }
    return dx;
  }

  static Variable rowDistances(Variable a, Variable b) {
    Require.shapes(
        a.shape().rank() == 2 && a.shape().equals(b.shape()),
        "rowDistances",
        "a (B, C), b (B, C)",
        a,
        b);
    int rows = a.shape().dim(0);
    int n = a.shape().dim(1);
    Tensor difference = a.value().subtract(b.value());
    Tensor y = Tensor.blank(Shape.of(rows));
    for (int i = 0; i < rows; i++) {
      y.array()[i] = (float) Math.sqrt(dot(difference, difference, i, n));
    }
    return Result.of(
        "rowDistances",
        y,
        edge(a, g -> distanceGradient(difference, y, g, 1)),
        edge(b, g -> distanceGradient(difference, y, g, -1)));
  }

  /// ±G_i·(a_i − b_i)/y_i, 0 where y_i = 0.
  private static Tensor distanceGradient(Tensor difference, Tensor y, Tensor g, int sign) {
    int n = difference.shape().dim(1);
    Tensor d = Tensor.blank(difference.shape());
    for (int i = 0; i < y.size(); i++) {
      float by = y.array()[i] == 0 ? 0 : sign * g.array()[i] / y.array()[i];
      for (int j = i * n; j < (i + 1) * n; j++) {
        d.array()[j] = by * difference.array()[j];
      }
    }
    return d;
  }

  private static double dot(Tensor a, Tensor b, int row, int n) {
    double sum = 0;
    for (int j = row * n; j < (row + 1) * n; j++) {
      sum += (double) a.array()[j] * b.array()[j];
    }
    return sum;
  }
}
