package jada.tensor.kernel;

/// Double-precision functions to measure the float ones against.
final class Reference {
  private Reference() {}

  /// erf x; relative error below 10⁻¹³.
  static double erf(double x) {
    double t = Math.abs(x);
    return Math.copySign(t < 2.5 ? series(t) : 1 - erfc(t), x);
  }

  /// 1 − erf t for t ≥ 0; relative error below 10⁻¹².
  static double erfc(double t) {
    if (t < 2.5) {
      return 1 - series(t);
    }
    // Continued fraction (Abramowitz and Stegun 7.1.14), from its tail.
    double fraction = 0;
    for (int i = 120; i >= 1; i--) {
      fraction = i / 2.0 / (t + fraction);
    }
    return Math.exp(-t * t) / Math.sqrt(Math.PI) / (t + fraction);
  }

  /// The series 2/√π · e^(−t²) · Σ 2ⁿ t^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6): all terms
  /// positive, so nothing cancels.
  private static double series(double t) {
    double term = t;
    double sum = t;
    for (int n = 1; term > 1e-18 * sum; n++) {
      term *= 2 * t * t / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-t * t) * sum;
  }

  static double gelu(double x) {
    double tail = erfc(Math.abs(x) * Math.sqrt(0.5)) / 2;
    return x > 0 ? x - x * tail : x * tail;
  }

  static double geluDerivative(double x) {
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    double tail = erfc(Math.abs(x) * Math.sqrt(0.5)) / 2;
    return (x > 0 ? 1 - tail : tail) + (density == 0 ? 0 : x * density);
  }
}
