package jada.adalora.cli;

import jada.adalora.data.Columns;
import jada.adalora.data.DatasetReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Which columns of a table hold the text, its pair and the label.
final class ColumnOptions {
  @Option(
      names = "--text-column",
      paramLabel = "NAME|N",
      description = "column of the text, by header name or number from 1")
  private Optional<String> text = Optional.empty();

  @Option(
      names = "--pair-column",
      paramLabel = "NAME|N",
      description = "column of the second text, for tasks on pairs of texts")
  private Optional<String> pair = Optional.empty();

  @Option(names = "--label-column", paramLabel = "NAME|N", description = "column of the label")
  private Optional<String> label = Optional.empty();

  DatasetReader reader() {
    return new DatasetReader(new Columns(text, pair, label), StandardCharsets.UTF_8);
  }
}
