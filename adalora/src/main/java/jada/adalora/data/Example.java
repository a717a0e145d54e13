package jada.adalora.data;

import jada.nn.text.Input;
import java.util.Objects;
import java.util.Optional;

/// One labelled input. The label is the name of a class, or a number in a regression task.
///
/// @param input what the model reads
/// @param label what it should answer, never blank
public record Example(Input input, String label) {
  /// @throws IllegalArgumentException if the label is blank
  public Example {
    Objects.requireNonNull(input, "input");
    if (label.isBlank()) {
      throw new IllegalArgumentException("example: the label is blank");
    }
  }

  /// A labelled text.
  public static Example of(String text, String label) {
    return new Example(Input.of(text), label);
  }

  /// A labelled pair of texts.
  public static Example of(String text, String pair, String label) {
    return new Example(Input.of(text, pair), label);
  }

  /// The text, or the first text of the pair.
  public String text() {
    return input.text();
  }

  /// The second text of the pair; empty for a single text.
  public Optional<String> pair() {
    return input.pair();
  }
}
