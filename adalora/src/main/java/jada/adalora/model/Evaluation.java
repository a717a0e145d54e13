package jada.adalora.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Scores on held-out examples.
///
/// @param step number of optimizer steps done before
/// @param loss mean task loss over the examples, without penalty
/// @param metrics value by name, the main one first: for example accuracy, f1
public record Evaluation(int step, double loss, Map<String, Double> metrics) {
  /// Copies the map, keeping its order.
  public Evaluation {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /// The name of the metric by which runs are compared: accuracy, or pearson for regression.
  public String mainMetric() {
    return metrics.keySet().iterator().next();
  }

  /// The value of the metric by which runs are compared.
  public double main() {
    return metrics.get(mainMetric());
  }
}
