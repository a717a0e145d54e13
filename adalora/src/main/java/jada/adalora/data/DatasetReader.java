package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// Reads texts, with or without labels, from TSV, CSV or JSON Lines.
///
/// - The extension decides: `.tsv` and `.txt` are TSV, `.csv` is CSV, `.jsonl`, `.ndjson` and
///   `.json` are JSON Lines, `.label` is TREC's `COARSE:fine text`. Without a known extension the
///   first line decides: `{` starts JSON Lines, commas between known column names make CSV,
///   `COARSE:fine ` is TREC's if no column was given (of inputs without labels every line must look
///   like that), anything else is TSV.
/// - A table's first row is a header if it holds the name of a column that was given, or the known
///   names of text columns ([Columns]). Names are compared without regard to case.
/// - Blank lines are skipped, a byte order mark and CR LF are accepted. In TSV a quote is a letter
///   like any other.
/// - Nothing is guessed or repaired: malformed bytes, a row of another width, a row without label
///   and a line of more than a million characters are errors that name the file and the line.
public final class DatasetReader {
  private enum Format {
    TSV,
    CSV,
    JSON_LINES,
    TAGGED_LINES
  }

  private final Columns columns;
  private final Charset charset;
  private final EmptyTexts empty;

  /// A reader of UTF-8 that finds the columns by the header.
  public DatasetReader() {
    this(Columns.byHeader(), StandardCharsets.UTF_8);
  }

  /// A reader of these columns in this encoding.
  public DatasetReader(Columns columns, Charset charset) {
    this(columns, charset, EmptyTexts.REFUSE);
  }

  private DatasetReader(Columns columns, Charset charset, EmptyTexts empty) {
    this.columns = Objects.requireNonNull(columns, "columns");
    this.charset = Objects.requireNonNull(charset, "charset");
    this.empty = Objects.requireNonNull(empty, "empty");
  }

  /// The same, doing something else with labelled rows that have an empty text.
  public DatasetReader withEmpty(EmptyTexts choice) {
    return new DatasetReader(columns, charset, choice);
  }

  /// Reads labelled examples.
  ///
  /// @throws InputException if the file cannot be read, is empty, is not what its extension says,
  ///   or has a row without label, or without text unless that is allowed
  ///   ([#withEmpty(EmptyTexts)]); the message names file and line and what to do
  public Dataset read(Path file) {
    SourceText source = SourceText.read(file, charset);
    List<Entry> all = entries(source, format(file.toString(), source, true), true);
    List<Entry> entries = withoutEmpty(source.name(), all);
    return new Dataset(
        source.name(),
        entries.stream().map(e -> new Example(e.input(), e.labels())).toList(),
        entries.stream().map(Entry::line).toList(),
        source.checksum(),
        all.size() - entries.size());
  }

  private List<Entry> withoutEmpty(String name, List<Entry> all) {
    List<Entry> hollow = all.stream().filter(DatasetReader::isHollow).toList();
    if (hollow.isEmpty() || empty == EmptyTexts.KEEP) {
      return all;
    }
    if (empty == EmptyTexts.SKIP && hollow.size() < all.size()) {
      return all.stream().filter(entry -> !isHollow(entry)).toList();
    }
    Entry first = hollow.getFirst();
    throw new InputException(
        String.format(
            Locale.ROOT,
            "%s:%d: the %s is empty%s; correct the file, or say what is done with such rows:"
                + " `empty` keep, or skip",
            name,
            first.line(),
            first.input().text().isBlank() ? "text" : "second text",
            hollow.size() == 1
                ? ""
                : String.format(
                    Locale.ROOT, ", and so it is in %,d of %,d rows", hollow.size(), all.size())));
  }

  private static boolean isHollow(Entry entry) {
    return entry.input().text().isBlank() || entry.input().pair().orElse("-").isBlank();
  }

  /// Reads inputs without labels; a label column, if there is one, is not looked at. A TSV whose
  /// first line has neither a header nor a tab is plain text: each line is one input, tabs and all.
  ///
  /// @throws InputException as [#read(Path)], except that labels and texts may be missing or empty
  public List<Input> readInputs(Path file) {
    SourceText source = SourceText.read(file, charset);
    return inputs(source, format(file.toString(), source, false));
  }

  /// Whether [#readInputs(Path)] takes each line of this file as one input, known from its name and
  /// its first line that is not blank: then a program may as well read it line by line.
  ///
  /// @throws InputException if the file cannot be read
  public boolean isPlainLines(Path file) {
    Optional<SourceText.Line> first = SourceText.firstLine(file, charset);
    if (first.isEmpty() || !isPlain(first.get().text())) {
      return false;
    }
    return byExtension(file.toString())
        .map(format -> format == Format.TSV)
        .orElseGet(() -> !TaggedLines.isTagged(first.get()) && isTsv(first.get().text()));
  }

  /// Reads inputs without labels to the end of a stream, which stays open.
  ///
  /// @param name what messages call the stream, such as `standard input`; it has no extension, so
  ///   the first line decides what is read
  /// @throws InputException as [#readInputs(Path)]
  public List<Input> readInputs(String name, InputStream in) {
    SourceText source = SourceText.read(name, in, charset);
    return inputs(source, sniff(source, false));
  }

  private List<Input> inputs(SourceText source, Format format) {
    return entries(source, format, false).stream().map(Entry::input).toList();
  }

  private List<Entry> entries(SourceText source, Format format, boolean labelled) {
    return switch (format) {
      case TAGGED_LINES -> TaggedLines.entries(source, labelled);
      case JSON_LINES -> JsonLines.entries(source, columns, labelled);
      case CSV -> Table.entries(source.name(), Row.ofCommas(source), columns, labelled);
      case TSV ->
          isPlainText(source, labelled)
              ? source.lines().stream().map(DatasetReader::plain).toList()
              : Table.entries(source.name(), Row.ofTabs(source), columns, labelled);
    };
  }

  private boolean isPlainText(SourceText source, boolean labelled) {
    return !labelled && isPlain(source.lines().getFirst().text());
  }

  private boolean isPlain(String first) {
    return columns.text().isEmpty()
        && first.indexOf('\t') < 0
        && ColumnNames.foundIn(List.of(first.strip().toLowerCase(Locale.ROOT))).isEmpty();
  }

  private static Entry plain(SourceText.Line line) {
    return new Entry(line.number(), Input.of(line.text()), Optional.empty());
  }

  private Format format(String file, SourceText source, boolean labelled) {
    return byExtension(file).orElseGet(() -> sniff(source, labelled));
  }

  private static Optional<Format> byExtension(String file) {
    return switch (file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "tsv", "txt" -> Optional.of(Format.TSV);
      case "csv" -> Optional.of(Format.CSV);
      case "jsonl", "ndjson", "json" -> Optional.of(Format.JSON_LINES);
      case "label" -> Optional.of(Format.TAGGED_LINES);
      default -> Optional.empty();
    };
  }

  private Format sniff(SourceText source, boolean labelled) {
    List<SourceText.Line> lines = source.lines();
    String first = lines.getFirst().text();
    if (isJson(first)) {
      return Format.JSON_LINES;
    }
    List<SourceText.Line> decisive = labelled ? lines.subList(0, 1) : lines;
    if (columns.equals(Columns.byHeader()) && decisive.stream().allMatch(TaggedLines::isTagged)) {
      return Format.TAGGED_LINES;
    }
    return isTsv(first) ? Format.TSV : Format.CSV;
  }

  private static boolean isJson(String first) {
    return first.strip().startsWith("{");
  }

  /// Whether a first line is neither of JSON Lines nor the header of a CSV table.
  private static boolean isTsv(String first) {
    List<String> names =
        Arrays.stream(first.toLowerCase(Locale.ROOT).split(","))
            .map(cell -> cell.replace('"', ' ').strip())
            .toList();
    boolean header = names.size() > 1 && ColumnNames.foundIn(names).isPresent();
    return !isJson(first) && !header;
  }
}
