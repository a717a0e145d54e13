package jada.tensor;

import java.util.Arrays;

/// The sizes of a tensor along each of its dimensions, outermost first; at most four.
///
/// Written `(5, 4)`; a scalar has no dimensions and is written `()`.
public final class Shape {
  private static final int MAX_RANK = 4;

  private final int[] dims;
  private final int size;

  private Shape(int[] dims) {
    this.dims = dims;
    long elements = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "shape: sizes must not be negative, got " + Arrays.toString(dims));
      }
      elements *= dim;
      if (elements > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "shape: "
                + Arrays.toString(dims)
                + " has more elements than one array can hold (2147483647)");
      }
    }
    this.size = (int) elements;
  }

  /// The shape with the given sizes; none for a scalar.
  ///
  /// @throws IllegalArgumentException if there are more than four sizes, one is negative, or their
  ///   product exceeds what a Java array can hold
  public static Shape of(int... dims) {
    if (dims.length > MAX_RANK) {
      throw new IllegalArgumentException(
          "shape: at most 4 dimensions, got " + dims.length + " in " + Arrays.toString(dims));
    }
    return new Shape(dims.clone());
  }

  /// The number of dimensions.
  public int rank() {
    return dims.length;
  }

  /// The size along one dimension; negative indices count from the last, -1 is the innermost.
  public int dim(int index) {
    int i = index < 0 ? index + dims.length : index;
    if (i < 0 || i >= dims.length) {
      throw new IndexOutOfBoundsException("shape: dimension " + index + " of " + this);
    }
    return dims[i];
  }

  /// The number of elements.
  public int size() {
    return size;
  }

  /// Whether this is a matrix of the given size.
  public boolean isMatrix(int rows, int columns) {
    return dims.length == 2 && dims[0] == rows && dims[1] == columns;
  }

  /// The size of the innermost dimension; 1 for a scalar.
  public int columns() {
    return dims.length == 0 ? 1 : dims[dims.length - 1];
  }

  /// The number of innermost rows: the product of the outer dimensions, even if rows are empty.
  public int rows() {
    int rows = 1;
    for (int i = 0; i < dims.length - 1; i++) {
      rows *= dims[i];
    }
    return rows;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(dims, that.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("(");
    for (int i = 0; i < dims.length; i++) {
      text.append(i == 0 ? "" : ", ").append(dims[i]);
    }
    return text.append(")").toString();
  }
}
