package jada.tensor.kernel;

import static jada.tensor.kernel.Approximations.*;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Kernels on a strip of columns, one in each lane. Maxima and sums run down the rows and nothing
/// is added across lanes, so they give the bits of [ScalarKernels].
///
/// For short texts attention is nearly twice as fast as with softmax along rows, where a row of 23
/// tokens ends with 7 scalar exponentials and a sum across 16 lanes. For 64 tokens the two are
/// equally fast.
final class VectorColumns {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private VectorColumns() {}

  /// Softmax of the columns `[j, j + lanes)`.
  static void softmax(float[] x, int rows, int j, int stride, float scale, float[] y) {
    if (rows == 0) {
      return; // see WarmUp
    }
    int end = j + rows * stride;
    FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = j; i < end; i += stride) {
      FloatVector v = fromArray(SPECIES, x, i);
      max = max.blend(v, v.compare(VectorOperators.GT, max));
    }
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = j; i < end; i += stride) {
      // Approximations.expBelow0, repeated here for the reason given in VectorMath
      FloatVector v = fromArray(SPECIES, x, i).sub(max).mul(scale);
      VectorMask<Float> tiny = v.compare(VectorOperators.LT, EXP_NORMAL);
      FloatVector z = v.blend(EXP_NORMAL, tiny);
      FloatVector shifted = z.fma(INVERSE_LN2, BIASED_ROUNDER);
      FloatVector n = shifted.sub(BIASED_ROUNDER);
      FloatVector r = n.fma(broadcast(SPECIES, -LN2_REST), n.fma(broadcast(SPECIES, -LN2), z));
      FloatVector r2 = r.mul(r);
      FloatVector p = r2.fma(broadcast(SPECIES, E4), r.fma(E3, E2));
      p = r2.fma(p, r.fma(E1, E0)).fma(r2, r).add(1);
      IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.mul(power.reinterpretAsFloats()).blend(0, tiny);
      e.intoArray(y, i);
      sum = sum.add(e);
    }
    FloatVector whole = broadcast(SPECIES, 1).div(sum);
    for (int i = j; i < end; i += stride) {
      fromArray(SPECIES, y, i).mul(whole).intoArray(y, i);
    }
  }

  /// The derivative of [#softmax] for the same columns.
  static void softmaxGradient(
      float[] y, float[] g, int rows, int j, int stride, float scale, float[] out) {
    if (rows == 0) {
      return; // see WarmUp
    }
    int end = j + rows * stride;
    FloatVector dot = FloatVector.zero(SPECIES);
    for (int i = j; i < end; i += stride) {
      dot = fromArray(SPECIES, g, i).fma(fromArray(SPECIES, y, i), dot);
    }
    for (int i = j; i < end; i += stride) {
      FloatVector centred = fromArray(SPECIES, g, i).sub(dot);
      fromArray(SPECIES, y, i).mul(scale).mul(centred).intoArray(out, i);
    }
  }
}
