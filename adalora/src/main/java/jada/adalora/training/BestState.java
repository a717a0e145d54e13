package jada.adalora.training;

import jada.adalora.Adapter;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.training.TrainingOptions.Keep;
import jada.autograd.Parameter;
import jada.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// The best scores of a run so far, how long ago they were, and where the best state is to be kept
/// the values that gave them: a copy of what is trained.
///
/// Which evaluation is the best, and whether there were enough since, is a function of the
/// evaluations alone, so a run that goes on from a checkpoint judges as the one that made it.
final class BestState {
  private final boolean keeps;
  private final int patience;
  private Optional<Evaluation> best = Optional.empty();
  private final SequencedMap<String, Tensor> values = new LinkedHashMap<>();
  private int since;

  BestState(TrainingOptions options) {
    this.keeps = options.keep() == Keep.BEST;
    this.patience = options.patience();
  }

  /// Takes in scores.
  ///
  /// @param counts whether the state could be the result of the run
  /// @return whether they are the best so far
  boolean judge(Evaluation evaluation, boolean counts) {
    if (!counts) {
      return false;
    }
    boolean better = best.isEmpty() || isBetter(evaluation, best.get());
    since = better ? 0 : since + 1;
    if (better) {
      best = Optional.of(evaluation);
    }
    return better;
  }

  /// Higher main metric, or the same with a lower loss; NaN is worse than any number.
  private static boolean isBetter(Evaluation now, Evaluation before) {
    double a = Double.isNaN(now.main()) ? Double.NEGATIVE_INFINITY : now.main();
    double b = Double.isNaN(before.main()) ? Double.NEGATIVE_INFINITY : before.main();
    return a > b || (a == b && now.loss() < before.loss());
  }

  /// Whether as many scores as the patience says were not better than the best.
  boolean enough() {
    return patience > 0 && since >= patience;
  }

  /// Keeps the values of the state that was just found the best.
  void remember(AdaptedModel model) {
    if (keeps) {
      values.clear();
      model.parameters().forEach(p -> values.put(p.name(), p.value().copy()));
    }
  }

  /// The values kept, by name; none where none are kept.
  SequencedMap<String, Tensor> values() {
    return Collections.unmodifiableSequencedMap(values);
  }

  /// Takes over the values that a checkpoint has kept.
  void restored(SequencedMap<String, Tensor> kept) {
    values.clear();
    values.putAll(kept);
  }

  /// Puts the values of the best state into the model, at the end of a run.
  ///
  /// @return its scores; empty where the last state is the result
  Optional<Evaluation> restore(AdaptedModel model) {
    if (!keeps) {
      return Optional.empty();
    }
    for (Parameter parameter : model.parameters()) {
      Tensor kept = values.get(parameter.name());
      parameter.update(array -> System.arraycopy(kept.array(), 0, array, 0, array.length));
    }
    model.adapters().values().forEach(Adapter::enforceMask);
    return best;
  }
}
