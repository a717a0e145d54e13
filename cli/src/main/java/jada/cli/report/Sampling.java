package jada.cli.report;

/// The steps of a run that are kept: every k-th, and the last.
///
/// @param steps T, steps of the run
/// @param every k, steps from one that is kept to the next
record Sampling(int steps, int every) {
  /// At most so many steps of a run, evenly spread, the last one perhaps on top.
  static Sampling atMost(int most, int steps) {
    return new Sampling(steps, Math.max(1, Math.ceilDiv(steps, most)));
  }

  /// The same with steps that are multiples of `unit`, if that does not make them rare.
  Sampling inMultiplesOf(int unit) {
    int whole = Math.ceilDiv(every, unit) * unit;
    return whole <= steps / 20 ? new Sampling(steps, whole) : this;
  }

  /// Whether step t is kept.
  boolean takes(int t) {
    return t % every == 0 || t == steps - 1;
  }
}
