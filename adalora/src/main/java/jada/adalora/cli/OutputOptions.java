package jada.adalora.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Where the results of `finetune` go.
final class OutputOptions {
  private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

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
  Optional<Path> trace = Optional.empty();

  @Option(
      names = "--head-baseline",
      negatable = true,
      description =
          "first train the head alone, to see what the adapter buys [on for the built-in data]")
  Optional<Boolean> headBaseline = Optional.empty();

  @Option(names = "--json", description = "print the record of the run (run.json) as the result")
  boolean json;

  RunFolder folder(LocalDateTime now) {
    return RunFolder.check(out.orElseGet(() -> Path.of("runs", NAME.format(now))), force);
  }
}
