package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// Errors over the whole float range: one float of every [#STRIDE] bit patterns, so all magnitudes
/// from the smallest subnormal to the largest float are visited. A stride of 1 visits them all and
/// gives the same figures, in minutes.
class ApproximationsTest {
  /// Prime, so that mantissas differ from exponent to exponent.
  private static final int STRIDE = Integer.getInteger("jada.stride", 4099);

  @Test
  void exp_is_within_little_more_than_one_ulp() {
    assertThat(largestUlps(Approximations::exp, Math::exp)).isLessThan(1.05);
  }

  @Test
  void exp_near_its_limits_underflows_gradually_and_overflows_to_infinity() {
    assertThat(Approximations.exp(88.72283f)).isFinite();
    assertThat(Approximations.exp(88.72284f)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Approximations.exp(1e30f)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Approximations.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Approximations.exp(-103.27892f)).isEqualTo(Float.MIN_VALUE);
    assertThat(Approximations.exp(-104)).isZero();
    assertThat(Approximations.exp(-1e30f)).isZero();
    assertThat(Approximations.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Approximations.exp(0)).isEqualTo(1);
    assertThat(Approximations.exp(-0f)).isEqualTo(1);
    assertThat(Approximations.exp(Float.NaN)).isNaN();
  }

  @Test
  void tanh_is_within_one_and_a_half_ulp() {
    assertThat(largestUlps(Approximations::tanh, Math::tanh)).isLessThan(1.5);
  }

  @Test
  void tanh_keeps_signs_and_special_values() {
    assertThat(Approximations.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Approximations.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Approximations.tanh(Float.NaN)).isNaN();
    assertThat(Approximations.tanh(-0f)).isEqualTo(-0f);
    assertThat(Approximations.tanh(-Float.MIN_VALUE)).isEqualTo(-Float.MIN_VALUE);
  }

  @Test
  void erf_is_within_one_and_a_half_ulp() {
    assertThat(largestUlps(Approximations::erf, Reference::erf)).isLessThan(1.5);
  }

  @Test
  void erf_keeps_signs_and_special_values() {
    assertThat(Approximations.erf(Float.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Approximations.erf(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Approximations.erf(Float.NaN)).isNaN();
    assertThat(Approximations.erf(-0f)).isEqualTo(-0f);
    assertThat(Approximations.erf(-Float.MIN_VALUE)).isEqualTo(-Float.MIN_VALUE);
  }

  @Test
  void gelu_errs_by_less_than_two_millionths_of_itself_plus_what_it_drops_below_minus_six() {
    double worst = largestExcess(Approximations::gelu, Reference::gelu, 6.0e-9);
    assertThat(worst).isLessThan(2e-6);
    assertThat(largestUlps(positive(Approximations::gelu), x -> Reference.gelu(Math.abs(x))))
        .as("ulps for x > 0")
        .isLessThan(2.5);
  }

  @Test
  void gelu_keeps_special_values() {
    assertThat(Approximations.gelu(0)).isZero();
    assertThat(Approximations.gelu(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Approximations.gelu(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Approximations.gelu(Float.NaN)).isNaN();
  }

  @Test
  void gelu_derivative_errs_by_less_than_an_eighth_of_a_millionth() {
    double worst = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      if (Float.isFinite(x)) {
        worst =
            Math.max(
                worst, Math.abs(Approximations.geluDerivative(x) - Reference.geluDerivative(x)));
      }
    }
    assertThat(worst).isLessThan(1.25e-7);
    assertThat(Approximations.geluDerivative(Float.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Approximations.geluDerivative(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Approximations.geluDerivative(Float.NaN)).isNaN();
  }

  private interface FloatFunction {
    float of(float x);
  }

  private static FloatFunction positive(FloatFunction f) {
    return x -> f.of(Math.abs(x));
  }

  /// The largest |f(x) − exact(x)| in ulps of exact(x).
  private static double largestUlps(FloatFunction f, DoubleUnaryOperator exact) {
    double worst = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      double y = exact.applyAsDouble(x);
      float actual = f.of(x);
      if (Float.isFinite(x) && Math.abs(y) <= Float.MAX_VALUE) {
        worst = Math.max(worst, Math.abs(actual - y) / Math.ulp((float) y));
      }
    }
    return worst;
  }

  /// The largest (|f(x) − exact(x)| − allowed) / |exact(x)|.
  private static double largestExcess(FloatFunction f, DoubleUnaryOperator exact, double allowed) {
    double worst = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      if (Float.isFinite(x) && x != 0) {
        double y = exact.applyAsDouble(x);
        double error = Math.abs(f.of(x) - y) - allowed;
        worst = Math.max(worst, error <= 0 ? 0 : error / Math.abs(y));
      }
    }
    return worst;
  }
}
