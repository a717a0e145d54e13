package jada.nn.text;

import java.util.Objects;
import java.util.Optional;

/// What a model reads: one text, or a pair of texts that are judged together.
///
/// @param text the text, or the first of the pair
/// @param pair the second of the pair; empty for a single text
public record Input(String text, Optional<String> pair) {
  /// An input of these texts; both may be empty strings, neither may be null.
  public Input {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(pair, "pair");
  }

  /// A single text.
  public static Input of(String text) {
    return new Input(text, Optional.empty());
  }

  /// A pair of texts.
  public static Input of(String text, String pair) {
    return new Input(text, Optional.of(pair));
  }
}
