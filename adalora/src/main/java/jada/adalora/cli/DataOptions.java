package jada.adalora.cli;

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
        "labelled texts: TSV, CSV or JSON Lines (.tsv .txt .csv .jsonl .ndjson .json) in UTF-8;",
        "columns are found by header (sentence or text, sentence1 + sentence2, label);",
        "without a header: text, label. Without --train: built-in data"
      })
  Optional<Path> train = Optional.empty();

  @Option(
      names = "--dev",
      paramLabel = "FILE",
      description = "labelled texts held out to judge by; needed with --train")
  Optional<Path> dev = Optional.empty();

  @Option(
      names = "--task",
      paramLabel = "KIND",
      description = "classification, or regression on numbers as labels [${DEFAULT-VALUE}]")
  TaskKind task;
}
