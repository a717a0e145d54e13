package jada.adalora.data;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The names by which the text columns are known without being told.
///
/// @param text the column of the text
/// @param pair the column of the second text, if the name says that there is one
record ColumnNames(String text, Optional<String> pair) {
  static final String LABEL = "label";

  /// Pairs stand before single texts: who has both columns means both. The names are those of GLUE,
  /// SuperGLUE, SICK and common data sets for search.
  private static final List<ColumnNames> KNOWN =
      List.of(
          pair("text", "text_pair"),
          pair("question", "sentence"),
          single("sentence"),
          single("text"),
          pair("sentence1", "sentence2"),
          pair("text1", "text2"),
          pair("sentence_a", "sentence_b"),
          pair("text_a", "text_b"),
          pair("premise", "hypothesis"),
          pair("question1", "question2"),
          pair("question", "passage"),
          pair("query", "document"),
          pair("query", "passage"));

  private static ColumnNames single(String text) {
    return new ColumnNames(text, Optional.empty());
  }

  private static ColumnNames pair(String text, String pair) {
    return new ColumnNames(text, Optional.of(pair));
  }

  /// The first known names that are all among these.
  static Optional<ColumnNames> foundIn(Collection<String> names) {
    return KNOWN.stream()
        .filter(known -> names.contains(known.text))
        .filter(known -> known.pair.map(names::contains).orElse(true))
        .findFirst();
  }
}
