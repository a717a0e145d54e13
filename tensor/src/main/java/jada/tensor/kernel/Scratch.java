package jada.tensor.kernel;

/// Buffers that a thread keeps between matrix products, so that these make no garbage. Their
/// contents mean nothing between two products.
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  /// A block of A as packed by [Panels#packLeft].
  final float[] left = new float[Product.ROW_BLOCK * Product.DEPTH_BLOCK];

  /// A tile at the edge of C, in full size.
  final float[] tile = new float[ScalarTile.ROWS * Gemm.COLUMNS];

  /// What such a tile starts from.
  final float[] start = new float[ScalarTile.ROWS * Gemm.COLUMNS];

  private float[] right = {};

  private Scratch() {}

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /// At least `size` floats for panels of B.
  float[] right(int size) {
    if (right.length < size) {
      right = new float[size];
    }
    return right;
  }
}
