package jada.adalora.data;

import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads data for search in the form of BEIR (Thakur et al. 2021): a folder with `corpus.jsonl`
/// (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`) and `qrels/train.tsv`, whose columns
/// `query-id`, `corpus-id` and `score` say which documents answer a query: those with a score above
/// 0. Each of these judgements is an example; all documents are searched.
final class BeirFolder {
  private static final String QRELS = "qrels";
  private static final List<String> HEADER = List.of("query-id", "corpus-id", "score");

  private static final String FORM =
      "a BEIR folder has corpus.jsonl, queries.jsonl and qrels/<split>.tsv";

  private final Path folder;
  private final SourceText qrels;
  private final SourceText queries;
  private final SourceText corpus;

  private BeirFolder(Path judgements, Charset charset) {
    this.folder = judgements.resolveSibling("..").normalize();
    this.qrels = SourceText.read(judgements, charset);
    this.queries = SourceText.read(packedOrNot("queries.jsonl"), charset);
    this.corpus = SourceText.read(packedOrNot("corpus.jsonl"), charset);
  }

  /// A document or a query.
  private record Text(int line, String id, String text) {
    Optional<String> emptyPart(String name) {
      return text.isBlank() ? Optional.of(name) : Optional.empty();
    }
  }

  /// A row of the judgements that says that a document answers a query.
  private record Judgement(int line, String query, String document) {}

  /// Whether a path is such a folder, or judgements within one.
  static boolean isOne(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    return Files.isDirectory(path) || parent != null && parent.endsWith(QRELS);
  }

  /// @param path the folder, if it has one file of judgements, or this file
  static Dataset read(Path path, Charset charset, EmptyTexts empty) {
    Path judgements = Files.isDirectory(path) ? onlyJudgements(path) : path;
    return new BeirFolder(judgements, charset).dataset(empty);
  }

  private static Path onlyJudgements(Path folder) {
    Path qrels = folder.resolve(QRELS);
    if (!Files.isDirectory(qrels)) {
      throw new InputException(
          folder + ": is a directory without qrels; " + FORM + ", other data are given as a file");
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(qrels)) {
      found = files.filter(file -> file.toString().matches(".*\\.tsv(\\.gz)?")).sorted().toList();
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s: %s); check the path and its permissions"
              .formatted(qrels, e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
    if (found.isEmpty()) {
      throw new InputException(qrels + ": has no file .tsv; " + FORM);
    }
    if (found.size() > 1) {
      throw new InputException(
          "%s: has judgements in %s; name one of these files, such as %s"
              .formatted(
                  qrels,
                  found.stream()
                      .map(file -> file.getFileName().toString())
                      .collect(Collectors.joining(", ")),
                  found.getLast()));
    }
    return found.getFirst();
  }

  private Path packedOrNot(String name) {
    Path plain = folder.resolve(name);
    Path packed = folder.resolve(name + ".gz");
    if (!Files.exists(plain) && !Files.exists(packed)) {
      throw new InputException(plain + ": no such file; " + FORM);
    }
    return Files.exists(plain) ? plain : packed;
  }

  private Dataset dataset(EmptyTexts empty) {
    Map<String, Text> documents = texts(corpus, true);
    Map<String, Text> questions = texts(queries, false);
    List<Judgement> relevant = relevant(documents, questions);
    List<Text> all = List.copyOf(documents.values());
    List<Text> searched =
        empty.applied(corpus.name(), all, Text::line, text -> text.emptyPart("document"));
    Set<String> asked = relevant.stream().map(Judgement::query).collect(Collectors.toSet());
    List<Text> judged = questions.values().stream().filter(q -> asked.contains(q.id())).toList();
    empty.applied(queries.name(), judged, Text::line, text -> text.emptyPart("query"));
    List<Tuple> tuples =
        relevant.stream()
            .map(
                j ->
                    new Tuple(
                        j.line(),
                        questions.get(j.query()).text(),
                        documents.get(j.document()).text(),
                        List.of(),
                        Optional.empty()))
            .toList();
    return new Tuples(qrels.name(), checksum(), tuples, Optional.empty())
        .dataset(empty, searched.stream().map(Text::text).toList(), all.size() - searched.size());
  }

  private String checksum() {
    return Checksum.of(
        (qrels.checksum() + queries.checksum() + corpus.checksum())
            .getBytes(StandardCharsets.US_ASCII));
  }

  /// The texts of a file by their ids, in its order.
  private static Map<String, Text> texts(SourceText source, boolean titled) {
    Map<String, Text> texts = new LinkedHashMap<>();
    for (SourceText.Line line : source.lines()) {
      JsonObject object = JsonObject.of(source.name(), line);
      String id = object.text("_id", "write ids as strings");
      String text = object.text("text", FORM);
      if (titled) {
        String title = object.has("title") ? object.text("title", FORM) : "";
        text = (title + " " + text).strip();
      }
      Text before = texts.putIfAbsent(id, new Text(line.number(), id, text));
      if (before != null) {
        throw new InputException(
            "%s: the id %s is also on line %s; give every text its own"
                .formatted(object.place(), Quoted.of(id), before.line()));
      }
    }
    return texts;
  }

  private List<Judgement> relevant(Map<String, Text> documents, Map<String, Text> questions) {
    List<Row> rows = Row.ofTabs(qrels);
    requireHeader(rows.getFirst());
    List<Judgement> relevant = new ArrayList<>();
    for (Row row : rows.subList(1, rows.size())) {
      if (row.cells().size() != HEADER.size()) {
        throw Table.ragged(qrels.name(), row, rows.getFirst());
      }
      String query = row.cells().get(0);
      String document = row.cells().get(1);
      String score = row.cells().get(2);
      requireKnown(row, query, "query", questions, queries);
      requireKnown(row, document, "document", documents, corpus);
      if (!FiniteNumber.is(score)) {
        throw new InputException(
            "%s: the score %s is not a finite number; above 0 it says that the document answers the"
                    .formatted(place(row), Quoted.of(score))
                + " query");
      }
      if (Float.parseFloat(score) > 0) {
        relevant.add(new Judgement(row.line(), query, document));
      }
    }
    if (relevant.isEmpty()) {
      throw new InputException(
          qrels.name() + ": no judgement with a score above 0; name a file that has some");
    }
    return relevant;
  }

  private void requireHeader(Row first) {
    List<String> cells =
        first.cells().stream().map(cell -> cell.strip().toLowerCase(Locale.ROOT)).toList();
    if (!cells.equals(HEADER)) {
      throw new InputException(
          "%s: %s is not the header of BEIR's judgements; write query-id, corpus-id and score above"
                  .formatted(place(first), Table.shown(first))
              + " them, separated by tabs");
    }
  }

  private void requireKnown(
      Row row, String id, String kind, Map<String, Text> known, SourceText source) {
    if (!known.containsKey(id)) {
      throw new InputException(
          "%s: no %s %s in %s; add it, or remove the judgement"
              .formatted(place(row), kind, Quoted.of(id), source.name()));
    }
  }

  private String place(Row row) {
    return qrels.name() + ":" + row.line();
  }
}
