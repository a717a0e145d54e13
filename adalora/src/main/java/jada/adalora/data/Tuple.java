package jada.adalora.data;

import jada.nn.text.Input;
import java.util.List;
import java.util.Optional;

/// Texts that belong together, as they were read.
///
/// @param line the line on which they start, counted from 1
/// @param negatives documents that do not answer the query
/// @param score how near query and document are, as it is written
record Tuple(
    int line, String query, String document, List<String> negatives, Optional<String> score) {
  Tuple {
    negatives = List.copyOf(negatives);
  }

  /// How many texts there are.
  int size() {
    return 2 + negatives.size();
  }

  /// The query, the document or a negative, counted from 0.
  String text(int position) {
    return switch (position) {
      case 0 -> query;
      case 1 -> document;
      default -> negatives.get(position - 2);
    };
  }

  /// What its first empty text is.
  Optional<String> emptyPart() {
    if (query.isBlank()) {
      return Optional.of("query");
    }
    if (document.isBlank()) {
      return Optional.of("document");
    }
    return negatives.stream().filter(String::isBlank).map(_ -> "negative").findFirst();
  }

  Example example() {
    return new Example(Input.of(query, document), score.stream().toList(), negatives);
  }
}
