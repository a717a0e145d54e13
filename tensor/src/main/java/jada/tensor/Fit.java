package jada.tensor;

/// Checks of the shapes that operations are given, and their error messages.
final class Fit {
  private Fit() {}

  static void equal(String operation, Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape())) {
      throw new IllegalArgumentException(
          "%s: %s and %s do not fit: shapes must be equal"
              .formatted(operation, a.shape(), b.shape()));
    }
  }

  static void matrix(String operation, Tensor a) {
    if (a.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "%s: a matrix is needed, got shape %s; reshape it first".formatted(operation, a.shape()));
    }
  }

  /// Two matrices whose dimensions `left` and `right` are equal.
  static void product(String operation, Tensor a, int left, Tensor b, int right, String rule) {
    if (a.shape().rank() != 2 || b.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "%s: two matrices are needed, got %s and %s; reshape them first"
              .formatted(operation, a.shape(), b.shape()));
    }
    int l = a.shape().dim(left);
    int r = b.shape().dim(right);
    if (l != r) {
      throw new IllegalArgumentException(
          "%s: %s and %s do not fit: %s (%s != %s)"
              .formatted(operation, a.shape(), b.shape(), rule, l, r));
    }
  }

  /// A vector with as many elements as an innermost row of a.
  static void row(String operation, Tensor a, Tensor row) {
    vector(operation, "row", a, row, a.shape().columns());
  }

  /// A vector with as many elements as a has innermost rows.
  static void column(String operation, Tensor a, Tensor column) {
    vector(operation, "column", a, column, a.shape().rows());
  }

  private static void vector(String operation, String what, Tensor a, Tensor vector, int size) {
    if (vector.shape().rank() != 1 || vector.size() != size) {
      throw new IllegalArgumentException(
          "%s: %s needs a %s (%s), got %s"
              .formatted(operation, a.shape(), what, size, vector.shape()));
    }
  }

  static void indices(String operation, String what, int[] indices, int size) {
    for (int index : indices) {
      if (index < 0 || index >= size) {
        throw new IndexOutOfBoundsException(
            "%s: %s %s of a matrix with %s %ss".formatted(operation, what, index, size, what));
      }
    }
  }
}
