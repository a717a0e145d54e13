package jada.bench;

import org.openjdk.jmh.annotations.Benchmark;

/// Placeholder.
public class GemmBenchmark {
  /// Placeholder.
  @Benchmark
  public int x() {
    return 1;
  }
}
