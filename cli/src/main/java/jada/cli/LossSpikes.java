package jada.cli;

import java.util.Locale;
import java.util.Optional;

/// Detects a loss far above the usual one: the first sign of a learning rate that is too high, or
/// of examples that are not like the others.
final class LossSpikes {
  /// Share of the old value in the running mean and variance: an average over about 50 steps.
  private static final double SMOOTHING = 0.98;

  /// Steps before the mean is reliable, and between two reports.
  private static final int PATIENCE = 30;

  /// Thresholds, in standard deviations and as a multiple of the mean, that no ordinary batch
  /// reaches.
  private static final double DEVIATIONS = 6;

  private static final double TIMES = 2;

  private double mean;
  private double variance;
  private int seen;
  private int quiet;

  /// Observes the loss of one step.
  ///
  /// @return the line to be printed, if it is a spike
  Optional<String> seen(int step, double loss) {
    double distance = loss - mean;
    boolean spike =
        seen >= PATIENCE
            && quiet == 0
            && loss > TIMES * mean
            && distance > DEVIATIONS * Math.sqrt(variance);
    Optional<String> line =
        spike
            ? Optional.of(
                String.format(
                    Locale.ROOT,
                    "step %,d: the loss jumps to %.3f, %.1f times its mean of %.3f",
                    step,
                    loss,
                    loss / mean,
                    mean))
            : Optional.empty();
    quiet = spike ? PATIENCE : Math.max(0, quiet - 1);
    seen++;
    // The first steps have equal weights, so that the start is soon forgotten.
    double share = Math.max(1 - SMOOTHING, 1.0 / seen);
    mean += share * distance;
    variance += share * (distance * (loss - mean) - variance);
    return line;
  }
}
