package jada.bench.study;

import jada.adalora.AdaLoraConfig;
import jada.adalora.training.TrainingOptions;
import jada.nn.files.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The lines of a study, in a folder that several processes may share.
///
/// A line is appended as a whole and forced to disk; the last line of a process that was killed
/// while writing has no end, and the next writer removes it. A cell is claimed by a lock on a byte
/// of the file `.claims`, whose place is a hash of the cell: the system lets go of the locks of a
/// process that is gone, and nothing has to be cleaned up.
final class Results implements AutoCloseable {
  static final String FILE = "results.jsonl";
  private static final String CLAIMS = ".claims";

  /// The byte that a writer locks; it lies beyond the 32-bit places of all cells.
  private static final long WRITER = 1L << 40;

  private final Path file;
  private final FileChannel claims;

  private Results(Path file, FileChannel claims) {
    this.file = file;
    this.claims = claims;
  }

  /// Opens the results in a folder, which is made if it is not there.
  static Results open(Path folder) {
    try {
      Files.createDirectories(folder);
      return new Results(
          folder.resolve(FILE),
          FileChannel.open(
              folder.resolve(CLAIMS), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw new InputException(
          folder + ": cannot be written (" + e.getMessage() + "); name a writable folder", e);
    }
  }

  /// All complete lines of a file, in their order; none if there is no such file. A last line
  /// without an end is left out: its run was killed while writing it.
  ///
  /// @throws InputException naming the line that is none
  static List<ResultLine> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    List<ResultLine> read = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      read.add(ResultLine.read(file.getFileName() + ":" + (i + 1), lines.get(i)));
    }
    return read;
  }

  /// All complete lines so far.
  List<ResultLine> read() {
    return read(file);
  }

  /// Values of the settings that nobody changes: what a line means that has no such setting.
  static Map<String, String> untouched() {
    Map<String, String> values = new HashMap<>();
    values.putAll(NamedSettings.shown(AdaLoraConfig.penalized()));
    values.putAll(NamedSettings.shown(TrainingOptions.defaults()));
    return values;
  }

  /// The line of a cell, the last if there are several.
  static Optional<ResultLine> of(Cell cell, List<ResultLine> lines) {
    Map<String, String> untouched = untouched();
    return lines.reversed().stream().filter(line -> line.isOf(cell, untouched)).findFirst();
  }

  /// Claims a cell, until the claim is closed or the process ends; empty if another process has it.
  Optional<FileLock> claim(Cell cell) {
    CRC32C hash = new CRC32C();
    hash.update(cell.key().getBytes(StandardCharsets.UTF_8));
    try {
      return Optional.ofNullable(claims.tryLock(hash.getValue(), 1, false));
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // a study in this very process
    } catch (IOException e) {
      throw new InputException(file + ": the cell cannot be claimed (" + e.getMessage() + ")", e);
    }
  }

  /// Appends a line: on disk as a whole when this returns, or not at all after a kill.
  void append(ResultLine line) {
    ByteBuffer bytes = ByteBuffer.wrap((line.json() + "\n").getBytes(StandardCharsets.UTF_8));
    try (FileLock _ = claims.lock(WRITER, 1, false);
        RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      FileChannel channel = access.getChannel();
      channel.truncate(endOfLastLine(access));
      channel.position(channel.size());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      throw new InputException(
          file + ": cannot be written (" + e.getMessage() + "); the run is lost, start again", e);
    }
  }

  private static long endOfLastLine(RandomAccessFile access) throws IOException {
    long end = access.length();
    while (end > 0) {
      access.seek(end - 1);
      if (access.read() == '\n') {
        return end;
      }
      end--;
    }
    return 0;
  }

  @Override
  public void close() {
    try {
      claims.close();
    } catch (IOException e) {
      throw new InputException(file + ": cannot be released (" + e.getMessage() + ")", e);
    }
  }
}
