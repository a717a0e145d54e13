package jada.tensor;

import java.util.Locale;

/// Formats tensors for people: the shape, then at most six rows and six columns of each matrix.
final class TensorText {
  private static final int EDGE = 3;

  private TensorText() {}

  static String render(Tensor tensor) {
    Shape shape = tensor.shape();
    if (shape.rank() == 0) {
      return "Tensor() " + number(tensor.item());
    }
    StringBuilder text = new StringBuilder("Tensor").append(shape);
    int rows = shape.rows();
    int n = shape.columns();
    for (int r = 0; r < rows; r++) {
      if (rows > 2 * EDGE && r == EDGE) {
        text.append("\n  ⋮");
        r = rows - EDGE;
      }
      text.append("\n  [");
      for (int j = 0; j < n; j++) {
        if (n > 2 * EDGE && j == EDGE) {
          text.append("  …");
          j = n - EDGE;
        }
        text.append(j == 0 ? "" : "  ").append(number(tensor.array()[r * n + j]));
      }
      text.append("]");
    }
    return text.toString();
  }

  private static String number(float x) {
    return String.format(Locale.ROOT, "%9.4g", x);
  }
}
