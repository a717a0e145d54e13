package jada.adalora;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Variable;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// What a type of adapter does in training beside the optimizer: a penalty that is added to the
/// loss, and parts of adapters that come and go under a budget. Of AdaLoRA it is [AdaptiveRanks];
/// most types have [#NONE]. An [AdapterType] makes it.
///
/// The trainer adds [#penalty] to the loss, calls [#beforeStep] with the gradients that the
/// optimizer is about to use, lets the optimizer step, and calls [#afterStep].
public interface RankControl {
  /// No penalty and no budget.
  RankControl NONE = new RankControl() {};

  /// The weighted penalty, a scalar.
  default Variable penalty() {
    return Constant.of(Tensor.scalar(0));
  }

  /// Before the optimizer step t.
  ///
  /// @param gradients of loss and penalty together, clipped: what the optimizer is about to use
  /// @throws TrainingDiverged if a score overflows
  default void beforeStep(int t, Gradients gradients) {}

  /// After the optimizer step t, with the same gradients.
  ///
  /// @param replacements receives the parameters that were replaced by smaller ones or changed
  ///   their coordinates, for the optimizer
  /// @return whether the rank of some matrix changed
  /// @throws TrainingDiverged if a score or a weight overflows; then nothing was masked or dropped
  default boolean afterStep(int t, Gradients gradients, Consumer<Replacement> replacements) {
    return false;
  }

  /// The budget at step t; 0 if there is none.
  default int budget(int t) {
    return 0;
  }

  /// Whether the ranks after so many steps are those of the end of the run.
  default boolean isFinal(int steps) {
    return true;
  }

  /// The number of triplets that are not masked; 0 without a budget.
  default int active() {
    return 0;
  }

  /// The importance by module, whose state a checkpoint keeps; empty without a budget.
  default SequencedMap<String, Importance> importances() {
    return new LinkedHashMap<>();
  }

  /// The latest score of every living triplet, by module; empty without a budget.
  default Map<String, List<Float>> scores() {
    return Map.of();
  }

  /// The triplets as the latest step judged them, by adapter; empty without a budget. Valid until
  /// the next step.
  default List<JudgedTriplets> judged() {
    return List.of();
  }
}
