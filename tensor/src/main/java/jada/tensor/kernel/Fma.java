package jada.tensor.kernel;

import java.math.BigDecimal;

/// The fused multiply-add of the scalar kernels: a·b + c, rounded once.
///
/// Where the processor has no such instruction, or the JVM may not use it, [Math#fma(float, float,
/// float)] computes with [BigDecimal], thousands of times slower. There the product is taken in
/// double precision, which is exact, and the sum is rounded to odd before it is rounded to a float
/// (Boldo, Melquiond 2008, Emulation of FMA and Correctly Rounded Sums: Proved Algorithms Using
/// Rounding to Odd): about ten operations, and the same bits.
final class Fma {
  /// Whether [Math#fma(float, float, float)] is an instruction.
  static final boolean FUSED = isFused();

  private Fma() {}

  /// a·b + c, rounded once.
  static float fma(float a, float b, float c) {
    return FUSED ? Math.fma(a, b, c) : inDouble(a, b, c);
  }

  /// The same in double arithmetic. The product of two floats has 48 bits, so it is exact. If the
  /// sum is not, its last bit is set to 1 ("odd"): then it lies on the right side of every number
  /// half way between two floats, and the second rounding gives what one rounding would. A double
  /// has 29 bits more than a float; two would be enough.
  static float inDouble(float a, float b, float c) {
    double product = (double) a * b;
    double sum = product + c;
    double ofC = sum - product; // the part of c in the sum (Knuth's TwoSum)
    double error = (product - (sum - ofC)) + (c - ofC); // sum + error is exact; NaN if infinite
    long bits = Double.doubleToRawLongBits(sum);
    boolean even = (bits & 1) == 0;
    if (even && error != 0 && !Double.isNaN(error)) {
      boolean awayFrom0 = error > 0 == sum > 0;
      return (float) Double.longBitsToDouble(awayFrom0 ? bits + 1 : bits - 1);
    }
    return (float) sum;
  }

  /// Compares the time of [Math#fma(float, float, float)] with that of its own fallback, each the
  /// shortest of a few rounds. The instruction is faster by a factor of 50 or more, interpreted as
  /// well as compiled; without it both are equally slow.
  private static boolean isFused() {
    float[] x = {1.1f, 1.3f, 0.7f, 0};
    long fused = Long.MAX_VALUE;
    long inDecimals = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < 8; i++) {
        x[3] += Math.fma(x[0], x[1], x[2]);
      }
      long middle = System.nanoTime();
      for (int i = 0; i < 8; i++) {
        x[3] += new BigDecimal((double) x[0] * x[1]).add(new BigDecimal(x[2])).floatValue();
      }
      fused = Math.min(fused, middle - start);
      inDecimals = Math.min(inDecimals, System.nanoTime() - middle);
    }
    return 4 * fused < inDecimals;
  }
}
