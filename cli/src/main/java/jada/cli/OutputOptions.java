package jada.cli;

import jada.nn.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Options for the results of `finetune`.
final class OutputOptions {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "folder for the adapter and the record of the run [runs/<date-time>]")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--force", description = "replace the files of an earlier run in --out")
  private boolean force;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "JSON Lines, one object a step [trace.jsonl in --out]")
  private Optional<Path> trace = Optional.empty();

  @Option(
      names = "--live",
      description =
          "serve a page that draws the run as it goes; for browsers on this machine alone")
  private boolean live;

  @Option(
      names = "--head-baseline",
      negatable = true,
      description =
          "first train the head alone, to see what the adapter buys [on for the built-in data]")
  private Optional<Boolean> headBaseline = Optional.empty();

  @Option(names = "--json", description = "print the record of the run (run.json) as the result")
  private boolean json;

  @Option(
      names = "--profile",
      description = "measure where the time of a step goes, and print it as a table")
  private boolean profile;

  /// The folder, checked but not changed.
  RunFolder folder(ZonedDateTime now) {
    return RunFolder.check(out.orElseGet(() -> Path.of("runs", NAME.format(now))), force);
  }

  /// The place of the trace, if not in the folder.
  ///
  /// @throws InputException if nothing can be written there
  Optional<Path> trace() {
    if (trace.isPresent()) {
      Path parent = trace.get().toAbsolutePath().getParent();
      if (!Files.isDirectory(parent)
          || !Files.isWritable(parent)
          || Files.isDirectory(trace.get())) {
        throw new InputException(
            "--trace %s: cannot be written; name a file in a folder that exists and is writable"
                .formatted(trace.get()));
      }
    }
    return trace;
  }

  /// Whether the head alone is measured first.
  ///
  /// @param builtInData whether the built-in data are used
  boolean headBaseline(boolean builtInData) {
    return headBaseline.orElse(builtInData);
  }

  /// Whether the time of each operation is measured.
  boolean profile() {
    return profile;
  }

  /// Whether a page shows the run live.
  boolean live() {
    return live;
  }

  /// Whether the result is the record of the run.
  boolean json() {
    return json;
  }
}
