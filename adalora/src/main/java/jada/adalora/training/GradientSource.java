package jada.adalora.training;

import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import java.util.Arrays;
import java.util.function.Function;

/// The source of the gradients of a step: one pass over its batch, several passes over parts of it,
/// or other machines that see a part each.
@FunctionalInterface
public interface GradientSource {
  /// One pass forward and one back over the whole batch.
  GradientSource WHOLE =
      (positions, loss, penalty) -> {
        Variable task = loss.apply(positions);
        return new StepGradients(task.value().item(), Gradients.of(Ops.add(task, penalty)));
      };

  /// The loss of a step and the gradients of loss + penalty.
  ///
  /// @param positions of the examples of the step's batch
  /// @param loss the mean task loss over the examples at some positions, a scalar
  /// @param penalty the weighted orthogonality penalty, which is added once a step, a scalar
  StepGradients of(int[] positions, Function<int[], Variable> loss, Variable penalty);

  /// The result for one step.
  ///
  /// @param loss the mean task loss over the whole batch, without penalty
  /// @param gradients of loss + penalty
  record StepGradients(float loss, Gradients gradients) {}

  /// Passes over parts of the batch of at most so many examples. With n_i examples in part i, n =
  /// Σ n_i, the mean over the batch is
  ///
  ///     L = Σ_i n_i/n · L_i,    ∂L = Σ_i n_i/n · ∂L_i
  ///
  /// so the gradients are those of the whole batch up to rounding, if the loss of an example does
  /// not depend on the others and there is no dropout: each part has the dropout masks of a
  /// separate batch.
  ///
  /// @throws IllegalArgumentException if `most` is less than 1
  static GradientSource inParts(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(
          "gradients: a part needs at least one example, got " + most);
    }
    return (positions, loss, penalty) -> {
      double total = 0;
      Gradients sum = Gradients.of(penalty);
      for (int from = 0; from < positions.length; from += most) {
        int[] part = Arrays.copyOfRange(positions, from, Math.min(positions.length, from + most));
        float share = (float) part.length / positions.length;
        Variable mean = loss.apply(part);
        total += (double) share * mean.value().item();
        sum = sum.plus(Gradients.of(mean).scale(share));
      }
      return new StepGradients((float) total, sum);
    };
  }
}
