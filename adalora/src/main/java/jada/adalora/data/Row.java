package jada.adalora.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import jada.nn.files.InputException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The cells of one row of a table.
///
/// @param line the line on which the row starts, counted from 1
/// @param cells its cells from left to right, at least one
record Row(int line, List<String> cells) {
  /// The rows of a tab-separated table, in which a cell can hold neither a tab nor a line end.
  ///
  /// Quotes are letters like any other, as in MRPC, unless the whole table is quoted as CSV is:
  /// every cell with a quote begins and ends with one, and doubles those within, which is what
  /// programs write that quote at all.
  static List<Row> ofTabs(SourceText source) {
    List<Row> rows =
        source.lines().stream()
            .map(line -> new Row(line.number(), Arrays.asList(line.text().split("\t", -1))))
            .toList();
    boolean quoted =
        rows.stream()
            .flatMap(row -> row.cells.stream())
            .allMatch(cell -> cell.indexOf('"') < 0 || isQuoted(cell));
    return quoted ? rows.stream().map(Row::unquoted).toList() : rows;
  }

  /// Whether a cell stands in quotes, and holds no others than doubled ones.
  private static boolean isQuoted(String cell) {
    return isBetweenQuotes(cell)
        && cell.substring(1, cell.length() - 1).replace("\"\"", "").indexOf('"') < 0;
  }

  /// Whether a cell begins and ends with a quote.
  static boolean isBetweenQuotes(String cell) {
    return cell.length() > 1 && cell.startsWith("\"") && cell.endsWith("\"");
  }

  private Row unquoted() {
    return new Row(
        line,
        cells.stream()
            .map(
                cell ->
                    isBetweenQuotes(cell)
                        ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"")
                        : cell)
            .toList());
  }

  /// The rows of a comma-separated table as RFC 4180 has it: a quoted cell may hold commas, line
  /// ends and doubled quotes.
  static List<Row> ofCommas(SourceText source) {
    List<Row> rows = new ArrayList<>();
    CsvReader.CsvReaderBuilder format =
        CsvReader.builder()
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false)
            .maxBufferSize(SourceText.LONGEST_LINE);
    try {
      for (CsvRecord row : format.ofCsvRecord(new StringReader(source.text()))) {
        if (!row.getFields().stream().allMatch(String::isBlank)) {
          rows.add(new Row(Math.toIntExact(row.getStartingLineNumber()), row.getFields()));
        }
      }
    } catch (CsvParseException e) {
      String reason =
          e.getCause() == null ? e.getMessage() : e.getMessage() + " " + e.getCause().getMessage();
      throw new InputException(
          "%s: not a CSV table: %s; quote cells that hold commas, quotes or line ends"
              .formatted(source.name(), reason),
          e);
    }
    return rows;
  }
}
