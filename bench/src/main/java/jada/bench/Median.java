package jada.bench;

import java.util.List;

/// The middle of measured values: half of them are not larger. A mean would follow the machine's
/// hiccups.
final class Median {
  private Median() {}

  /// Of an even number of values the upper of the two in the middle.
  static double of(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
