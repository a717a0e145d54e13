package jada.cli;

import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.EmptyTexts;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Objective;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `jada evaluate`: scores a saved adapter.
@Command(
    name = "evaluate",
    description = "Score a saved adapter on labelled text.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada evaluate --adapter runs/first --data test.tsv",
      "  jada evaluate --adapter runs/first --data test.csv --text-column body --label-column kind"
          + " --json"
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Console console;

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final AdapterOptions adapter = new AdapterOptions();

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      required = true,
      description = {
        "labelled texts: TSV, CSV or JSON Lines in UTF-8, also as .gz; for an adapter of",
        "sentence embeddings pairs of texts, or a BEIR folder"
      })
  private Path data;

  @Option(
      names = "--empty",
      paramLabel = "WHAT",
      description =
          "rows with an empty text, or second text: refuse the file, skip them, or keep them"
              + " [${DEFAULT-VALUE}]")
  private EmptyTexts empty;

  @Option(names = "--json", description = "print one JSON object")
  private boolean json;

  EvaluateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DatasetReader reader = columns.reader().withEmpty(empty);
    Dataset examples = adapter.embeds() ? reader.readTuples(data) : reader.read(data);
    DataOptions.sayWhatIsLeft(examples, console);
    AdaptedModel model = adapter.load(console);
    Objective prepared = Evaluator.examples(model, examples, adapter.maxLength(model));
    Evaluation evaluation = adapter.withWorkers(() -> Evaluator.evaluate(model, prepared));
    int cut = prepared.cut();
    if (cut > 0) {
      console.say(
          PredictionPrinter.cutTexts(
              examples.name(), cut, examples.size(), adapter.maxLength(model)));
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>(evaluation.metrics());
      result.put("loss", evaluation.loss());
      result.put("examples", examples.size());
      result.put("cut", cut);
      console.result(Json.line(result));
    } else {
      evaluation
          .metrics()
          .forEach(
              (name, value) -> console.result("%s\t%s".formatted(name, Figures.metric(value))));
      console.result("loss\t" + Figures.metric(evaluation.loss()));
      console.result("examples\t" + examples.size());
    }
    return 0;
  }
}
