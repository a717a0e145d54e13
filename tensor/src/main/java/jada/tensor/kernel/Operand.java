package jada.tensor.kernel;

/// A matrix within an array, as a matrix product reads it: array, offset of the first element,
/// stride between rows, and whether the matrix is stored transposed.
public final class Operand implements RightOperand {
  final float[] data;
  final int offset;
  final int stride;
  final boolean transposed;

  private Operand(float[] data, int offset, int stride, boolean transposed) {
    this.data = data;
    this.offset = offset;
    this.stride = stride;
    this.transposed = transposed;
  }

  /// Element (i, j) is `data[offset + i·stride + j]`.
  public static Operand of(float[] data, int offset, int stride) {
    return new Operand(data, offset, stride, false);
  }

  /// Element (i, j) is `data[offset + j·stride + i]`: the transpose of the stored matrix.
  public static Operand transposed(float[] data, int offset, int stride) {
    return new Operand(data, offset, stride, true);
  }

  float at(int i, int j) {
    return data[transposed ? offset + j * stride + i : offset + i * stride + j];
  }
}
