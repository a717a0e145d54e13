package jada.adalora;

import jada.nn.files.InputException;

/// The budget at each step of a run, in triplets, or with [BudgetUnit#PARAMETERS] in parameters.
///
/// With T steps, the first `tinit` without pruning, the last `tfinal` with the ranks fixed, b₀ at
/// the start and b_T at the end (Zhang et al. 2023, eq. 14, with the numerator of all
/// implementations; the paper prints t − tinit − tfinal):
///
///     t ≤ tinit        b(t) = b₀
///     t > T − tfinal   b(t) = b_T
///     else             b(t) = ⌊b_T + (b₀ − b_T)·(1 − (t − tinit)/(T − tfinal − tinit))³⌋
///
/// Between tinit and T − tfinal ranks are allocated anew whenever ΔT divides t, and once more, for
/// good, at t = T − tfinal. t counts optimizer steps from 0 to T − 1.
///
/// One departure from PEFT: with tfinal = 0 the step T − tfinal lies behind the end of the run, and
/// PEFT stops somewhat above its target. Here the last allocation then falls on the last step, with
/// b_T, so that every run ends on its target exactly.
///
/// @param totalSteps T, steps of the run
/// @param tinit steps at the start during which nothing is pruned
/// @param tfinal steps at the end during which the ranks do not change
/// @param deltaT steps from one allocation to the next
/// @param initialBudget b₀, the budget at the start, in triplets or parameters
/// @param targetBudget b_T, the budget at the end, in the same unit
public record BudgetSchedule(
    int totalSteps, int tinit, int tfinal, int deltaT, int initialBudget, int targetBudget) {

  /// @throws InputException if no step is left to prune in, or a number is out of range
  public BudgetSchedule {
    if (totalSteps < 1) {
      throw new InputException("schedule: a run needs at least one step, got " + totalSteps);
    }
    if (deltaT < 1) {
      throw new InputException(
          "schedule: ranks are allocated every delta-t steps, which must be at least 1, got "
              + deltaT);
    }
    if (tinit < 0 || tfinal < 0) {
      throw new InputException(
          "schedule: tinit " + tinit + " and tfinal " + tfinal + " must not be negative");
    }
    if (tinit >= totalSteps - tfinal) {
      throw new InputException(
          "schedule: tinit "
              + tinit
              + " and tfinal "
              + tfinal
              + " leave no step to prune in a run of "
              + totalSteps
              + " steps; together they must be less than "
              + totalSteps
              + ", for example tinit "
              + totalSteps / 10
              + " and tfinal "
              + totalSteps / 2
              + ", or train longer");
    }
    if (targetBudget < 0 || targetBudget > initialBudget) {
      throw new InputException(
          "schedule: a target budget of "
              + targetBudget
              + " must be between 0 and the "
              + initialBudget
              + " at the start");
    }
  }

  /// The schedule of a run of `totalSteps` steps.
  ///
  /// @param perRank what one triplet in each adapted matrix costs in all, in the unit of the
  ///   budget: the number of matrices, if it is triplets
  /// @throws InputException as the constructor
  public static BudgetSchedule of(AdaLoraConfig config, int perRank, int totalSteps) {
    return new BudgetSchedule(
        totalSteps,
        config.tinit().in(totalSteps),
        config.tfinal().in(totalSteps),
        Math.max(1, config.deltaT().in(totalSteps)),
        Math.multiplyExact(perRank, config.initRank()),
        Math.multiplyExact(perRank, config.targetRank()));
  }

  /// b(t), the budget after step t.
  public int budget(int t) {
    if (t >= finalAllocation()) {
      return targetBudget;
    }
    if (t <= tinit) {
      return initialBudget;
    }
    double left = 1 - (t - tinit) / (double) (totalSteps - tfinal - tinit);
    return (int) (targetBudget + (initialBudget - targetBudget) * StrictMath.pow(left, 3));
  }

  /// Whether ranks are allocated after step t.
  public boolean allocates(int t) {
    return t == finalAllocation() || (t > tinit && t < finalAllocation() && t % deltaT == 0);
  }

  /// The step of the last allocation; afterwards the ranks are fixed.
  public int finalAllocation() {
    return Math.min(totalSteps - tfinal, totalSteps - 1);
  }

  /// Whether the scores are updated in step t; as in PEFT they are frozen from T − tfinal on.
  public boolean scores(int t) {
    return t < totalSteps - tfinal;
  }
}
