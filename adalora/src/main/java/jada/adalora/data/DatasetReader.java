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
import java.util.function.Predicate;

/// Reads texts, with or without labels, from TSV, CSV or JSON Lines.
///
/// - The extension decides: `.tsv` and `.txt` are TSV, `.csv` is CSV, `.jsonl`, `.ndjson` and
///   `.json` are JSON Lines, `.label` is TREC's `COARSE:fine text`; a `.gz` behind it is not looked
///   at. Without a known extension the first line decides: `{` starts JSON Lines, commas between
///   known column names make CSV, `COARSE:fine ` is TREC's if labels are read and no column was
///   given, anything else is TSV.
/// - What gzip has packed, which its first bytes tell, is unpacked.
/// - A table's first row is a header if it holds the name of a column that was given, or the known
///   names of text columns ([Columns]), or if that is said ([#withHeader(HeaderRow)]). Names are
///   compared without regard to case. A first row that looks like a header of other names is
///   refused.
/// - Inputs without labels whose first line has no tab are plain lines, one input each, and have no
///   header: `text` is a text. Only in a file called `.tsv` or `.csv` is a first line that is
///   `text` or `sentence` a header.
/// - In JSON Lines the first object with known keys decides which keys are read from all.
/// - Blank lines are skipped, a byte order mark and CR LF are accepted. In TSV a quote is a letter
///   like any other, unless every cell of the file that has one is quoted as in CSV.
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
  private final HeaderRow header;

  /// A reader of UTF-8 that finds the columns by the header.
  public DatasetReader() {
    this(Columns.byHeader(), StandardCharsets.UTF_8);
  }

  /// A reader of these columns in this encoding.
  public DatasetReader(Columns columns, Charset charset) {
    this(columns, charset, EmptyTexts.REFUSE, HeaderRow.FIND);
  }

  private DatasetReader(Columns columns, Charset charset, EmptyTexts empty, HeaderRow header) {
    this.columns = Objects.requireNonNull(columns, "columns");
    this.charset = Objects.requireNonNull(charset, "charset");
    this.empty = Objects.requireNonNull(empty, "empty");
    this.header = Objects.requireNonNull(header, "header");
  }

  /// The same, doing something else with labelled rows that have an empty text.
  public DatasetReader withEmpty(EmptyTexts choice) {
    return new DatasetReader(columns, charset, choice, header);
  }

  /// The same, told whether the first row of a TSV or CSV table is a header. Other formats have
  /// none.
  public DatasetReader withHeader(HeaderRow choice) {
    return new DatasetReader(columns, charset, empty, choice);
  }

  /// Reads labelled examples.
  ///
  /// @throws InputException if the file cannot be read, is empty, is not what its extension says,
  ///   or has a row without label, or without text unless that is allowed
  ///   ([#withEmpty(EmptyTexts)]); the message names file and line and what to do
  public Dataset read(Path file) {
    SourceText source = SourceText.read(file, charset);
    Records records = records(source, format(file.toString(), source, true), true, file.toString());
    List<Entry> all = records.entries();
    List<Entry> entries = empty.applied(source.name(), all, Entry::line, DatasetReader::emptyPart);
    return new Dataset(
        source.name(),
        entries.stream().map(e -> new Example(e.input(), e.labels())).toList(),
        entries.stream().map(Entry::line).toList(),
        source.checksum(),
        new Dataset.Reading(all.size() - entries.size(), records.columns(), records.lists()));
  }

  private static Optional<String> emptyPart(Entry entry) {
    if (entry.input().text().isBlank()) {
      return Optional.of("text");
    }
    return entry.input().pair().filter(String::isBlank).map(_ -> "second text");
  }

  /// Reads texts that belong together, for sentence embeddings: each example's input is a query and
  /// its document, its negatives are documents that do not answer the query, and its label, if
  /// there is one, is the score of the pair. Read are:
  ///
  /// - TSV, CSV and JSON Lines by the convention of sentence-transformers: a column `label`,
  ///   `labels`, `score` or `scores` is the score, all others are texts, in their order the query,
  ///   the document and any number of negatives; those named `id`, `idx`, `index` or `…_id` are not
  ///   read. Without a header the last of three or more columns is the score if it holds numbers.
  ///   Empty cells at the end of a row are no negatives. In JSON Lines the first object decides,
  ///   and `negative`, `negatives` and `neg` may hold a list. If the columns of text and pair were
  ///   given, they are query and document, that of the label is the score, and nothing else is
  ///   read.
  /// - FlagEmbedding's lines, `{"query": "…", "pos": ["…"], "neg": ["…"]}`: one example for each
  ///   positive.
  /// - BEIR's folders of `corpus.jsonl`, `queries.jsonl` and `qrels/<split>.tsv`, given as the
  ///   folder, or as one of several files in `qrels`: one example for each judgement above 0, and
  ///   all documents as the corpus.
  ///
  /// @throws InputException as [#read(Path)], and if there are no two texts, texts are nothing but
  ///   numbers, all pairs are the same, all queries are their own document, a score is not a finite
  ///   number, or some pairs have one and others do not
  public Dataset readTuples(Path path) {
    if (BeirFolder.isOne(path)) {
      if (!columns.equals(Columns.byHeader())) {
        throw new InputException(
            path
                + ": BEIR's data have no columns to choose from; leave `text-column`,"
                + " `pair-column` and `label-column` out");
      }
      return BeirFolder.read(path, charset, empty);
    }
    SourceText source = SourceText.read(path, charset);
    return tuples(source, path.toString()).dataset(empty);
  }

  private Tuples tuples(SourceText source, String file) {
    Format format =
        byExtension(file)
            .orElseGet(() -> sniff(source.lines().getFirst().text(), TupleColumns::isHeader));
    return switch (format) {
      case TAGGED_LINES ->
          throw new InputException(
              source.name()
                  + ": holds one text a line; a query and a document are expected, in TSV, CSV or"
                  + " JSON Lines");
      case JSON_LINES ->
          columns.equals(Columns.byHeader()) && FlagEmbeddingLines.areIn(source)
              ? FlagEmbeddingLines.tuples(source)
              : TupleLines.tuples(source, columns);
      case CSV -> TupleTable.tuples(source, Row.ofCommas(source), columns, header);
      case TSV -> TupleTable.tuples(source, Row.ofTabs(source), columns, header);
    };
  }

  /// Reads inputs without labels; a label column, if there is one, is not looked at. A TSV whose
  /// first line has neither a header nor a tab is plain text: each line is one input, tabs and all.
  ///
  /// @throws InputException as [#read(Path)], except that labels and texts may be missing or empty
  public List<Input> readInputs(Path file) {
    SourceText source = SourceText.read(file, charset);
    return inputs(source, format(file.toString(), source, false), file.toString());
  }

  /// Whether [#readInputs(Path)] takes each line of this file as one input, known from its name and
  /// its first line that is not blank: then a program may as well read it line by line, after
  /// unpacking it if gzip has packed it.
  ///
  /// @throws InputException if the file cannot be read
  public boolean isPlainLines(Path file) {
    Optional<SourceText.Line> first = SourceText.firstLine(file, charset);
    if (first.isEmpty() || !isPlain(first.get().text(), file.toString())) {
      return false;
    }
    return byExtension(file.toString())
        .map(format -> format == Format.TSV)
        .orElseGet(() -> sniff(first.get().text(), DatasetReader::isKnownHeader) == Format.TSV);
  }

  /// Reads inputs without labels to the end of a stream, which stays open.
  ///
  /// @param name what messages call the stream, such as `standard input`; it has no extension, so
  ///   the first line decides what is read
  /// @throws InputException as [#readInputs(Path)]
  public List<Input> readInputs(String name, InputStream in) {
    SourceText source = SourceText.read(name, in, charset);
    return inputs(source, sniff(source, false), "");
  }

  private List<Input> inputs(SourceText source, Format format, String file) {
    return records(source, format, false, file).entries().stream().map(Entry::input).toList();
  }

  /// @param file the name with the extension; empty for a stream
  private Records records(SourceText source, Format format, boolean labelled, String file) {
    return switch (format) {
      case TAGGED_LINES -> Records.of(TaggedLines.entries(source, labelled));
      case JSON_LINES -> JsonLines.records(source, columns, labelled);
      case CSV -> table(source, Row.ofCommas(source), labelled);
      case TSV ->
          !labelled && isPlain(source.lines().getFirst().text(), file)
              ? Records.of(source.lines().stream().map(DatasetReader::plain).toList())
              : table(source, Row.ofTabs(source), labelled);
    };
  }

  private Records table(SourceText source, List<Row> rows, boolean labelled) {
    return Table.records(source.name(), rows, columns, header, labelled);
  }

  private boolean isPlain(String first, String file) {
    if (columns.text().isPresent() || first.indexOf('\t') >= 0) {
      return false;
    }
    return switch (header) {
      case YES -> false;
      case NO -> true;
      case FIND ->
          !extension(file).equals("tsv")
              || ColumnNames.foundIn(List.of(first.strip().toLowerCase(Locale.ROOT))).isEmpty();
    };
  }

  private static Entry plain(SourceText.Line line) {
    return new Entry(line.number(), Input.of(line.text()), Optional.empty());
  }

  private Format format(String file, SourceText source, boolean labelled) {
    return byExtension(file).orElseGet(() -> sniff(source, labelled));
  }

  /// In lower case, without the `.gz` of a packed file.
  private static String extension(String file) {
    String name = file.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static Optional<Format> byExtension(String file) {
    return switch (extension(file)) {
      case "tsv", "txt" -> Optional.of(Format.TSV);
      case "csv" -> Optional.of(Format.CSV);
      case "jsonl", "ndjson", "json" -> Optional.of(Format.JSON_LINES);
      case "label" -> Optional.of(Format.TAGGED_LINES);
      default -> Optional.empty();
    };
  }

  private Format sniff(SourceText source, boolean labelled) {
    SourceText.Line first = source.lines().getFirst();
    // Without labels `WARN:disk is full` is a text, not a class and its question.
    if (labelled && columns.equals(Columns.byHeader()) && TaggedLines.isTagged(first)) {
      return Format.TAGGED_LINES;
    }
    return sniff(first.text(), DatasetReader::isKnownHeader);
  }

  /// @param header whether cells between commas are the header of a CSV table
  private static Format sniff(String first, Predicate<List<String>> header) {
    if (isJson(first)) {
      return Format.JSON_LINES;
    }
    List<String> cells =
        Arrays.stream(first.split(",")).map(cell -> cell.replace('"', ' ').strip()).toList();
    return cells.size() > 1 && header.test(cells) ? Format.CSV : Format.TSV;
  }

  private static boolean isKnownHeader(List<String> cells) {
    return ColumnNames.foundIn(cells.stream().map(cell -> cell.toLowerCase(Locale.ROOT)).toList())
        .isPresent();
  }

  private static boolean isJson(String first) {
    return first.strip().startsWith("{");
  }
}
