package jada.adalora.data;

import jada.nn.text.Input;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One example to learn from: an input with its labels, or texts that belong together.
///
/// @param input what the model reads; for sentence embeddings a query and its document
/// @param labels what the model should answer, never blank: the name of a class, a number, or any
///   number of names in a multi-label task; for sentence embeddings the score of the pair, or none
/// @param negatives documents that do not answer the query (hard negatives), for sentence
///   embeddings alone; else empty
public record Example(Input input, List<String> labels, List<String> negatives) {
  /// Copies the lists.
  ///
  /// @throws IllegalArgumentException if a label is blank, or is there twice
  public Example {
    Objects.requireNonNull(input, "input");
    labels = List.copyOf(labels);
    negatives = List.copyOf(negatives);
    if (labels.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("example: the label is blank");
    }
    if (labels.size() > 1 && new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException("example: a label occurs twice among " + labels);
    }
  }

  /// An input with its labels.
  public Example(Input input, List<String> labels) {
    this(input, labels, List.of());
  }

  /// An input with one label.
  public Example(Input input, String label) {
    this(input, List.of(label));
  }

  /// A labelled text.
  public static Example of(String text, String label) {
    return new Example(Input.of(text), label);
  }

  /// A labelled pair of texts.
  public static Example of(String text, String pair, String label) {
    return new Example(Input.of(text, pair), label);
  }

  /// The label.
  ///
  /// @throws IllegalStateException if there is not exactly one
  public String label() {
    if (labels.size() != 1) {
      throw new IllegalStateException("example: one label was asked for, it has " + labels.size());
    }
    return labels.getFirst();
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
