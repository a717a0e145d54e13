package jada.cli.builtin;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Split;
import jada.nn.text.Input;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Keeps a prepared split in a file, so that it is prepared once.
///
/// The first line is the key of what was prepared and the checksums of both sets; then an example a
/// line: set, label (empty if there is none), text and, if there is one, the second text of the
/// pair, separated by tabs. A file with another key or other checksums counts as absent. A cache is
/// a convenience: a folder that cannot be written only costs the time to prepare the data again.
final class SplitCache {
  private final Path file;
  private final String name;
  private final String key;

  /// A cache in this file.
  ///
  /// @param name what the two datasets are called, before "train" and "dev"
  /// @param key tells what was prepared, and how
  SplitCache(Path file, String name, String key) {
    this.file = file;
    this.name = name;
    this.key = key;
  }

  /// The user's cache folder: system property `jada.cache`, else `$XDG_CACHE_HOME/jada`, else
  /// `~/.cache/jada`.
  static Path userFolder() {
    String given = System.getProperty("jada.cache", "");
    String xdg = Optional.ofNullable(System.getenv("XDG_CACHE_HOME")).orElse("");
    if (!given.isBlank()) {
      return Path.of(given);
    }
    return xdg.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache", "jada")
        : Path.of(xdg, "jada");
  }

  /// What is kept, or else what is prepared now.
  Split get(Supplier<Split> preparation) {
    return read()
        .orElseGet(
            () -> {
              Split split = preparation.get();
              write(split);
              return split;
            });
  }

  Optional<Split> read() {
    try {
      List<String> lines = Files.readAllLines(file);
      List<Example> train = new ArrayList<>();
      List<Example> dev = new ArrayList<>();
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.split("\t", 4);
        (cells[0].equals("dev") ? dev : train).add(example(cells));
      }
      Split split = new Split(Dataset.of(name + " train", train), Dataset.of(name + " dev", dev));
      return lines.getFirst().equals(head(split)) ? Optional.of(split) : Optional.empty();
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException _) {
      return Optional.empty(); // absent or damaged
    }
  }

  private static Example example(String[] cells) {
    Input input = cells.length == 4 ? Input.of(cells[2], cells[3]) : Input.of(cells[2]);
    return new Example(input, cells[1].isEmpty() ? List.of() : List.of(cells[1]));
  }

  /// Writes aside, forces to disk and renames: a reader sees the old file or the new one.
  void write(Split split) {
    try {
      Files.createDirectories(file.getParent());
      Path aside = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".tmp");
      try {
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
          ByteBuffer bytes = ByteBuffer.wrap(content(split).getBytes(StandardCharsets.UTF_8));
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
          channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException _) {
      // Prepared again the next time.
    }
  }

  private String content(Split split) {
    StringBuilder content = new StringBuilder(head(split)).append('\n');
    append(content, "train", split.train());
    append(content, "dev", split.dev());
    return content.toString();
  }

  private static void append(StringBuilder content, String set, Dataset data) {
    for (Example example : data.examples()) {
      content.append(set).append('\t').append(String.join("", example.labels()));
      content.append('\t').append(example.text());
      example.pair().ifPresent(pair -> content.append('\t').append(pair));
      content.append('\n');
    }
  }

  private String head(Split split) {
    return String.join("\t", key, split.train().checksum(), split.dev().checksum());
  }
}
