package jada.nn.optim;

/// The learning rate of each step of a run, a pure function of the step's number t from 0.
///
/// The schedules are those of transformers: `get_linear_schedule_with_warmup`,
/// `get_cosine_schedule_with_warmup` and `get_constant_schedule_with_warmup`. With w steps of
/// warm-up, all rise as peak · t/w while t < w: the very first step has rate 0 when w > 0.
@FunctionalInterface
public interface LearningRate {
  /// The rate at step t.
  double at(long t);

  /// Falls on a straight line from the peak at t = w to 0 at t = total, then stays 0.
  ///
  /// @param peak the highest rate
  /// @param warmup w, steps
  /// @param total steps of the run
  static LearningRate linear(double peak, long warmup, long total) {
    requireValid(peak, warmup, total);
    return t ->
        t < warmup
            ? peak * rise(t, warmup)
            : peak * Math.max(0, (double) (total - t) / Math.max(1, total - warmup));
  }

  /// Falls along half a cosine: peak · (1 + cos(π·(t − w)/(total − w)))/2. Past the end of the run
  /// the cosine goes on, as transformers' does.
  ///
  /// @param peak the highest rate
  /// @param warmup w, steps
  /// @param total steps of the run
  static LearningRate cosine(double peak, long warmup, long total) {
    requireValid(peak, warmup, total);
    return t -> {
      if (t < warmup) {
        return peak * rise(t, warmup);
      }
      double progress = (double) (t - warmup) / Math.max(1, total - warmup);
      return peak * Math.max(0, 0.5 * (1 + StrictMath.cos(Math.PI * progress)));
    };
  }

  /// Stays at the peak after the warm-up.
  ///
  /// @param peak the highest rate
  /// @param warmup w, steps
  static LearningRate constant(double peak, long warmup) {
    requireValid(peak, warmup, warmup);
    return t -> t < warmup ? peak * rise(t, warmup) : peak;
  }

  private static double rise(long t, long warmup) {
    return (double) t / warmup;
  }

  private static void requireValid(double peak, long warmup, long total) {
    if (!(peak >= 0 && Double.isFinite(peak))) {
      throw new IllegalArgumentException(
          "learning rate: the peak must be a number from 0 up, got " + peak);
    }
    if (warmup < 0 || total < 0) {
      throw new IllegalArgumentException(
          "learning rate: warm-up and total steps must not be negative, got "
              + warmup
              + " and "
              + total);
    }
  }
}
