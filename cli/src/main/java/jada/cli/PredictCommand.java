package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada predict`: labels texts as they come.
@Command(
    name = "predict",
    description = {
      "Label text from the arguments, from a file, or from standard input.",
      "Prints label TAB probability TAB text, one line a text."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada predict --adapter runs/first \"closes the stream\" \"matrix of doubles\"",
      "  jada predict --adapter runs/first --data new.tsv --json",
      "  tail -f app.log | jada predict --adapter runs/first"
    })
final class PredictCommand implements Callable<Integer> {
  private static final int BATCH = 64;

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
          "texts: TSV, CSV or JSON Lines in UTF-8, or plain lines; - reads standard input as such."
              + " Without texts and --data, lines of standard input are labelled as they come")
  private Optional<Path> data = Optional.empty();

  @Option(names = "--json", description = "print one object a line: text, label, scores, logits")
  private boolean json;

  PredictCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Optional<List<Input>> given = given();
    AdaptedModel model = adapter.load(console);
    Predictor predictor = Predictor.of(model).withMaxLength(adapter.maxLength(model));
    Consumer<List<Input>> label =
        batch -> {
          List<Prediction> predictions = adapter.withWorkers(() -> predictor.predict(batch));
          for (int i = 0; i < batch.size(); i++) {
            console.result(line(batch.get(i), predictions.get(i)));
          }
        };
    if (given.isPresent()) {
      List<Input> inputs = given.get();
      for (int from = 0; from < inputs.size(); from += BATCH) {
        label.accept(inputs.subList(from, Math.min(inputs.size(), from + BATCH)));
      }
    } else {
      TextLines lines = new TextLines(console.in(), columns.encoding());
      for (List<Input> batch = lines.next(BATCH); !batch.isEmpty(); batch = lines.next(BATCH)) {
        label.accept(batch);
      }
    }
    return 0;
  }

  /// The inputs that are known before the first is answered; empty to read lines as they come.
  private Optional<List<Input>> given() {
    if (data.isPresent() && !texts.isEmpty()) {
      throw new InputException("--data: give a file or texts, not both");
    }
    if (data.isPresent()) {
      return Optional.of(
          data.get().equals(Path.of("-"))
              ? columns.reader().readInputs("standard input", console.in())
              : columns.reader().readInputs(data.get()));
    }
    return texts.isEmpty() ? Optional.empty() : Optional.of(texts.stream().map(Input::of).toList());
  }

  private String line(Input input, Prediction prediction) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("text", input.text());
      input.pair().ifPresent(pair -> object.put("pair", pair));
      object.put("label", prediction.label());
      object.put("scores", prediction.scores());
      object.put("logits", prediction.logits());
      return Json.line(object);
    }
    // One line a text, whatever is in it; only the tab before a pair stays.
    return "%s\t%s\t%s"
        .formatted(
            clean(prediction.label()),
            String.format(Locale.ROOT, "%.4f", prediction.probability()),
            clean(input.text()) + input.pair().map(pair -> "\t" + clean(pair)).orElse(""));
  }

  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
