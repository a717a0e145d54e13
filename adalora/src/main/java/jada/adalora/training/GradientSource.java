package jada.adalora.training;

import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import java.util.function.Function;

/// The source of the gradients of a step: one pass over its batch here, or other machines that see a
/// part each. Of parts with n_i examples of the n in the batch the gradients add up:
///
///     L = Σ_i n_i/n · L_i,    ∂L = Σ_i n_i/n · ∂L_i
///
/// if every example weighs the same and there is no dropout, whose masks depend on the batch.
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
}
