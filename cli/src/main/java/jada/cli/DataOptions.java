package jada.cli;

import jada.adalora.data.DatasetReader;
import jada.adalora.data.Labels;
import jada.adalora.data.Split;
import jada.adalora.model.Task;
import jada.cli.artifact.Artifacts;
import jada.cli.builtin.BuiltInData;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What `finetune` learns from.
final class DataOptions {
  /// What the labels are.
  enum TaskKind {
    CLASSIFICATION,
    REGRESSION
  }

  @Option(
      names = "--train",
      paramLabel = "FILE",
      description = {
        "labelled texts: TSV (.tsv, .txt), CSV (.csv) or JSON Lines (.jsonl, .ndjson," + " .json);",
        "columns are found by header (sentence or text, sentence1 + sentence2, label);",
        "without a header: text, label; or lines COARSE:fine text (.label) [built-in data]"
      })
  private Optional<Path> train = Optional.empty();

  @Option(
      names = "--dev",
      paramLabel = "FILE",
      description = "labelled texts held out to judge by; needed with --train")
  private Optional<Path> dev = Optional.empty();

  @Option(
      names = "--task",
      paramLabel = "KIND",
      description = "classification, or regression on numbers as labels [${DEFAULT-VALUE}]")
  private TaskKind kind;

  /// Checks what can be checked without reading.
  ///
  /// @throws InputException if one of two files is missing, or numbers are asked of built-in data
  void check() {
    if (train.isPresent() && dev.isEmpty()) {
      throw new InputException("--dev: is needed with --train; name a file with held-out examples");
    }
    if (dev.isPresent() && train.isEmpty()) {
      throw new InputException("--train: is needed with --dev; name a file to learn from");
    }
    if (isBuiltIn() && kind == TaskKind.REGRESSION) {
      throw new InputException(
          "--task regression: the built-in data have labels; add --train FILE");
    }
  }

  /// Whether the built-in data are used.
  boolean isBuiltIn() {
    return train.isEmpty();
  }

  /// The examples.
  Split read(DatasetReader reader, Console console) {
    if (train.isPresent()) {
      return new Split(reader.read(train.get()), reader.read(dev.orElseThrow()));
    }
    try (Artifacts artifacts = Artifacts.ofUserSettings();
        ConsoleProgress progress = new ConsoleProgress(console)) {
      return BuiltInData.load(artifacts, progress);
    }
  }

  /// What is to be learned from the examples; every label is looked at.
  ///
  /// @throws InputException if a label does not fit, naming file and line
  Task task(Split data) {
    if (kind == TaskKind.REGRESSION) {
      data.train().targets();
      data.dev().targets();
      return Task.regression();
    }
    Labels labels = Labels.of(data.train());
    labels.indices(data.dev());
    return Task.classification(labels.names());
  }
}
