package jada.adalora.training;

import jada.adalora.Adapter;
import jada.adalora.Replacement;
import jada.adalora.model.AdaptedModel;
import jada.autograd.Parameter;
import jada.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The trained values with which a loss was last known to be finite, kept until the next loss is
/// known: the loss of step t is that of the values that step t − 1 made.
///
/// A copy of all trained parameters: small for adapters, with
/// [Method#FULL][jada.adalora.Method#FULL] a copy of all weights.
final class LastGood {
  private final Map<Parameter, Tensor> values = new IdentityHashMap<>();

  /// Remembers the values of these parameters in place of those remembered before.
  void remember(List<Parameter> parameters) {
    values.keySet().retainAll(parameters);
    for (Parameter parameter : parameters) {
      Tensor now = parameter.value();
      Tensor copy = values.computeIfAbsent(parameter, p -> Tensor.zeros(p.shape()));
      System.arraycopy(now.array(), 0, copy.array(), 0, now.size());
    }
  }

  /// A parameter has lost what belonged to dropped triplets, or has changed its coordinates.
  void replaced(Replacement replacement) {
    Tensor old = values.remove(replacement.old());
    if (old != null) {
      values.put(replacement.now(), replacement.change().apply(old).copy());
    }
  }

  /// Writes the remembered values back. Masked triplets stay masked.
  void restore(AdaptedModel model) {
    values.forEach(
        (parameter, good) ->
            parameter.update(array -> System.arraycopy(good.array(), 0, array, 0, good.size())));
    model.adapters().values().forEach(Adapter::enforceMask);
  }
}
