package jada.adalora.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The prediction for one input.
///
/// @param label the prediction as text: the most probable label; several labels separated by
///   commas, or nothing, in a multi-label task; the number as text in regression
/// @param probability of the label according to the model; 1 for regression
/// @param labels the predicted labels: one, or in a multi-label task any number; none in regression
/// @param scores probability by label, in the order of the task's labels; empty for regression
/// @param logits the output of the model: one for each label, or the number
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
