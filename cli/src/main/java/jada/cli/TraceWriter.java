package jada.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import jada.adalora.training.TrainingListener;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes one JSON object for each step during the run: step, loss, orth_reg, learning_rate,
/// budget, active_triplets, tokens and millis; and ranks, by module, whenever they change. A number
/// that is not finite is null.
///
/// A trace outside of the folder has the suffix `.partial` until it is complete. A pipe or device
/// is written directly.
final class TraceWriter implements TrainingListener, AutoCloseable {
  private final Path target;
  private final Path aside;
  private final Runnable makeRoom;
  private final BufferedWriter writer;

  /// Bytes of the lines that are in the file.
  private long written;

  /// The line that could not be written.
  private String unwritten = "";

  /// Opens a trace.
  ///
  /// @param makeRoom runs when a line cannot be written, before that is reported
  /// @throws OutputException if the file cannot be written
  TraceWriter(Path target, Runnable makeRoom) {
    this.target = target;
    this.makeRoom = makeRoom;
    boolean direct = Files.exists(target) && !Files.isRegularFile(target);
    aside = direct ? target : target.resolveSibling(target.getFileName() + ".partial");
    try {
      writer = Files.newBufferedWriter(aside);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void stepped(StepReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("step", report.step());
    fields.put("loss", report.loss());
    fields.put("orth_reg", report.orthReg());
    fields.put("learning_rate", report.learningRate());
    fields.put("budget", report.budget());
    fields.put("active_triplets", report.activeTriplets());
    fields.put("tokens", report.tokens());
    fields.put("millis", report.nanos() / 1000 / 1000.0);
    if (!report.ranks().isEmpty()) {
      fields.put("ranks", report.ranks());
    }
    String line = Json.line(fields) + "\n";
    try {
      writer.write(line);
      // Flushed, because people follow the file while it grows.
      writer.flush();
      written += line.getBytes(UTF_8).length;
    } catch (IOException e) {
      unwritten = line;
      makeRoom.run();
      throw failed(e);
    }
  }

  @Override
  public void checkpointing(Path folder) {
    if (!aside.equals(target)) {
      try (InputStream in = Files.newInputStream(aside)) {
        byte[] lines = in.readNBytes(Math.toIntExact(written));
        Path copy = Files.write(folder.resolve(RunFolder.TRACE), lines);
        Files.writeString(copy, unwritten, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  /// Begins with the steps before the checkpoint. A pipe or device has already received them.
  @Override
  public void resumed(Resumption from) {
    from.checkpoint()
        .file(RunFolder.TRACE)
        .filter(_ -> !aside.equals(target))
        .ifPresent(
            before -> {
              try (BufferedReader reader = Files.newBufferedReader(before)) {
                reader.transferTo(writer);
                writer.flush();
                written = Files.size(before);
              } catch (IOException e) {
                throw failed(e);
              }
            });
  }

  /// Gives the complete trace its name.
  ///
  /// @throws OutputException if it cannot be written
  void publish() {
    try {
      writer.close();
      if (!aside.equals(target)) {
        Files.move(aside, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Deletes the trace unless it was published.
  @Override
  public void close() {
    try {
      try {
        writer.close();
      } finally {
        if (!aside.equals(target)) {
          Files.deleteIfExists(aside);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private OutputException failed(IOException e) {
    return new OutputException(
        "%s: cannot be written: %s".formatted(target, ErrorLine.reason(e)), e);
  }
}
