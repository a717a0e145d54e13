package jada.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The vectors that all kernels use: those that the machine prefers, at most 16 lanes wide.
///
/// The number of lanes changes the speed, never a bit: see [RowSums] and [Gemm].
final class Lanes {
  /// The widest vectors that the kernels are written for.
  private static final int MOST = 16;

  static final VectorSpecies<Float> SPECIES = species();

  private Lanes() {}

  /// The system property `jada.lanes` forces 4, 8 or 16 lanes, for tests: with more than the
  /// machine has, the JVM computes lane by lane, very slowly.
  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.length();
    int lanes = Integer.getInteger("jada.lanes", Math.min(MOST, preferred));
    return lanes == preferred
        ? FloatVector.SPECIES_PREFERRED
        : VectorSpecies.of(float.class, VectorShape.forBitSize(lanes * Float.SIZE));
  }
}
