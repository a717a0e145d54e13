package jada.tensor.kernel;

import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The copying loops of [Panels] on the vector unit, for full micro-panels.
final class VectorPanels {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private static final int LANES = SPECIES.length();

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /// (x₀ y₀ x₁ y₁ …) of the lower and of the upper halves of x and y.
  private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(SPECIES, 0);

  private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(SPECIES, 1);

  /// Four floats are copied as a whole vector; the following rows overwrite its surplus. This many
  /// of the last rows are not followed by enough others, and are copied one float at a time.
  ///
  /// Vectors of four lanes would need no such care, but no other width may occur in the whole
  /// program: at the end of a micro-kernel C2 sees a [FloatVector] of unknown width and relies on
  /// the types profiled before. After two widths it compiles a store for either and boxes all
  /// accumulators, in the loop as well, which doubled the time of a step in half of the processes.
  private static final int OVERLAPPING = LANES / 4 - 1;

  private VectorPanels() {}

  /// Copies k rows of two vectors each into a micro-panel of B.
  ///
  /// @param at where the micro-panel begins, in bytes
  static void copy(float[] x, int xo, int stride, int k, MemorySegment panels, long at) {
    if (k == 0) {
      return; // see WarmUp
    }
    int vector = LANES * Float.BYTES;
    for (int p = 0; p < k; p++) {
      int from = xo + p * stride;
      long to = at + (long) p * 2 * vector;
      fromArray(SPECIES, x, from).intoMemorySegment(panels, to, ORDER);
      fromArray(SPECIES, x, from + LANES).intoMemorySegment(panels, to + vector, ORDER);
    }
  }

  /// Copies k rows of 16 floats, a cache line each, into four micro-panels of A, `step` floats
  /// apart.
  static void copyFour(float[] x, int xo, int stride, int k, float[] panels, int at, int step) {
    if (k == 0) {
      return; // see WarmUp
    }
    int last = Math.max(0, k - OVERLAPPING);
    for (int p = 0; p < last; p++) {
      int from = xo + p * stride;
      int to = at + p * 4;
      fromArray(SPECIES, x, from).intoArray(panels, to);
      fromArray(SPECIES, x, from + 4).intoArray(panels, to + step);
      fromArray(SPECIES, x, from + 8).intoArray(panels, to + 2 * step);
      fromArray(SPECIES, x, from + 12).intoArray(panels, to + 3 * step);
    }
    for (int panel = 0; panel < 4; panel++) {
      copyLast(x, xo + panel * 4, stride, last, k, panels, at + panel * step);
    }
  }

  /// Copies k rows of 4 floats into a micro-panel of A.
  static void copyOne(float[] x, int xo, int stride, int k, float[] panels, int at) {
    if (k == 0) {
      return; // see WarmUp
    }
    int last = Math.max(0, k - OVERLAPPING);
    for (int p = 0; p < last; p++) {
      fromArray(SPECIES, x, xo + p * stride).intoArray(panels, at + p * 4);
    }
    copyLast(x, xo, stride, last, k, panels, at);
  }

  /// Copies the rows of 4 floats from p on, one float at a time.
  private static void copyLast(
      float[] x, int xo, int stride, int p, int k, float[] panels, int at) {
    for (; p < k; p++) {
      for (int r = 0; r < 4; r++) {
        panels[at + p * 4 + r] = x[xo + p * stride + r];
      }
    }
  }

  /// Interleaves four rows into a micro-panel of A.
  ///
  /// @return the number of elements of each row that were copied: k rounded down to whole vectors
  static int weave(float[] x, int xo, int stride, int k, float[] panel, int at) {
    if (k == 0) {
      return 0; // see WarmUp
    }
    int x1 = xo + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      FloatVector r0 = fromArray(SPECIES, x, xo + p);
      FloatVector r1 = fromArray(SPECIES, x, x1 + p);
      FloatVector r2 = fromArray(SPECIES, x, x2 + p);
      FloatVector r3 = fromArray(SPECIES, x, x3 + p);
      FloatVector even0 = r0.rearrange(LOW, r2);
      FloatVector odd0 = r1.rearrange(LOW, r3);
      FloatVector even1 = r0.rearrange(HIGH, r2);
      FloatVector odd1 = r1.rearrange(HIGH, r3);
      int to = at + 4 * p;
      even0.rearrange(LOW, odd0).intoArray(panel, to);
      even0.rearrange(HIGH, odd0).intoArray(panel, to + LANES);
      even1.rearrange(LOW, odd1).intoArray(panel, to + 2 * LANES);
      even1.rearrange(HIGH, odd1).intoArray(panel, to + 3 * LANES);
    }
    return p;
  }
}
