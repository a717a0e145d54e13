package jada.cli;

import jada.adalora.model.Embedder;
import jada.adalora.model.VectorIndex;
import jada.cli.TextLines.Line;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada search`: finds the texts of a file that are nearest to a query.
@Command(
    name = "search",
    description = {
      "Find the texts of a file that are nearest in meaning, comparing the query with every one.",
      "Prints cosine TAB text, best first. Without queries, lines of standard input are searched"
          + " for",
      "as they come, with a blank line after the answers to each."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada search --adapter runs/first --data texts.txt \"close a stream\"",
      "  jada search --model all-minilm-l6-v2 --data texts.txt \"close a stream\" --top 3",
      "  jada search --adapter runs/first --data faq.tsv --text-column answer --json <"
          + " queries.txt"
    })
final class SearchCommand implements Callable<Integer> {
  private static final int BATCH = 64;

  private final Console console;

  @Parameters(paramLabel = "QUERY", arity = "0..*", description = "what is searched for")
  private List<String> queries = List.of();

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final EmbedderOptions model = new EmbedderOptions();

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      required = true,
      description = "texts: a line each, TSV, CSV or JSON Lines in UTF-8, also as .gz")
  private Path data;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "5",
      description = "texts for each query [${DEFAULT-VALUE}]")
  private int top;

  @Option(
      names = "--json",
      description = "print one object a line: query, text, score, line (from 1)")
  private boolean json;

  SearchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (top < 1) {
      throw new InputException("--top %s: give 1 or more".formatted(top));
    }
    if (queries.stream().anyMatch(String::isBlank)) {
      throw new InputException("search: a query is empty; say what to look for");
    }
    List<String> texts = TextSource.read("--data", data, columns.reader(), console);
    Embedder embedder = model.load(console);
    return model.withWorkers(
        () -> {
          VectorIndex index = index(embedder, texts);
          if (queries.isEmpty()) {
            answerLines(embedder, index, texts);
          } else {
            answer(queries, embedder, index, texts);
          }
          return 0;
        });
  }

  private VectorIndex index(Embedder embedder, List<String> texts) {
    try (ConsoleProgress progress = new ConsoleProgress(console)) {
      return VectorIndex.of(embedder.documents(texts, progress));
    }
  }

  private void answerLines(Embedder embedder, VectorIndex index, List<String> texts) {
    TextLines lines = new TextLines("standard input", console.in(), columns.encoding());
    for (List<Line> batch = lines.next(BATCH); !batch.isEmpty(); batch = lines.next(BATCH)) {
      for (Line line : batch) {
        Optional<String> problem = line.problem();
        if (problem.isPresent()) {
          throw new InputException(problem.get());
        }
        if (!line.isBlank()) {
          answer(List.of(line.input().text()), embedder, index, texts);
        }
        if (!json) {
          console.result("");
        }
      }
    }
  }

  private void answer(
      List<String> asked, Embedder embedder, VectorIndex index, List<String> texts) {
    List<List<VectorIndex.Hit>> found = index.search(embedder.queries(asked), top);
    for (int i = 0; i < asked.size(); i++) {
      if (asked.size() > 1 && !json) {
        console.result((i == 0 ? "" : "\n") + asked.get(i));
      }
      for (VectorIndex.Hit hit : found.get(i)) {
        console.result(line(asked.get(i), hit, texts.get(hit.document())));
      }
    }
  }

  private String line(String query, VectorIndex.Hit hit, String text) {
    if (!json) {
      return String.format(Locale.ROOT, "%.4f\t%s", hit.score(), text.replaceAll("[\t\r\n]+", " "));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("query", query);
    fields.put("text", text);
    fields.put("score", hit.score());
    fields.put("line", hit.document() + 1);
    return Json.line(fields);
  }
}
