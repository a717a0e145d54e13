package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.nn.text.Input;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// Reads the rows of a TSV or CSV table: finds out whether the first row is a header and where the
/// columns are, and then takes every row by the same rule.
final class Table {
  /// Below this many rows a label that occurs only once is no sign of a header.
  private static final int ROWS_TO_SUSPECT_A_HEADER = 4;

  /// Below this many rows repeated texts and distinct labels are no sign of swapped columns.
  private static final int ROWS_TO_SUSPECT_A_SWAP = 6;

  /// Common names of text columns in published data sets. A first row of a text name and a label
  /// name is taken for a header even where there are too few rows to tell.
  static final Set<String> TEXT_NAMES =
      Set.of(
          "text",
          "texts",
          "sentence",
          "sentences",
          "review",
          "reviews",
          "comment",
          "comments",
          "tweet",
          "message",
          "content",
          "body",
          "question",
          "query",
          "document",
          "description",
          "title",
          "headline",
          "utterance",
          "input",
          "premise",
          "hypothesis",
          "sentence1",
          "sentence2",
          "passage",
          "post",
          "abstract",
          "summary",
          "v2");

  private static final Set<String> LABEL_NAMES =
      Set.of(
          "label",
          "labels",
          "sentiment",
          "class",
          "classes",
          "category",
          "categories",
          "target",
          "targets",
          "tag",
          "tags",
          "topic",
          "type",
          "intent",
          "rating",
          "score",
          "stars",
          "output",
          "polarity",
          "emotion",
          "language",
          "gold",
          "y",
          "v1");

  private final String name;
  private final List<Row> rows;
  private final Columns columns;
  private final HeaderRow headerRow;
  private final boolean labelled;

  private Table(
      String name, List<Row> rows, Columns columns, HeaderRow headerRow, boolean labelled) {
    this.name = name;
    this.rows = rows;
    this.columns = columns;
    this.headerRow = headerRow;
    this.labelled = labelled;
  }

  /// Where the columns are, counted from 0.
  private record Layout(
      int width, int text, Optional<Integer> pair, Optional<Integer> label, boolean header) {}

  static Records records(
      String name, List<Row> rows, Columns columns, HeaderRow headerRow, boolean labelled) {
    return new Table(name, rows, columns, headerRow, labelled).records();
  }

  private Records records() {
    if (rows.isEmpty()) {
      throw new InputException(
          name + ": holds nothing but empty cells; one example a line is expected");
    }
    Row first = rows.getFirst();
    Layout layout = hasHeader(first) ? byHeader(first) : byNumber(first);
    List<Row> body = layout.header() ? rows.subList(1, rows.size()) : rows;
    if (body.isEmpty()) {
      throw new InputException(name + ": only a header; one example a line is expected below it");
    }
    List<Entry> entries = new ArrayList<>(body.size());
    for (Row row : body) {
      if (layout.header() && layout.width() > 1 && row.cells().equals(first.cells())) {
        throw headerOnceMore(name, row);
      }
      entries.add(entry(row, layout));
    }
    if (labelled && !layout.header() && columns.label().isEmpty()) {
      refuseSwapped(entries);
    }
    if (!layout.header() && headerRow == HeaderRow.FIND && isLikelyHeader(entries)) {
      throw new InputException(
          "%s:%s: %sthis row looks like a header: %s; if it is, give `text-column`%s by name, or"
                  .formatted(
                      name,
                      first.line(),
                      labelled
                          ? "the label %s occurs only here, so "
                              .formatted(Quoted.of(label(entries.getFirst())))
                          : "",
                      shown(first),
                      labelled ? " and `label-column`" : "")
              + " `header` yes beside their numbers; if it is an example, `header` no");
    }
    return new Records(
        entries, labelled ? Optional.of(used(first, layout)) : Optional.empty(), false);
  }

  private UsedColumns used(Row first, Layout layout) {
    List<String> names =
        IntStream.range(0, layout.width())
            .mapToObj(i -> layout.header() ? first.cells().get(i).strip() : Integer.toString(i + 1))
            .toList();
    int label = layout.label().orElseThrow();
    List<String> unread =
        IntStream.range(0, layout.width())
            .filter(i -> i != layout.text() && i != label && i != layout.pair().orElse(-1))
            .mapToObj(names::get)
            .toList();
    return new UsedColumns(
        names.get(layout.text()), layout.pair().map(names::get), names.get(label), unread);
  }

  private Entry entry(Row row, Layout layout) {
    List<String> cells = row.cells();
    if (layout.label().isPresent() && labelled) {
      int label = layout.label().get();
      if (label >= cells.size() || cells.get(label).isBlank()) {
        throw new InputException(
            "%s:%s: no label in column %s; give one, or remove the row"
                .formatted(name, row.line(), label + 1));
      }
      if (Row.isBetweenQuotes(cells.get(label).strip())) {
        throw new InputException(
            "%s:%s: the label %s would be a class with its quotes, because not all quotes of the file"
                    .formatted(name, row.line(), Quoted.of(cells.get(label).strip()))
                + " stand around a cell; remove them, or use CSV without spaces beside the commas");
      }
    }
    if (cells.size() != layout.width()) {
      throw ragged(name, row, rows.getFirst());
    }
    Optional<String> pair = layout.pair().map(cells::get);
    return new Entry(
        row.line(),
        new Input(cells.get(layout.text()), pair),
        labelled ? layout.label().map(label -> cells.get(label).strip()) : Optional.empty());
  }

  static InputException headerOnceMore(String name, Row row) {
    return new InputException(
        "%s:%s: is the header once more; remove it, or it would be an example"
            .formatted(name, row.line()));
  }

  /// A row of another width than the first.
  static InputException ragged(String name, Row row, Row first) {
    return new InputException(
        "%s:%s: %s columns, but line %s has %s; a text that holds the separator cannot be told"
                .formatted(name, row.line(), row.cells().size(), first.line(), first.cells().size())
            + " apart: correct the row, or use JSON Lines");
  }

  private boolean hasHeader(Row first) {
    if (headerRow != HeaderRow.FIND) {
      return headerRow == HeaderRow.YES;
    }
    return named(columns, labelled).isEmpty()
        ? ColumnNames.foundIn(normalized(first)).isPresent()
        : hasNamed(columns, labelled, first);
  }

  /// Whether a row holds one of the columns that were given by name.
  static boolean hasNamed(Columns columns, boolean labelled, Row row) {
    List<String> cells = normalized(row);
    return named(columns, labelled).stream().anyMatch(column -> cells.contains(normalized(column)));
  }

  /// The columns that were given by name; a number is no name.
  static List<String> named(Columns columns, boolean labelled) {
    List<Optional<String>> given =
        labelled
            ? List.of(columns.text(), columns.pair(), columns.label())
            : List.of(columns.text(), columns.pair());
    return given.stream()
        .flatMap(Optional::stream)
        .filter(column -> numberOf(column).isEmpty())
        .toList();
  }

  private Layout byHeader(Row first) {
    List<String> cells = normalized(first);
    Optional<Integer> label =
        labelled
            ? Optional.of(
                position(columns.label().orElse(ColumnNames.LABEL), first, "label-column"))
            : Optional.empty();
    if (columns.text().isPresent()) {
      int text = position(columns.text().get(), first, "text-column");
      Optional<Integer> pair = columns.pair().map(column -> position(column, first, "pair-column"));
      return new Layout(cells.size(), text, pair, label, true);
    }
    ColumnNames names =
        ColumnNames.foundIn(cells)
            .orElseThrow(
                () ->
                    new InputException(
                        "%s:%s: no column sentence or text among %s; name it with `text-column`"
                            .formatted(name, first.line(), shown(first))));
    return new Layout(
        cells.size(),
        position(names.text(), first, "text-column"),
        names.pair().map(pair -> position(pair, first, "pair-column")),
        label,
        true);
  }

  /// A table without a header has no columns of a name.
  static void refuseNamed(
      String name, Columns columns, boolean labelled, HeaderRow headerRow, Row first) {
    for (String column : named(columns, labelled)) {
      if (headerRow == HeaderRow.NO) {
        throw new InputException(
            "%s: `header` no, so no column is called %s; give its number"
                .formatted(name, Quoted.of(column)));
      }
      throw new InputException(
          "%s:%s: no column %s; the columns are %s"
              .formatted(name, first.line(), Quoted.of(column), shown(first)));
    }
  }

  private Layout byNumber(Row first) {
    refuseNamed(name, columns, labelled, headerRow, first);
    int width = first.cells().size();
    boolean guessed = columns.text().isEmpty();
    if (guessed && width > 2) {
      throw new InputException(
          "%s:%s: %s columns and no known column name among %s; say which with `text-column` and"
                  .formatted(name, first.line(), width, shown(first))
              + " `label-column`, by name or by number from 1");
    }
    if (labelled && width < 2) {
      throw new InputException(
          "%s:%s: no label; a text and a label are expected, separated by %s"
              .formatted(name, first.line(), "a tab (TSV) or a comma (CSV)" + hint(first)));
    }
    int text = columns.text().map(column -> position(column, first, "text-column")).orElse(0);
    Optional<Integer> pair = columns.pair().map(column -> position(column, first, "pair-column"));
    Optional<Integer> label =
        labelled
            ? Optional.of(columns.label().map(c -> position(c, first, "label-column")).orElse(1))
            : Optional.empty();
    if (label.isPresent() && label.get() == text) {
      throw new InputException(
          "%s: column %s cannot be both text and label; give `text-column` and `label-column`"
              .formatted(name, text + 1));
    }
    return new Layout(width, text, pair, label, false);
  }

  /// What separates text and label in a row without tabs and commas.
  private static String hint(Row first) {
    String cell = first.cells().getFirst();
    if (cell.startsWith("__label__")) {
      return "; this is fastText's form: put the label behind a tab, without __label__";
    }
    return semicolons(first);
  }

  /// A hint for a row whose first cell has semicolons, as some spreadsheets write them.
  static String semicolons(Row first) {
    return first.cells().getFirst().indexOf(';') < 0
        ? ""
        : "; semicolons separate nothing: save it with commas";
  }

  private int position(String column, Row first, String option) {
    return position(name, column, first, option);
  }

  /// Where a column is that was given by its name or its number.
  ///
  /// @param name the source, for messages
  static int position(String name, String column, Row first, String option) {
    int width = first.cells().size();
    Optional<Integer> number = numberOf(column);
    if (number.isPresent()) {
      if (number.get() > width) {
        throw new InputException(
            "%s:%s: no column %s, there are %s; correct `%s`"
                .formatted(name, first.line(), column, width, option));
      }
      return number.get() - 1;
    }
    List<String> cells = normalized(first);
    int position = cells.indexOf(normalized(column));
    if (position < 0) {
      throw new InputException(
          "%s:%s: no column %s among %s; name it with `%s`"
              .formatted(name, first.line(), Quoted.of(column), shown(first), option));
    }
    if (position != cells.lastIndexOf(normalized(column))) {
      throw new InputException(
          "%s:%s: two columns are called %s; give its number with `%s`"
              .formatted(name, first.line(), Quoted.of(column), option));
    }
    return position;
  }

  /// Labels in the column of the texts: few there, and hardly two alike where labels should be.
  private void refuseSwapped(List<Entry> entries) {
    long texts = entries.stream().map(entry -> entry.input().text()).distinct().count();
    long labels = entries.stream().map(Table::label).distinct().count();
    if (entries.size() >= ROWS_TO_SUSPECT_A_SWAP
        && texts <= entries.size() / 2
        && labels > entries.size() / 2) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: of %,d rows column 1 has %,d different values and column 2 %,d, so the text"
                  + " seems to be in column 2; say which is which with `text-column` and"
                  + " `label-column`, here 2 and 1",
              name,
              entries.size(),
              texts,
              labels));
    }
  }

  /// Whether the first row was taken for an example and looks like names of columns: it would
  /// silently become an example, with a class of its own.
  private boolean isLikelyHeader(List<Entry> entries) {
    Entry first = entries.getFirst();
    if (!labelled) {
      return TEXT_NAMES.contains(normalized(first.input().text()));
    }
    Map<String, Integer> counts = new HashMap<>();
    entries.forEach(entry -> counts.merge(label(entry), 1, Integer::sum));
    boolean alone = counts.remove(label(first)) == 1 && !isNumber(label(first));
    boolean distinct =
        entries.size() >= ROWS_TO_SUSPECT_A_HEADER
            && !counts.isEmpty()
            && (counts.values().stream().allMatch(count -> count > 1)
                || counts.keySet().stream().allMatch(Table::isNumber));
    return alone && (distinct || isNamedLikeColumns(first));
  }

  private static boolean isNumber(String label) {
    return label.matches("[+-]?[0-9.]+(e[+-]?[0-9]+)?");
  }

  private static boolean isNamedLikeColumns(Entry first) {
    return TEXT_NAMES.contains(normalized(first.input().text()))
        && LABEL_NAMES.contains(normalized(label(first)));
  }

  private static String label(Entry entry) {
    return entry.label().orElseThrow();
  }

  private static Optional<Integer> numberOf(String column) {
    return column.matches("[1-9][0-9]{0,8}")
        ? Optional.of(Integer.valueOf(column))
        : Optional.empty();
  }

  private static List<String> normalized(Row row) {
    return row.cells().stream().map(Table::normalized).toList();
  }

  private static String normalized(String column) {
    return column.strip().toLowerCase(Locale.ROOT);
  }

  static String shown(Row row) {
    return Quoted.of(String.join(", ", row.cells()));
  }
}
