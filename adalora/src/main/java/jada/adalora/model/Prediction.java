package jada.adalora.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the model says of one input.
///
/// @param label what it says in words: the most probable label; several labels separated by commas,
///   or nothing, in a multi-label task; the number as text in regression
/// @param probability that this is right, as the model sees it; 1 for regression, which knows no
///   uncertainty
/// @param labels the labels it gives: one, or in a multi-label task any number; none in regression
/// @param scores probability by label, in the order of the task's labels; empty for regression
/// @param logits what the model computed: one for each label, or the number
public record Prediction(
    String label,
    double probability,
    List<String> labels,
    Map<String, Double> scores,
    List<Float> logits) {
  /// Copies the collections, keeping their order.
  public Prediction {
    labels = List.copyOf(labels);
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    logits = List.copyOf(logits);
  }

  Prediction(
      String label,
      double probability,
      List<String> labels,
      Map<String, Double> scores,
      float[] logits) {
    this(label, probability, labels, scores, boxed(logits));
  }

  private static List<Float> boxed(float[] values) {
    List<Float> list = new ArrayList<>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return list;
  }
}
