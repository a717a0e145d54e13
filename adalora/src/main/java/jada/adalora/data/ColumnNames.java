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

  private static final List<ColumnNames> KNOWN =
      List.of(
          new ColumnNames("sentence", Optional.empty()),
          new ColumnNames("text", Optional.empty()),
          new ColumnNames("sentence1", Optional.of("sentence2")));

  /// The first known names that are all among these.
  static Optional<ColumnNames> foundIn(Collection<String> names) {
    return KNOWN.stream()
        .filter(known -> names.contains(known.text))
        .filter(known -> known.pair.map(names::contains).orElse(true))
        .findFirst();
  }
}
