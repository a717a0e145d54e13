package jada.cli;

import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Retrieval;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Numbers as people read them.
final class Figures {
  private Figures() {}

  /// A score with four digits.
  static String metric(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /// All metrics of an evaluation, the main one first, an accuracy beside what always answering the
  /// commonest class would give: `accuracy 0.8731 (commonest class 0.5092), f1 0.8740`.
  static String metrics(Evaluation evaluation) {
    Map<String, Double> metrics = evaluation.metrics();
    return metrics.entrySet().stream()
        .filter(e -> !e.getKey().equals(Evaluator.COMMONEST_CLASS))
        .map(
            e ->
                Retrieval.shown(e.getKey())
                    + " "
                    + metric(e.getValue())
                    + beside(e.getKey(), metrics))
        .collect(Collectors.joining(", "));
  }

  /// The main metric alone: `nDCG@10 0.5120`.
  static String main(Evaluation evaluation) {
    return Retrieval.shown(evaluation.mainMetric()) + " " + metric(evaluation.main());
  }

  private static String beside(String name, Map<String, Double> metrics) {
    return name.equals("accuracy") && metrics.containsKey(Evaluator.COMMONEST_CLASS)
        ? " (commonest class %s)".formatted(metric(metrics.get(Evaluator.COMMONEST_CLASS)))
        : "";
  }

  /// A size in bytes with three digits: `318 kB`, `83.1 MB`.
  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = -1;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT,
        value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s",
        value,
        units[unit]);
  }

  /// A number of parameters: `22.6 M`.
  static String count(long count) {
    return count < 1_000_000
        ? String.format(Locale.ROOT, "%,d", count)
        : String.format(Locale.ROOT, "%.1f M", count / 1e6);
  }
}
