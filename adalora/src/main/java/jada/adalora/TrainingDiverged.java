package jada.adalora;

/// A loss or gradient is no longer a finite number. The step that found it was not taken: the model
/// holds the state from before it.
public final class TrainingDiverged extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int step;

  TrainingDiverged(int step, String what, double value) {
    super(
        "step "
            + step
            + ": the "
            + what
            + " is "
            + value
            + "; the model keeps its state from before this step; try a lower --learning-rate, or"
            + " --max-grad-norm 1");
    this.step = step;
  }

  /// The optimizer step that was not taken, counted from 0.
  public int step() {
    return step;
  }
}
