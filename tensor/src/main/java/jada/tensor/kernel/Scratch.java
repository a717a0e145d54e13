package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// Buffers that a thread keeps between matrix products, so that these make no garbage. Their
/// contents mean nothing between two products.
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  /// A tile at the edge of C, or three of them, in full size.
  final float[] tile = new float[Product.TALL * Gemm.COLUMNS];

  /// What such a tile starts from.
  final float[] start = new float[Product.TALL * Gemm.COLUMNS];

  /// What the next tile computes.
  final TileArguments arguments = new TileArguments();

  /// Some rows of a panel of B: the last one for [FewRows], or one that is being woven.
  final float[] strip = new float[FewRows.DEPTH_BLOCK * Gemm.COLUMNS];

  /// What [Panels#touch] gave, so that it is not optimized away.
  float touched;

  private MemorySegment right = MemorySegment.NULL;
  private MemorySegment down = MemorySegment.NULL;
  private MemorySegment up = MemorySegment.NULL;
  private float[] few = {};
  private float[] left = {};
  private float[] sums = {};

  private Scratch() {}

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /// At least `size` floats for rows of A in panels and what goes with them, see [Product].
  float[] left(int size) {
    if (left.length < size) {
      left = new float[size];
    }
    return left;
  }

  /// At least `size` floats for panels of A in [FewRows].
  float[] few(int size) {
    if (few.length < size) {
      few = new float[size];
    }
    return few;
  }

  /// At least `size` floats for panels of B.
  MemorySegment right(int size) {
    right = atLeast(size, right);
    return right;
  }

  /// At least `size` floats for the panels of D; see [LowRank].
  MemorySegment down(int size) {
    down = atLeast(size, down);
    return down;
  }

  /// At least `size` floats for the panels of U; see [LowRank].
  MemorySegment up(int size) {
    up = atLeast(size, up);
    return up;
  }

  /// At least `size` floats for the sums of A·D, which keep their values while the size stays.
  float[] sums(int size) {
    if (sums.length < size) {
      sums = new float[size];
    }
    return sums;
  }

  private static MemorySegment atLeast(int size, MemorySegment memory) {
    return memory.byteSize() < (long) size * Float.BYTES ? Panels.allocate(size) : memory;
  }
}
