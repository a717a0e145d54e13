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

  /// Fails unless all elements are close.
  static void close(String what, float[] actual, float[] expected, double atol, double rtol) {
    close(what + ": length", actual.length, expected.length, 0, 0);
    for (int i = 0; i < expected.length; i++) {
      close(what + " at " + i, actual[i], expected[i], atol, rtol);
    }
  }
}
