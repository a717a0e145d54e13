package jada.cli;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.Embedder;
import jada.adalora.model.HardNegatives;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `jada mine`: finds hard negatives for pairs of texts.
@Command(
    name = "mine",
    description = {
      "Find hard negatives for pairs: documents that the model takes for the answer and are not.",
      "Writes JSON Lines for finetune --task embedding: anchor, positive, negative_1, …"
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada mine --data pairs.tsv --out mined.jsonl",
      "  jada mine --data pairs.tsv --adapter runs/first --negatives 5 --range-min 5 --out"
          + " mined.jsonl",
      "  jada finetune --task embedding --train mined.jsonl --dev dev.tsv"
    })
final class MineCommand implements Callable<Integer> {
  private final Console console;

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final EmbedderOptions model = new EmbedderOptions();

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @Option(
      names = "--data",
      paramLabel = "FILE|DIR",
      required = true,
      description = "pairs of query and document: TSV, CSV or JSON Lines, or a BEIR folder")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "FILE.jsonl",
      required = true,
      description = "new file for the pairs with their negatives")
  private Path out;

  @Option(
      names = "--negatives",
      paramLabel = "N",
      defaultValue = "3",
      description = "for each pair; one with fewer keeps those it has [${DEFAULT-VALUE}]")
  private int negatives;

  @Option(
      names = "--range-min",
      paramLabel = "N",
      defaultValue = "0",
      description = "pass over the N nearest wrong documents [${DEFAULT-VALUE}]")
  private int rangeMin;

  @Option(
      names = "--range-max",
      paramLabel = "N",
      defaultValue = "50",
      description = "look at the N nearest documents [${DEFAULT-VALUE}]")
  private int rangeMax;

  @Option(
      names = "--relative-margin",
      paramLabel = "X",
      defaultValue = "0.05",
      description =
          "a negative's cosine lies this part of the right document's below it; keeps out answers"
              + " that nobody has marked [${DEFAULT-VALUE}]")
  private double relativeMargin;

  @Option(
      names = "--absolute-margin",
      paramLabel = "X",
      description = "a negative's cosine lies so much below the right document's [none]")
  private Optional<Double> absoluteMargin = Optional.empty();

  @Option(
      names = "--min-score",
      paramLabel = "X",
      description = "least cosine of a negative [none]")
  private Optional<Double> minScore = Optional.empty();

  @Option(
      names = "--max-score",
      paramLabel = "X",
      description = "largest cosine of a negative [none]")
  private Optional<Double> maxScore = Optional.empty();

  MineCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (Files.exists(out)) {
      throw new InputException("--out %s: is there already; name a new file".formatted(out));
    }
    HardNegatives mining =
        new HardNegatives(
            negatives,
            rangeMin,
            rangeMax,
            optional(absoluteMargin),
            OptionalDouble.of(relativeMargin),
            optional(minScore),
            optional(maxScore));
    Dataset pairs = columns.reader().readTuples(data);
    Embedder embedder = model.load(console);
    Dataset mined;
    try (ConsoleProgress progress = new ConsoleProgress(console)) {
      mined = model.withWorkers(() -> mining.mine(pairs, embedder, progress));
    }
    List<Example> found = mined.examples().stream().filter(e -> !e.negatives().isEmpty()).toList();
    if (found.isEmpty()) {
      throw new InputException(
          "%s: no document lies far enough below the right one; lower --relative-margin, or raise --range-max"
              .formatted(data));
    }
    StringBuilder text = new StringBuilder();
    found.forEach(example -> text.append(Json.line(fields(example))).append('\n'));
    AtomicFile.writeText(out, text.toString());
    int all = found.stream().mapToInt(e -> e.negatives().size()).sum();
    console.say(
        String.format(
            Locale.ROOT,
            "%,d negatives for %,d of %,d pairs; the others are left out",
            all,
            found.size(),
            mined.size()));
    console.result(out.toString());
    return 0;
  }

  private static OptionalDouble optional(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  private static Map<String, Object> fields(Example example) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("anchor", example.text());
    fields.put("positive", example.pair().orElseThrow());
    for (int i = 0; i < example.negatives().size(); i++) {
      fields.put("negative_" + (i + 1), example.negatives().get(i));
    }
    return fields;
  }
}
