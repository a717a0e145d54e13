package jada.adalora.data;

import jada.nn.files.InputException;
import java.util.List;
import java.util.Optional;

/// Which columns of a table, or keys of JSON objects, hold the text, its pair and the label. Each
/// is a name, or in TSV and CSV a number counted from 1. A column that is not given is found by the
/// header: `sentence` or `text`, or the two names of a usual pair (`text` and `text_pair`,
/// `question` and `sentence`, `sentence1` and `sentence2`, `premise` and `hypothesis`, `question1`
/// and `question2`, `query` and `document` and a few more); and `label`. A table without a header
/// has the text in column 1 and the label in column 2.
///
/// @param text the column of the text
/// @param pair the column of the second text; only with `text`
/// @param label the column of the label
public record Columns(Optional<String> text, Optional<String> pair, Optional<String> label) {
  /// @throws InputException if a column is blank or the number 0, if two are the same, or if the
  ///   pair is given without the text
  public Columns {
    check("text-column", text);
    check("pair-column", pair);
    check("label-column", label);
    if (pair.isPresent() && text.isEmpty()) {
      throw new InputException("`pair-column` needs `text-column`: name the first text as well");
    }
    List<String> given = List.of(text, pair, label).stream().flatMap(Optional::stream).toList();
    if (given.stream().distinct().count() < given.size()) {
      throw new InputException(
          "columns %s: one column is named twice; text, pair and label must differ"
              .formatted(String.join(", ", given)));
    }
  }

  /// Every column is found by the header.
  public static Columns byHeader() {
    return new Columns(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /// These columns, with this one as the text.
  public Columns withText(String column) {
    return new Columns(Optional.of(column), pair, label);
  }

  /// These columns, with this one as the second text.
  public Columns withPair(String column) {
    return new Columns(text, Optional.of(column), label);
  }

  /// These columns, with this one as the label.
  public Columns withLabel(String column) {
    return new Columns(text, pair, Optional.of(column));
  }

  private static void check(String option, Optional<String> column) {
    if (column.isPresent() && column.get().isBlank()) {
      throw new InputException(
          "`" + option + "` is blank; give a column's name or its number from 1");
    }
    if (column.isPresent() && column.get().matches("0+")) {
      throw new InputException("`" + option + "` 0: columns are counted from 1");
    }
  }
}
