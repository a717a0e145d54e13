package jada.adalora;

import java.util.Optional;

/// A loss, a gradient or a weight is no longer a finite number. The message names the step, and the
/// operation and module that made the first such number.
///
/// A step whose loss or gradient is not finite is not taken: the model holds the state from before
/// it, and no score has seen it. Weights can only be found to be lost after the step.
public final class TrainingDiverged extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int step;
  private final boolean stateKept;

  private TrainingDiverged(int step, boolean stateKept, String what, String state) {
    super(
        "step "
            + step
            + ": "
            + what
            + "; "
            + state
            + "; try a lower --learning-rate, or --max-grad-norm 1");
    this.step = step;
    this.stateKept = stateKept;
  }

  /// @param maker the operation that made the first number that is not finite, if it was found
  static TrainingDiverged atStep(int step, String what, double value, Optional<String> maker) {
    String from = maker.map(m -> ", first made by " + m).orElse("");
    return new TrainingDiverged(
        step,
        true,
        "the " + what + " is " + value + from,
        "the model keeps its state from before this step");
  }

  static TrainingDiverged lost(int step, String parameter) {
    return new TrainingDiverged(
        step,
        false,
        "the optimizer's step made numbers in " + parameter + " infinite or NaN",
        "the model's state is lost, checkpoints from before are sound");
  }

  /// The optimizer step that was not taken, or whose result is not finite, counted from 0.
  public int step() {
    return step;
  }

  /// Whether the model still holds a sound state, that from before the step.
  public boolean stateKept() {
    return stateKept;
  }
}
