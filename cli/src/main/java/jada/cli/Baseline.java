package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;

/// What a trained adapter is compared with.
///
/// @param name `head alone`: a head trained on the frozen encoder; `before`: the model as it was,
///   for a task without a head
/// @param score on the held-out examples
record Baseline(String name, Evaluation score) {
  /// The baseline of the model's task.
  Baseline(AdaptedModel model, Evaluation score) {
    this(model.task().hasClassifier() ? "head alone" : "before", score);
  }

  /// The name in the record of a run.
  String key() {
    return name.replace(' ', '_');
  }
}
