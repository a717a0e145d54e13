package jada.adalora.training;

import jada.adalora.model.Objective;
import jada.adalora.training.GradientSource.StepGradients;
import jada.autograd.Gradients;
import jada.autograd.Variable;
import jada.tensor.Workspace;
import java.util.Arrays;

/// The gradients of a step that is made of several batches, one after the other in the memory of
/// one: with W_i what the examples of batch i count, W = Σ W_i,
///
///     L = Σ_i W_i/W · L_i,    ∂L = Σ_i W_i/W · ∂L_i
///
/// so they are those of one large batch up to rounding. Dropout falls on each batch anew.
final class AccumulatedGradients {
  private final int batchSize;
  private final Workspace workspace = new Workspace(); // of one batch after the other

  /// The mean task loss over a batch.
  @FunctionalInterface
  interface LossOfBatch {
    /// @param number of the batch in its step, from 0
    Variable of(int number, int[] positions);
  }

  AccumulatedGradients(int batchSize) {
    this.batchSize = batchSize;
  }

  StepGradients of(int[] positions, Objective examples, LossOfBatch loss, Variable penalty) {
    double whole = examples.weight(positions);
    double total = 0;
    // The sums outlive the memory of each batch.
    Gradients sum = Workspace.outside(() -> Gradients.of(penalty).scale(1));
    for (int from = 0; from < positions.length; from += batchSize) {
      int number = from / batchSize;
      int[] batch =
          Arrays.copyOfRange(positions, from, Math.min(positions.length, from + batchSize));
      double share = examples.weight(batch) / whole;
      Gradients before = sum;
      StepGradients one =
          workspace.call(
              () -> {
                Variable mean = loss.of(number, batch);
                float value = mean.value().item();
                Gradients gradients = Gradients.of(mean);
                return new StepGradients(
                    value, Workspace.outside(() -> before.plus(gradients.scale((float) share))));
              });
      total += share * one.loss();
      sum = one.gradients();
    }
    return new StepGradients((float) total, sum);
  }
}
