package jada.adalora.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Notices during a run that it does not learn: its loss stays at that of guessing
/// ([jada.adalora.model.Objective#lossOfGuessing]) for long, or its gradient norm explodes. Values
/// that are not finite are handled by [jada.adalora.TrainingDiverged].
final class LearningWatch {
  /// A mean loss of at least this share of guessing's has learned nothing. Runs that learn are
  /// below half of it after an epoch; those that diverged at a high rate predict the class
  /// frequencies, and are at 1.
  private static final double NOTHING_LEARNED = 0.98;

  /// Steps whose loss is averaged: a tenth of the run, but enough for a reliable mean, and few
  /// enough that nobody waits long.
  private static final int LEAST_STEPS = 30;

  private static final int MOST_STEPS = 200;

  /// Times the usual norm that no ordinary batch reaches: the usual is a geometric mean, in which
  /// each step weighs as much as the others.
  private static final double OUT_OF_BOUNDS = 1_000;

  private final double guessing;
  private final int from;
  private final double[] window;
  private int seen;
  private double logNorms;
  private boolean saidLoss;
  private boolean saidNorm;

  /// @param guessing loss of guessing; 0 if there is nothing to guess
  /// @param warmup steps in which the learning rate rises; the loss need not fall there
  /// @param steps of the whole run
  LearningWatch(double guessing, long warmup, int steps) {
    this.guessing = guessing;
    this.from = Math.toIntExact(warmup);
    this.window = new double[Math.clamp(steps / 10, LEAST_STEPS, MOST_STEPS)];
  }

  /// Observes one step.
  ///
  /// @param step its number, from 0
  /// @param loss task loss of its batch
  /// @param norm of its gradients, before clipping
  /// @return the warning, if there is one; each warning is given once
  Optional<String> seen(int step, double loss, double norm) {
    Optional<String> outOfBounds = norm(step, norm);
    if (step >= from) {
      int place = seen % window.length;
      window[place] = loss;
      seen++;
    }
    return outOfBounds.or(() -> loss(step));
  }

  private Optional<String> norm(int step, double norm) {
    double usual = StrictMath.exp(logNorms / Math.max(1, step));
    logNorms += StrictMath.log(Math.max(norm, Double.MIN_NORMAL));
    if (saidNorm || step < LEAST_STEPS / 3 || norm <= OUT_OF_BOUNDS * usual) {
      return Optional.empty();
    }
    saidNorm = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "step %,d: the norm of the gradients is %.3g, %,.0f times what it was; the run"
                + " diverges: try a lower `learning-rate`, or `max-grad-norm` 1",
            step,
            norm,
            norm / usual));
  }

  private Optional<String> loss(int step) {
    if (saidLoss || guessing <= 0 || seen < window.length) {
      return Optional.empty();
    }
    double mean = Arrays.stream(window).sum() / window.length;
    if (mean < NOTHING_LEARNED * guessing) {
      return Optional.empty();
    }
    saidLoss = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "step %,d: the loss was %.3f over the last %,d steps, no better than guessing (%.3f);"
                + " the run does not learn: try a lower `learning-rate`, or a longer run",
            step,
            mean,
            window.length,
            guessing));
  }
}
