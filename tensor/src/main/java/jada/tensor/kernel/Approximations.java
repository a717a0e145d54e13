package jada.tensor.kernel;

/// The transcendental functions as polynomials, scalar form. [VectorMath] does the same arithmetic
/// in every lane, so both give the same bits.
///
/// Coefficients are minimax (Remez), lowest power first, derived by
/// `src/test/python/coefficients.py`. Errors are measured over all floats; an ulp is the distance
/// between neighbouring floats at the exact value.
final class Approximations {
  /// Beyond, e^x rounds to 0 or overflows to infinity.
  static final float EXP_LOW = -104;

  /// Where e^x is still a normal float.
  static final float EXP_NORMAL = -87;

  static final float EXP_HIGH = 89;

  static final float INVERSE_LN2 = 1.4426950216293335f;

  /// ln 2 as a float and the rest, so that x − n·ln 2 keeps its low bits.
  static final float LN2 = 0.6931471824645996f;

  static final float LN2_REST = -1.9046542121259336e-09f;

  /// 1.5·2²³: a float so large that adding a small number to it leaves that number, rounded to an
  /// integer, in the low bits.
  static final float ROUNDER = 12582912f;

  static final int ROUNDER_BITS = 0x4b400000;

  /// The same with the exponent bias 127 in the low bits.
  static final float BIASED_ROUNDER = 12583039f;

  // e^r = 1 + r + r²·p(r) for |r| ≤ ln 2 / 2.
  static final float E0 = 0.4999999403953552f;
  static final float E1 = 0.1666651964187622f;
  static final float E2 = 0.04166839271783829f;
  static final float E3 = 0.008368780836462975f;
  static final float E4 = 0.0013814467238262296f;

  // tanh x = x + x·s·p(s), s = x², for |x| below the limit.
  static final float TANH_LIMIT = 0.625f;
  static final float T0 = -0.3333328068256378f;
  static final float T1 = 0.13331441581249237f;
  static final float T2 = -0.05373971536755562f;
  static final float T3 = 0.0206390880048275f;
  static final float T4 = -0.005704986862838268f;

  /// Beyond, tanh rounds to ±1.
  static final float TANH_ONE = 9.02f;

  // erf x = x + x·p(s), s = x², for |x| below the limit.
  static final float ERF_LIMIT = 0.9f;
  static final float R0 = 0.12837915122509003f;
  static final float R1 = -0.3761252462863922f;
  static final float R2 = 0.11282140761613846f;
  static final float R3 = -0.02677890844643116f;
  static final float R4 = 0.005011962726712227f;
  static final float R5 = -0.0006090360693633556f;

  // erf t = 1 − e^p(t) from the limit to 4.
  static final float S0 = -0.00016644834249746054f;
  static final float S1 = -1.127797245979309f;
  static final float S2 = -0.6369760632514954f;
  static final float S3 = -0.10411367565393448f;
  static final float S4 = 0.022315209731459618f;
  static final float S5 = -0.0030654892325401306f;
  static final float S6 = 0.0001982195390155539f;

  /// Beyond, erf rounds to ±1.
  static final float ERF_ONE = 4;

  // Φ(−t) = e^p(t) for t from 0 to the limit; beyond it is taken as 0 (it is below 10⁻⁹).
  static final float TAIL_LIMIT = 6;
  static final float P0 = -0.6931471824645996f;
  static final float P1 = -0.7978858947753906f;
  static final float P2 = -0.3182952105998993f;
  static final float P3 = -0.03639267012476921f;
  static final float P4 = 0.004886564798653126f;
  static final float P5 = -6.367493188008666e-05f;
  static final float P6 = -0.00016110084834508598f;
  static final float P7 = 4.303288733353838e-05f;
  static final float P8 = -5.835165666212561e-06f;
  static final float P9 = 4.267635915766732e-07f;
  static final float P10 = -1.3309975344100167e-08f;

  static final float LN_ROOT_2PI = 0.9189385175704956f;

  private Approximations() {}

  /// e^x; at most 1.02 ulp off.
  static float exp(float x) {
    float clamped = x > EXP_HIGH ? EXP_HIGH : x;
    clamped = clamped < EXP_LOW ? EXP_LOW : clamped;
    // x = n·ln 2 + r, e^x = 2ⁿ·e^r. 2ⁿ is multiplied in two halves: n reaches from −150 to 128.
    float shifted = Fma.fma(clamped, INVERSE_LN2, ROUNDER);
    float n = shifted - ROUNDER;
    int exponent = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
    int half = exponent >> 1;
    return expNear0(reduce(clamped, n)) * powerOf2(half) * powerOf2(exponent - half);
  }

  /// e^x for −87 ≤ x ≤ 88, where 2ⁿ is a normal float.
  static float expInRange(float x) {
    float shifted = Fma.fma(x, INVERSE_LN2, BIASED_ROUNDER);
    float n = shifted - BIASED_ROUNDER;
    return expNear0(reduce(x, n)) * Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
  }

  /// e^x for x ≤ 0; 0 below −87, where it is less than 1.7e-38.
  static float expBelow0(float x) {
    float clamped = x < EXP_NORMAL ? EXP_NORMAL : x;
    return x < EXP_NORMAL ? 0 : expInRange(clamped);
  }

  private static float reduce(float x, float n) {
    return Fma.fma(n, -LN2_REST, Fma.fma(n, -LN2, x));
  }

  /// Neighbouring terms are paired (Estrin's scheme): the latency of a longer chain of
  /// multiply-adds would cost more than the two additional operations.
  private static float expNear0(float r) {
    float r2 = r * r;
    float low = Fma.fma(r, E1, E0);
    float high = Fma.fma(r2, E4, Fma.fma(r, E3, E2));
    return 1 + Fma.fma(Fma.fma(r2, high, low), r2, r);
  }

  private static float powerOf2(int exponent) {
    return Float.intBitsToFloat((exponent + 127) << 23);
  }

  /// tanh x = 1 − 2/(e^2x + 1) away from zero; at most 1.31 ulp off.
  static float tanh(float x) {
    float t = Math.abs(x);
    float s = x * x;
    float p = Fma.fma(T4, s, T3);
    p = Fma.fma(p, s, T2);
    p = Fma.fma(p, s, T1);
    p = Fma.fma(p, s, T0);
    float near = Fma.fma(x * s, p, x);
    float clamped = t > TANH_ONE ? TANH_ONE : t;
    float far = 1 - 2 / (expInRange(clamped + clamped) + 1);
    return t >= TANH_LIMIT ? Math.copySign(far, x) : near;
  }

  /// erf x = 2/√π ∫₀ˣ e^(−u²) du; at most 1.12 ulp off.
  static float erf(float x) {
    float t = Math.abs(x);
    float s = x * x;
    float p = Fma.fma(R5, s, R4);
    p = Fma.fma(p, s, R3);
    p = Fma.fma(p, s, R2);
    p = Fma.fma(p, s, R1);
    p = Fma.fma(p, s, R0);
    float near = Fma.fma(p, x, x);
    float clamped = t > ERF_ONE ? ERF_ONE : t;
    float q = Fma.fma(S6, clamped, S5);
    q = Fma.fma(q, clamped, S4);
    q = Fma.fma(q, clamped, S3);
    q = Fma.fma(q, clamped, S2);
    q = Fma.fma(q, clamped, S1);
    q = Fma.fma(q, clamped, S0);
    float far = 1 - expInRange(q);
    return t >= ERF_LIMIT ? Math.copySign(far, x) : near;
  }

  /// Φ(−t), the normal distribution's upper tail, for 0 ≤ t ≤ 6.
  private static float tail(float t) {
    float t2 = t * t;
    float t4 = t2 * t2;
    float p0 = Fma.fma(t2, Fma.fma(t, P3, P2), Fma.fma(t, P1, P0));
    float p4 = Fma.fma(t2, Fma.fma(t, P7, P6), Fma.fma(t, P5, P4));
    float p8 = Fma.fma(t2, P10, Fma.fma(t, P9, P8));
    return expInRange(Fma.fma(t4, Fma.fma(t4, p8, p4), p0));
  }

  /// gelu(x) = x·Φ(x) = max(x, 0) − |x|·Φ(−|x|) (Hendrycks, Gimpel 2016, Gaussian Error Linear
  /// Units), in a form without cancellation on either side of zero. At most 2.4 ulp off for x > 0,
  /// and 6·10⁻⁹ + 2·10⁻⁶·|gelu(x)| for x < 0.
  static float gelu(float x) {
    float t = Math.abs(x);
    float clamped = t > TAIL_LIMIT ? TAIL_LIMIT : t;
    float tail = t > TAIL_LIMIT ? 0 : tail(clamped);
    return Fma.fma(-clamped, tail, x > 0 ? x : 0);
  }

  /// gelu′(x) = Φ(x) + x·φ(x) = d for x ≤ 0 and 1 − d for x > 0, with d = Φ(−|x|) − |x|·φ(x). At
  /// most 1.2·10⁻⁷ off.
  static float geluDerivative(float x) {
    float t = Math.abs(x);
    float clamped = t > TAIL_LIMIT ? TAIL_LIMIT : t;
    float density = expInRange(Fma.fma(-0.5f * clamped, clamped, -LN_ROOT_2PI));
    float d = t > TAIL_LIMIT ? 0 : Fma.fma(-clamped, density, tail(clamped));
    return x > 0 ? 1 - d : d;
  }
}
