package jada.adalora.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the model says of one input.
///
/// @param label the most probable label; the number as text for regression
/// @param probability of that label; 1 for regression, which knows no uncertainty
/// @param scores probability by label, in the order of the task's labels; empty for regression
/// @param logits what the model computed: one for each label, or the number
public record Prediction(
    String label, double probability, Map<String, Double> scores, List<Float> logits) {
  /// Copies the collections, keeping their order.
  public Prediction {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    logits = List.copyOf(logits);
  }
}
