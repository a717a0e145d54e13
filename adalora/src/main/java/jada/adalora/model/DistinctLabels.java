package jada.adalora.model;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The labels of a classification: at least two, each once.
final class DistinctLabels {
  private DistinctLabels() {}

  /// A copy of the labels.
  ///
  /// @throws InputException if there are fewer than two, one occurs twice, or UTF-8 cannot encode
  ///   one
  static List<String> of(List<String> labels) {
    if (labels.isEmpty()) {
      throw new InputException("task: no labels; classification needs at least two");
    }
    if (labels.size() == 1) {
      throw new InputException(
          "task: "
              + Quoted.of(labels.getFirst())
              + " is the only label; classification needs at least two");
    }
    Set<String> seen = new HashSet<>();
    for (String label : labels) {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(label)) {
        throw new InputException(
            "task: the label "
                + Quoted.of(label)
                + " has one half of a surrogate pair without the other and cannot be saved; write"
                + " both, or remove it");
      }
      if (!seen.add(label)) {
        throw new InputException(
            "task: the label " + Quoted.of(label) + " occurs twice; give each class one name");
      }
    }
    return List.copyOf(labels);
  }
}
