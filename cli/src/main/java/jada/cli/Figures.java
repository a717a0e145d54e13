package jada.cli;

import jada.adalora.model.Evaluation;
import java.util.Locale;
import java.util.stream.Collectors;

/// Numbers as people read them.
final class Figures {
  private Figures() {}

  /// A score with four digits.
  static String metric(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /// All metrics of an evaluation, the main one first: `accuracy 0.8731, f1 0.8740`.
  static String metrics(Evaluation evaluation) {
    return evaluation.metrics().entrySet().stream()
        .map(e -> e.getKey() + " " + metric(e.getValue()))
        .collect(Collectors.joining(", "));
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
