package jada.cli;

import jada.adalora.data.Columns;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.HeaderRow;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.nio.charset.Charset;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/// Options for the columns of text, pair and label, for the header, and for the encoding.
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
      names = "--header",
      paramLabel = "WHAT",
      converter = HeaderRows.class,
      description =
          "whether the first row of a table names its columns: yes, no, or find out by the names"
              + " [find]")
  private Optional<HeaderRow> header = Optional.empty();

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      converter = Encodings.class,
      description = "of the texts, for example ISO-8859-1 [${DEFAULT-VALUE}]")
  private Charset encoding;

  Charset encoding() {
    return encoding;
  }

  DatasetReader reader() {
    return new DatasetReader(new Columns(text, pair, label), encoding)
        .withHeader(header.orElse(HeaderRow.FIND));
  }

  private static final class HeaderRows implements ITypeConverter<HeaderRow> {
    @Override
    public HeaderRow convert(String text) {
      return new Choices<>(HeaderRow.class).convert(text);
    }
  }

  private static final class Encodings implements ITypeConverter<Charset> {
    @Override
    public Charset convert(String name) {
      try {
        return Charset.forName(name);
      } catch (IllegalArgumentException e) {
        throw new InputException(
            "%s is no encoding that Java knows; give its name, such as UTF-8, ISO-8859-1,"
                    .formatted(Quoted.of(name))
                + " windows-1252 or UTF-16",
            e);
      }
    }
  }
}
