package jada.adalora;

import java.util.Optional;

/// A loss, gradient, weight or score is infinite or NaN. The message names the step, and the
/// operation and module that produced the first such value.
///
/// The loss of a step shows whether the values made by the step before are sound. So the model
/// holds the last values whose loss was finite; masks are those of the last allocation.
public final class TrainingDiverged extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int step;

  private TrainingDiverged(int step, String what) {
    super(
        "step "
            + step
            + ": "
            + what
            + "; the model keeps its last good state, from before; try a lower `learning-rate`, or"
            + " `max-grad-norm` 1");
    this.step = step;
  }

  /// @param maker the operation that produced the first value that is not finite, if it was found
  public static TrainingDiverged atStep(
      int step, String what, double value, Optional<String> maker) {
    String from = maker.map(m -> ", first made by " + m).orElse("");
    return new TrainingDiverged(step, "the " + what + " is " + value + from);
  }

  public static TrainingDiverged inWeight(int step, String parameter) {
    return new TrainingDiverged(
        step, "the optimizer's step made numbers in " + parameter + " infinite or NaN");
  }

  /// @param triplet by the index that it had at the start
  static TrainingDiverged inTriplet(int step, String module, int triplet, float norm) {
    return new TrainingDiverged(
        step, "the norm of triplet " + triplet + " of " + module + " is " + norm);
  }

  /// @param triplet by the index that it had at the start
  static TrainingDiverged inScore(int step, String module, int triplet, float score) {
    return new TrainingDiverged(
        step, "the score of triplet " + triplet + " of " + module + " is " + score);
  }

  /// The optimizer step that was not taken, or whose result is not finite, counted from 0.
  public int step() {
    return step;
  }
}
