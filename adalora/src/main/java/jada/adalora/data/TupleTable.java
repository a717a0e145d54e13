package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Reads the rows of a TSV or CSV table as texts that belong together ([TupleColumns]). Without a
/// header the columns are texts in their order, and the last of three or more is the score if it
/// holds numbers.
final class TupleTable {
  private final SourceText source;
  private final List<Row> rows;
  private final Columns columns;
  private final HeaderRow headerRow;

  private TupleTable(SourceText source, List<Row> rows, Columns columns, HeaderRow headerRow) {
    this.source = source;
    this.rows = rows;
    this.columns = columns;
    this.headerRow = headerRow;
  }

  static Tuples tuples(SourceText source, List<Row> rows, Columns columns, HeaderRow headerRow) {
    return new TupleTable(source, rows, columns, headerRow).tuples();
  }

  private Tuples tuples() {
    if (rows.isEmpty()) {
      throw new InputException(
          source.name() + ": holds nothing but empty cells; one example a line is expected");
    }
    Row first = rows.getFirst();
    boolean header = hasHeader(first);
    List<Row> body = header ? rows.subList(1, rows.size()) : rows;
    if (body.isEmpty()) {
      throw new InputException(
          source.name() + ": only a header; one example a line is expected below it");
    }
    body.forEach(row -> requireRegular(row, first, header));
    List<String> names =
        IntStream.range(0, first.cells().size())
            .mapToObj(i -> header ? name(first, i) : Integer.toString(i + 1))
            .toList();
    TupleColumns found = columns(first, names, header);
    Tuples tuples =
        new Tuples(source, body.stream().map(row -> tuple(row, found)).toList(), found.used(names));
    return columns.text().isPresent() ? tuples : tuples.withoutNumbersForTexts();
  }

  private static String name(Row first, int column) {
    String cell = first.cells().get(column).strip();
    return cell.isEmpty() ? Integer.toString(column + 1) : cell;
  }

  private boolean hasHeader(Row first) {
    if (headerRow != HeaderRow.FIND) {
      return headerRow == HeaderRow.YES;
    }
    if (Table.named(columns, true).isEmpty()) {
      if (columns.text().isEmpty() && TupleColumns.isLikeHeader(first.cells())) {
        throw likeHeader(first, "");
      }
      return TupleColumns.isHeader(first.cells());
    }
    return Table.hasNamed(columns, true, first);
  }

  private InputException likeHeader(Row first, String reason) {
    return new InputException(
        "%s: %sthis row looks like a header: %s; if it is, say so with `header` yes; if it is an"
                .formatted(place(first), reason, Table.shown(first))
            + " example, with `header` no");
  }

  private void requireRegular(Row row, Row first, boolean header) {
    if (row.cells().size() != first.cells().size()) {
      throw Table.ragged(source.name(), row, first);
    }
    if (header && row.cells().equals(first.cells())) {
      throw Table.headerOnceMore(source.name(), row);
    }
  }

  private TupleColumns columns(Row first, List<String> names, boolean header) {
    if (!header) {
      Table.refuseNamed(source.name(), columns, true, headerRow, first);
    }
    Optional<Integer> score = columns.label().map(c -> position(c, first, "label-column"));
    if (columns.text().isPresent()) {
      return given(first, score);
    }
    if (header) {
      // The cells, not the names: a column without a name is one of row numbers.
      return TupleColumns.ofNames(place(first), first.cells(), score);
    }
    return inOrder(first, names, score);
  }

  private TupleColumns given(Row first, Optional<Integer> score) {
    int query = position(columns.text().orElseThrow(), first, "text-column");
    int document = position(pair(source.name(), columns), first, "pair-column");
    List<Integer> unread =
        IntStream.range(0, first.cells().size())
            .filter(i -> i != query && i != document && i != score.orElse(-1))
            .boxed()
            .toList();
    if (query == document || score.filter(s -> s == query || s == document).isPresent()) {
      throw new InputException(
          source.name()
              + ": one column is named twice; query, document and score are `text-column`,"
              + " `pair-column` and `label-column`");
    }
    return new TupleColumns(query, document, List.of(), score, unread);
  }

  /// The document's column, which must be given with the query's.
  static String pair(String source, Columns columns) {
    return columns
        .pair()
        .orElseThrow(
            () ->
                new InputException(
                    source
                        + ": `text-column` names the query; name the document as well, with"
                        + " `pair-column`"));
  }

  private TupleColumns inOrder(Row first, List<String> names, Optional<Integer> given) {
    Optional<Integer> score = given.isPresent() ? given : lastOfNumbers();
    List<Integer> texts =
        IntStream.range(0, names.size()).filter(i -> i != score.orElse(-1)).boxed().toList();
    if (texts.size() < 2) {
      throw new InputException(
          "%s: only one column of texts; a query and a document are expected, separated by a tab"
                  .formatted(place(first))
              + " (TSV) or a comma (CSV)"
              + Table.semicolons(first));
    }
    return new TupleColumns(
        texts.get(0), texts.get(1), texts.subList(2, texts.size()), score, List.of());
  }

  /// The last of three or more columns, if it holds numbers. Where most are, the others are errors,
  /// or the first of them is a header of unknown names.
  private Optional<Integer> lastOfNumbers() {
    int last = rows.getFirst().cells().size() - 1;
    List<Row> others =
        rows.stream().filter(row -> !FiniteNumber.is(row.cells().get(last))).toList();
    if (last < 2 || others.size() * 2 >= rows.size()) {
      return Optional.empty();
    }
    if (others.isEmpty()) {
      return Optional.of(last);
    }
    Row odd = others.getFirst();
    String cell = Quoted.of(odd.cells().get(last));
    if (others.size() == 1 && odd == rows.getFirst() && headerRow == HeaderRow.FIND) {
      throw likeHeader(odd, cell + " is the only one of its column that is no number, so ");
    }
    throw new InputException(
        "%s: the score %s is not a finite number, as most of column %s are; correct it, or name the"
                .formatted(place(odd), cell, last + 1)
            + " texts with `text-column` and `pair-column`");
  }

  private Tuple tuple(Row row, TupleColumns found) {
    List<String> cells = row.cells();
    Optional<String> score = found.score().map(cells::get).map(String::strip);
    if (score.filter(String::isEmpty).isPresent()) {
      throw new InputException(
          "%s: no score in column %s; give one, or remove the row"
              .formatted(place(row), found.score().get() + 1));
    }
    return new Tuple(
        row.line(),
        cells.get(found.query()),
        cells.get(found.document()),
        negatives(found.negatives().stream().map(cells::get).toList()),
        score);
  }

  /// Empty cells at the end of a row say that it has fewer negatives than others; of a column of
  /// them it has at least one.
  private static List<String> negatives(List<String> cells) {
    int count = cells.size();
    while (count > 1 && cells.get(count - 1).isBlank()) {
      count--;
    }
    return cells.subList(0, count);
  }

  private int position(String column, Row first, String option) {
    return Table.position(source.name(), column, first, option);
  }

  private String place(Row row) {
    return source.name() + ":" + row.line();
  }
}
