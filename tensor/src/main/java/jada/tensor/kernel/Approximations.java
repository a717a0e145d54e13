package jada.tensor.kernel;

/// Scalar forms of the transcendental functions.
final class Approximations {
  private static final float ROOT_HALF = 0.70710678f;

  private Approximations() {}

  static float exp(float x) {
    return (float) Math.exp(x);
  }

  static float tanh(float x) {
    return (float) Math.tanh(x);
  }

  /// Series below 3, continued fraction above (Abramowitz and Stegun 7.1.6, 7.1.14), in double.
  static float erf(float value) {
    double x = Math.abs((double) value);
    double result;
    if (x < 3) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      result = 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    } else {
      result = 1 - Math.exp(-x * x) / (x * Math.sqrt(Math.PI)) * (1 - 1 / (2 * x * x));
    }
    return (float) Math.copySign(Math.min(result, 1), value);
  }

  static float gelu(float x) {
    return 0.5f * x * (1 + erf(x * ROOT_HALF));
  }

  static float geluDerivative(float x) {
    double density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    return (float) (0.5 * (1 + erf(x * ROOT_HALF)) + x * density);
  }
}
