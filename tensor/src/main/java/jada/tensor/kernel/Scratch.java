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

  /// The last columns of B for [FewRows], filled up to a tile's width.
  final float[] strip = new float[FewRows.DEPTH_BLOCK * Gemm.COLUMNS];

  private float[] right = {};
  private float[] down = {};
  private float[] up = {};
  private float[] sums = {};
  private float[] narrow = {};

  private Scratch() {}

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /// At least `size` floats for panels of B, or for those of A in [FewRows].
  float[] right(int size) {
    if (right.length < size) {
      right = new float[size];
    }
    return right;
  }

  /// At least `size` floats for the panels of D; see [LowRank].
  float[] down(int size) {
    if (down.length < size) {
      down = new float[size];
    }
    return down;
  }

  /// At least `size` floats for the panels of U; see [LowRank].
  float[] up(int size) {
    if (up.length < size) {
      up = new float[size];
    }
    return up;
  }

  /// At least `size` floats for the sums of A·D, which keep their values while the size stays.
  float[] sums(int size) {
    if (sums.length < size) {
      sums = new float[size];
    }
    return sums;
  }

  /// At least `size` floats for (A·D) ⊙ s, which keep their values while the size stays.
  float[] narrow(int size) {
    if (narrow.length < size) {
      narrow = new float[size];
    }
    return narrow;
  }
}
