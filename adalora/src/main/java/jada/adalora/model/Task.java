package jada.adalora.model;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a text is to be mapped to: one of several labels, or a number.
///
/// @param labels the labels in order of their index in the logits; none for a number
public record Task(List<String> labels) {

  /// @throws InputException if there is exactly one label, or a label occurs twice
  public Task {
    labels = List.copyOf(labels);
    if (labels.size() == 1) {
      throw new InputException(
          "task: "
              + Quoted.of(labels.getFirst())
              + " is the only label; classification needs at least two");
    }
    Set<String> seen = new HashSet<>();
    for (String label : labels) {
      if (!seen.add(label)) {
        throw new InputException(
            "task: the label " + Quoted.of(label) + " occurs twice; give each class one name");
      }
    }
  }

  /// Telling which of these labels a text has.
  public static Task classification(String... labels) {
    return classification(List.of(labels));
  }

  /// Telling which of these labels a text has.
  public static Task classification(List<String> labels) {
    if (labels.isEmpty()) {
      throw new InputException("task: no labels; classification needs at least two");
    }
    return new Task(labels);
  }

  /// Predicting a number.
  public static Task regression() {
    return new Task(List.of());
  }

  /// Whether the answer is a number.
  public boolean isRegression() {
    return labels.isEmpty();
  }

  /// The number of logits: one for each label, or one.
  public int outputs() {
    return isRegression() ? 1 : labels.size();
  }
}
