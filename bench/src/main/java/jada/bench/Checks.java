package jada.bench;

/// Comparisons that a benchmark makes before it measures.
final class Checks {
  private Checks() {}

  /// Fails unless |actual − expected| ≤ atol + rtol·|expected|.
  static void close(String what, double actual, double expected, double atol, double rtol) {
    if (!(Math.abs(actual - expected) <= atol + rtol * Math.abs(expected))) {
      throw new IllegalStateException(
          what + ": the benchmark computes " + actual + ", expected " + expected);
    }
  }
}
