package jada.cli;

import jada.adalora.data.Columns;
import jada.adalora.data.DatasetReader;
import java.nio.charset.Charset;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Options for the columns of text, pair and label, and for the encoding.
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

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "of the texts, for example ISO-8859-1 [${DEFAULT-VALUE}]")
  private Charset encoding;

  Charset encoding() {
    return encoding;
  }

  DatasetReader reader() {
    return new DatasetReader(new Columns(text, pair, label), encoding);
  }
}
