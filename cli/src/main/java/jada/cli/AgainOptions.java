package jada.cli;

import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Options for resuming an interrupted run and for repeating a run.
final class AgainOptions {
  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description =
          "every N steps save in --out all that the run needs to go on; 0: only when Ctrl-C stops"
              + " it [${DEFAULT-VALUE}]")
  private int checkpointEvery;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = {
        "go on with the run in this folder from its last checkpoint, with its options;",
        "it ends with the same bits as if it had never stopped"
      })
  private Optional<Path> resume = Optional.empty();

  @Option(
      names = "--repeat",
      paramLabel = "RUN",
      description =
          "do a run once more: all options from its run.json, the same data and model, the same"
              + " bits")
  private Optional<Path> repeat = Optional.empty();

  /// Steps between checkpoints; 0 for a checkpoint only when the run is stopped.
  int checkpointEvery() {
    if (checkpointEvery < 0) {
      throw new InputException(
          "checkpoint-every: must be 0 (only when stopped) or more, got " + checkpointEvery);
    }
    return checkpointEvery;
  }

  /// The run to resume.
  Optional<Path> resume() {
    return resume;
  }

  /// The run to repeat.
  Optional<Path> repeat() {
    return repeat;
  }
}
