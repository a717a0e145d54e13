package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Predictor;
import jada.cli.TextLines.Line;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada predict`: predicts texts from arguments, files or standard input.
@Command(
    name = "predict",
    description = {
      "Label text from the arguments, from a file, or from standard input.",
      "Prints label TAB probability TAB text, one line a text in the order of the texts: a blank"
          + " line for a blank",
      "one, TAB TAB reason for one that cannot be read; then the exit status is 1."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada predict --adapter runs/first \"closes the stream\" \"matrix of doubles\"",
      "  jada predict --adapter runs/first --data new.tsv --json",
      "  tail -f app.log | jada predict --adapter runs/first"
    })
final class PredictCommand implements Callable<Integer> {
  private static final int BATCH = 64;
  private static final Path STANDARD_INPUT = Path.of("-");

  private final Console console;

  @Parameters(paramLabel = "TEXT", arity = "0..*", description = "texts to label")
  private List<String> texts = List.of();

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final AdapterOptions adapter = new AdapterOptions();

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "texts: TSV, CSV or JSON Lines in UTF-8, or plain lines, also as .gz; - reads standard"
              + " input as such. Without texts and --data, lines of standard input are labelled as"
              + " they come")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--json",
      description = "print one object a line: text, label, scores, logits; or text, error")
  private boolean json;

  PredictCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Optional<List<Line>> given = given();
    AdaptedModel model = adapter.load(console);
    if (!model.task().hasClassifier()) {
      throw new InputException(
          "predict: the adapter makes sentence embeddings, not labels; use jada embed, or jada"
              + " search");
    }
    PredictionPrinter printer =
        new PredictionPrinter(
            console, Predictor.of(model), model.base(), adapter.maxLength(model), json);
    return adapter.withWorkers(
        () -> {
          given.ifPresentOrElse(lines -> answer(lines, printer), () -> answerLines(printer));
          return printer.finish();
        });
  }

  private static void answer(List<Line> lines, PredictionPrinter printer) {
    for (int from = 0; from < lines.size(); from += BATCH) {
      printer.answer(lines.subList(from, Math.min(lines.size(), from + BATCH)));
    }
  }

  /// Answers the lines of a file or of standard input as they come.
  private void answerLines(PredictionPrinter printer) {
    if (data.isEmpty()) {
      answer(new TextLines("standard input", console.in(), columns.encoding()), printer);
      return;
    }
    try (InputStream in = Files.newInputStream(data.get())) {
      answer(new TextLines(data.get().toString(), in, columns.encoding()), printer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(TextLines lines, PredictionPrinter printer) {
    for (List<Line> batch = lines.next(BATCH); !batch.isEmpty(); batch = lines.next(BATCH)) {
      printer.answer(batch);
    }
  }

  /// The texts that are known at the start; empty to read lines one by one.
  private Optional<List<Line>> given() {
    if (data.isPresent() && !texts.isEmpty()) {
      throw new InputException("--data: give a file or texts, not both");
    }
    if (data.isPresent()) {
      return isPlain(data.get()) ? Optional.empty() : Optional.of(lines(inputs(data.get())));
    }
    return texts.isEmpty()
        ? Optional.empty()
        : Optional.of(lines(texts.stream().map(Input::of).toList()));
  }

  private boolean isPlain(Path file) {
    return !file.equals(STANDARD_INPUT)
        && TextLines.canSplit(columns.encoding())
        && columns.reader().isPlainLines(file);
  }

  private List<Input> inputs(Path file) {
    return file.equals(STANDARD_INPUT)
        ? columns.reader().readInputs("standard input", console.in())
        : columns.reader().readInputs(file);
  }

  private static List<Line> lines(List<Input> inputs) {
    return inputs.stream().map(Line::of).toList();
  }
}
