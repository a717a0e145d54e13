package jada.tensor.kernel;

import static jada.tensor.kernel.Approximations.*;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The functions of [Approximations] over ranges of arrays: the same arithmetic in the same order
/// in every lane. Elements that do not fill a vector are computed by the scalar form.
///
/// The steps of e^x are repeated in each loop: a method that takes and returns vectors is fast only
/// while C2 inlines it, and in a loop as long as that of [#geluGradient] it does not, which makes
/// the loop ten times slower. [#tanh] and [#erf] are short and rare enough to share one method.
final class VectorMath {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private static final int LANES = SPECIES.length();

  private static final int SIGN = 0x8000_0000;

  private VectorMath() {}

  /// `y[i] = exp(x[i] − shift)`.
  static void exp(float[] x, float shift, float[] y, int from, int to) {
    int i = from;
    for (int end = from + SPECIES.loopBound(to - from); i < end; i += LANES) {
      FloatVector v = fromArray(SPECIES, x, i).sub(shift);
      FloatVector low = v.blend(EXP_HIGH, v.compare(VectorOperators.GT, EXP_HIGH));
      FloatVector z = low.blend(EXP_LOW, low.compare(VectorOperators.LT, EXP_LOW));
      FloatVector shifted = z.fma(INVERSE_LN2, ROUNDER);
      FloatVector n = shifted.sub(ROUNDER);
      FloatVector r = n.fma(broadcast(SPECIES, -LN2_REST), n.fma(broadcast(SPECIES, -LN2), z));
      FloatVector r2 = r.mul(r);
      FloatVector p = r2.fma(broadcast(SPECIES, E4), r.fma(E3, E2));
      p = r2.fma(p, r.fma(E1, E0)).fma(r2, r).add(1);
      IntVector exponent = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
      IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
      IntVector scale1 = half.add(127).lanewise(VectorOperators.LSHL, 23);
      IntVector scale2 = exponent.sub(half).add(127).lanewise(VectorOperators.LSHL, 23);
      p.mul(scale1.reinterpretAsFloats()).mul(scale2.reinterpretAsFloats()).intoArray(y, i);
    }
    for (; i < to; i++) {
      y[i] = Approximations.exp(x[i] - shift);
    }
  }

  /// `out[i] = gelu(x[i])`.
  static void gelu(float[] x, float[] out, int from, int to) {
    if (from == to) {
      return; // see WarmUp
    }
    int i = from;
    for (int end = from + SPECIES.loopBound(to - from); i < end; i += LANES) {
      FloatVector v = fromArray(SPECIES, x, i);
      FloatVector magnitude = v.abs();
      VectorMask<Float> beyond = magnitude.compare(VectorOperators.GT, TAIL_LIMIT);
      FloatVector t = magnitude.blend(TAIL_LIMIT, beyond);
      FloatVector t2 = t.mul(t);
      FloatVector t4 = t2.mul(t2);
      FloatVector p0 = t2.fma(t.fma(P3, P2), t.fma(P1, P0));
      FloatVector p4 = t2.fma(t.fma(P7, P6), t.fma(P5, P4));
      FloatVector p8 = t2.fma(broadcast(SPECIES, P10), t.fma(P9, P8));
      FloatVector z = t4.fma(t4.fma(p8, p4), p0);
      FloatVector shifted = z.fma(INVERSE_LN2, BIASED_ROUNDER);
      FloatVector n = shifted.sub(BIASED_ROUNDER);
      FloatVector r = n.fma(broadcast(SPECIES, -LN2_REST), n.fma(broadcast(SPECIES, -LN2), z));
      FloatVector r2 = r.mul(r);
      FloatVector p = r2.fma(broadcast(SPECIES, E4), r.fma(E3, E2));
      p = r2.fma(p, r.fma(E1, E0)).fma(r2, r).add(1);
      IntVector scale = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector tail = p.mul(scale.reinterpretAsFloats()).blend(0, beyond);
      FloatVector zero = FloatVector.zero(SPECIES);
      FloatVector positive = zero.blend(v, v.compare(VectorOperators.GT, zero));
      t.neg().fma(tail, positive).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = Approximations.gelu(x[i]);
    }
  }

  /// `out[i] = g[i] · gelu′(x[i])`.
  static void geluGradient(float[] x, float[] g, float[] out, int from, int to) {
    if (from == to) {
      return; // see WarmUp
    }
    int i = from;
    for (int end = from + SPECIES.loopBound(to - from); i < end; i += LANES) {
      FloatVector v = fromArray(SPECIES, x, i);
      FloatVector magnitude = v.abs();
      VectorMask<Float> beyond = magnitude.compare(VectorOperators.GT, TAIL_LIMIT);
      FloatVector t = magnitude.blend(TAIL_LIMIT, beyond);

      FloatVector t2 = t.mul(t);
      FloatVector t4 = t2.mul(t2);
      FloatVector p0 = t2.fma(t.fma(P3, P2), t.fma(P1, P0));
      FloatVector p4 = t2.fma(t.fma(P7, P6), t.fma(P5, P4));
      FloatVector p8 = t2.fma(broadcast(SPECIES, P10), t.fma(P9, P8));
      FloatVector z = t4.fma(t4.fma(p8, p4), p0);
      FloatVector shifted = z.fma(INVERSE_LN2, BIASED_ROUNDER);
      FloatVector n = shifted.sub(BIASED_ROUNDER);
      FloatVector r = n.fma(broadcast(SPECIES, -LN2_REST), n.fma(broadcast(SPECIES, -LN2), z));
      FloatVector r2 = r.mul(r);
      FloatVector p = r2.fma(broadcast(SPECIES, E4), r.fma(E3, E2));
      p = r2.fma(p, r.fma(E1, E0)).fma(r2, r).add(1);
      IntVector scale = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector tail = p.mul(scale.reinterpretAsFloats());

      z = t.mul(-0.5f).fma(t, broadcast(SPECIES, -LN_ROOT_2PI));
      shifted = z.fma(INVERSE_LN2, BIASED_ROUNDER);
      n = shifted.sub(BIASED_ROUNDER);
      r = n.fma(broadcast(SPECIES, -LN2_REST), n.fma(broadcast(SPECIES, -LN2), z));
      r2 = r.mul(r);
      p = r2.fma(broadcast(SPECIES, E4), r.fma(E3, E2));
      p = r2.fma(p, r.fma(E1, E0)).fma(r2, r).add(1);
      scale = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector density = p.mul(scale.reinterpretAsFloats());

      FloatVector d = t.neg().fma(density, tail).blend(0, beyond);
      FloatVector rest = broadcast(SPECIES, 1).sub(d);
      FloatVector derivative = d.blend(rest, v.compare(VectorOperators.GT, 0));
      fromArray(SPECIES, g, i).mul(derivative).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = g[i] * Approximations.geluDerivative(x[i]);
    }
  }

  /// `out[i] = tanh(x[i])`.
  static void tanh(float[] x, float[] out, int from, int to) {
    int i = from;
    for (int end = from + SPECIES.loopBound(to - from); i < end; i += LANES) {
      FloatVector v = fromArray(SPECIES, x, i);
      FloatVector t = v.abs();
      FloatVector s = v.mul(v);
      FloatVector p = s.fma(T4, T3);
      p = p.fma(s, broadcast(SPECIES, T2));
      p = p.fma(s, broadcast(SPECIES, T1));
      p = p.fma(s, broadcast(SPECIES, T0));
      FloatVector near = v.mul(s).fma(p, v);
      FloatVector clamped = t.blend(TANH_ONE, t.compare(VectorOperators.GT, TANH_ONE));
      FloatVector e = expInRange(clamped.add(clamped));
      FloatVector far = broadcast(SPECIES, 1).sub(broadcast(SPECIES, 2).div(e.add(1)));
      IntVector sign = v.reinterpretAsInts().and(SIGN);
      FloatVector signed = far.reinterpretAsInts().or(sign).reinterpretAsFloats();
      near.blend(signed, t.compare(VectorOperators.GE, TANH_LIMIT)).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = Approximations.tanh(x[i]);
    }
  }

  /// `out[i] = erf(x[i])`.
  static void erf(float[] x, float[] out, int from, int to) {
    int i = from;
    for (int end = from + SPECIES.loopBound(to - from); i < end; i += LANES) {
      FloatVector v = fromArray(SPECIES, x, i);
      FloatVector t = v.abs();
      FloatVector s = v.mul(v);
      FloatVector p = s.fma(R5, R4);
      p = p.fma(s, broadcast(SPECIES, R3));
      p = p.fma(s, broadcast(SPECIES, R2));
      p = p.fma(s, broadcast(SPECIES, R1));
      p = p.fma(s, broadcast(SPECIES, R0));
      FloatVector near = p.fma(v, v);
      FloatVector clamped = t.blend(ERF_ONE, t.compare(VectorOperators.GT, ERF_ONE));
      FloatVector q = clamped.fma(S6, S5);
      q = q.fma(clamped, broadcast(SPECIES, S4));
      q = q.fma(clamped, broadcast(SPECIES, S3));
      q = q.fma(clamped, broadcast(SPECIES, S2));
      q = q.fma(clamped, broadcast(SPECIES, S1));
      q = q.fma(clamped, broadcast(SPECIES, S0));
      FloatVector far = broadcast(SPECIES, 1).sub(expInRange(q));
      IntVector sign = v.reinterpretAsInts().and(SIGN);
      FloatVector signed = far.reinterpretAsInts().or(sign).reinterpretAsFloats();
      near.blend(signed, t.compare(VectorOperators.GE, ERF_LIMIT)).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = Approximations.erf(x[i]);
    }
  }

  private static FloatVector expInRange(FloatVector z) {
    FloatVector shifted = z.fma(INVERSE_LN2, BIASED_ROUNDER);
    FloatVector n = shifted.sub(BIASED_ROUNDER);
    FloatVector r = n.fma(broadcast(SPECIES, -LN2_REST), n.fma(broadcast(SPECIES, -LN2), z));
    FloatVector r2 = r.mul(r);
    FloatVector p = r2.fma(broadcast(SPECIES, E4), r.fma(E3, E2));
    p = r2.fma(p, r.fma(E1, E0)).fma(r2, r).add(1);
    IntVector scale = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return p.mul(scale.reinterpretAsFloats());
  }
}
