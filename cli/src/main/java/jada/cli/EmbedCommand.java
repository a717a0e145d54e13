package jada.cli;

import jada.adalora.model.Embedder;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada embed`: texts to vectors.
@Command(
    name = "embed",
    description = {
      "Turn texts into vectors, as documents, or with --query as queries.",
      "Prints one JSON object a line: text, embedding; with --out writes them to a file, or a"
          + " matrix for",
      "NumPy."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada embed --adapter runs/first \"closes the stream\"",
      "  jada embed --adapter runs/first --data texts.txt --out vectors.npy",
      "  jada embed --model e5-small --query \"how do I close a stream?\""
    })
final class EmbedCommand implements Callable<Integer> {
  private static final int BATCH = 256;
  private static final String MATRIX = ".npy";
  private static final String LINES = ".jsonl";

  private final Console console;

  @Parameters(paramLabel = "TEXT", arity = "0..*", description = "texts")
  private List<String> texts = List.of();

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final EmbedderOptions model = new EmbedderOptions();

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "texts: a line each, TSV, CSV or JSON Lines in UTF-8, also as .gz; - reads standard"
              + " input")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--query",
      description = "the texts are queries: put the query prompt before them")
  private boolean query;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          ".npy: one float32 matrix (texts, numbers); .jsonl: a text and its vector a line [prints"
              + " lines]")
  private Optional<Path> out = Optional.empty();

  EmbedCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<String> given = given();
    out.filter(file -> !isMatrix(file) && !file.toString().endsWith(LINES))
        .ifPresent(
            file -> {
              throw new InputException(
                  "--out %s: name a file that ends in %s or %s".formatted(file, MATRIX, LINES));
            });
    Embedder embedder = model.load(console);
    return model.withWorkers(
        () -> {
          if (out.isEmpty()) {
            lines(embedder, given, console::result);
            return 0;
          }
          if (isMatrix(out.get())) {
            writeMatrix(out.get(), embedder, given);
          } else {
            writeLines(out.get(), embedder, given);
          }
          console.say("%s vectors of %s numbers".formatted(given.size(), embedder.dimensions()));
          console.result(out.get().toString());
          return 0;
        });
  }

  private static boolean isMatrix(Path file) {
    return file.toString().endsWith(MATRIX);
  }

  private List<String> given() {
    if (data.isPresent() == !texts.isEmpty()) {
      throw new InputException("embed: give texts, or a file of texts with --data FILE");
    }
    List<String> given =
        data.map(file -> TextSource.read("--data", file, columns.reader(), console)).orElse(texts);
    if (given.stream().anyMatch(String::isBlank)) {
      throw new InputException("embed: a text is empty, and has no vector; leave it out");
    }
    return given;
  }

  private Tensor vectors(Embedder embedder, List<String> some) {
    return query ? embedder.queries(some) : embedder.documents(some);
  }

  /// A JSON object for each text, in their order.
  private void lines(Embedder embedder, List<String> given, Consumer<String> sink) {
    int d = embedder.dimensions();
    for (int from = 0; from < given.size(); from += BATCH) {
      List<String> some = given.subList(from, Math.min(given.size(), from + BATCH));
      float[] vectors = vectors(embedder, some).array();
      for (int i = 0; i < some.size(); i++) {
        List<Float> vector = new ArrayList<>(d);
        for (int j = 0; j < d; j++) {
          vector.add(vectors[i * d + j]);
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("text", some.get(i));
        line.put("embedding", vector);
        sink.accept(Json.line(line));
      }
    }
  }

  private void writeLines(Path file, Embedder embedder, List<String> given) {
    AtomicFile.write(
        file,
        channel -> {
          Writer writer = Channels.newWriter(channel, StandardCharsets.UTF_8);
          try (ConsoleProgress progress = new ConsoleProgress(console)) {
            progress.started("embedding", "texts", given.size());
            int[] done = {0};
            lines(
                embedder,
                given,
                line -> {
                  try {
                    writer.append(line).append('\n');
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                  progress.advanced(++done[0]);
                });
            progress.finished();
          }
          writer.flush();
        });
  }

  private void writeMatrix(Path file, Embedder embedder, List<String> given) {
    int d = embedder.dimensions();
    float[] all;
    try (ConsoleProgress progress = new ConsoleProgress(console)) {
      Tensor vectors =
          query ? embedder.queries(given, progress) : embedder.documents(given, progress);
      all = vectors.array();
    }
    ByteBuffer head = ByteBuffer.wrap(header(given.size(), d));
    AtomicFile.write(
        file,
        channel -> {
          while (head.hasRemaining()) {
            channel.write(head);
          }
          ByteBuffer row = ByteBuffer.allocate(d * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < given.size(); i++) {
            row.clear();
            row.asFloatBuffer().put(all, i * d, d);
            while (row.hasRemaining()) {
              channel.write(row);
            }
          }
        });
  }

  /// The header of NumPy's format, version 1.0: magic, length, a Python dictionary that ends at a
  /// multiple of 64 bytes. Source: NumPy Enhancement Proposal 1.
  private static byte[] header(int rows, int columns) {
    String dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s, %s), }".formatted(rows, columns);
    int before = 10; // magic, version and length
    int padding = 63 - (before + dictionary.length()) % 64;
    byte[] text = (dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(before + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length)
        .put(text)
        .array();
  }
}
