package jada.cli.builtin;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Split;
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

/// Keeps a prepared split in a file, so that it is prepared once.
///
/// The first line is the key of what was prepared and the checksums of both sets; then an example a
/// line: set, label and text, separated by tabs. A file with another key or other checksums counts
/// as absent. A cache is a convenience: a folder that cannot be written only costs the time to
/// prepare the data again.
final class SplitCache {
  private final Path file;
  private final String key;

  /// A cache in this folder of what is prepared under this key.
  SplitCache(Path folder, String key) {
    this.file = folder.resolve("built-in-data.tsv");
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

  Optional<Split> read() {
    try {
      List<String> lines = Files.readAllLines(file);
      List<Example> train = new ArrayList<>();
      List<Example> dev = new ArrayList<>();
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.split("\t", 3);
        (cells[0].equals("dev") ? dev : train).add(Example.of(cells[2], cells[1]));
      }
      Split split = new Split(Dataset.of("built-in train", train), Dataset.of("built-in dev", dev));
      return lines.getFirst().equals(head(split)) ? Optional.of(split) : Optional.empty();
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException _) {
      return Optional.empty(); // absent or damaged
    }
  }

  /// Writes aside, forces to disk and renames: a reader sees the old file or the new one.
  void write(Split split) {
    try {
      Files.createDirectories(file.getParent());
      Path aside = Files.createTempFile(file.getParent(), "built-in-data", ".tmp");
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
      content.append(set).append('\t').append(example.label());
      content.append('\t').append(example.text()).append('\n');
    }
  }

  private String head(Split split) {
    return String.join("\t", key, split.train().checksum(), split.dev().checksum());
  }
}
