package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// Buffers that a thread keeps between matrix products, so that products make no garbage. Their
/// contents are undefined between two products.
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  /// A micro-tile at the edge of C, or three of them, in full size.
  final float[] tile = new float[MacroKernel.TALL_MR * Gemm.NR];

  /// S of such a tile.
  final float[] start = new float[MacroKernel.TALL_MR * Gemm.NR];

  /// The arguments of the next micro-kernel call.
  final MicroKernelArguments arguments = new MicroKernelArguments();

  /// Some rows of a micro-panel of B: the last one for [FewRows], or one that is being transposed.
  final float[] strip = new float[FewRows.KC * Gemm.NR];

  /// The result of [Panels#touch], kept so that the call is not optimized away.
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

  /// At least `size` floats for packed rows of A and (A·D) ⊙ s; see [MacroKernel].
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

  /// At least `size` floats for the sums of A·D; equal sizes return the same array with its values.
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
