package jada.cli;

import jada.adalora.testing.DamagedCopies;
import jada.adalora.testing.Mutator;
import jada.cli.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a run has left, damaged or made to do damage, where it is read again: to repeat the run or
/// to report it. See [DamagedCopies].
@Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileRecordsTest {
  /// A report holds its whole script, and the pictures of all matrices.
  private static final long REPORT = 64 << 20;

  @TempDir private static Path temp;
  private static Path run;

  @BeforeAll
  static void train() {
    run = new LongRun(temp).whole();
  }

  @Test
  void record_of_a_run_that_is_repeated() throws IOException {
    Console console = new Captured().console();

    new DamagedCopies(temp)
        .survivedBy(
            run.resolve("run.json"),
            new Mutator(31)::json,
            _ -> FinetuneCommand.of(EarlierRun.toRepeat(run), Map.of(), console));
  }

  @Test
  void record_of_a_run_that_is_reported() throws IOException {
    new DamagedCopies(temp, REPORT)
        .survivedBy(run.resolve("run.json"), new Mutator(32)::json, _ -> Report.html(run));
  }

  @Test
  void history_of_a_run_that_is_reported() throws IOException {
    new DamagedCopies(temp, REPORT)
        .survivedBy(
            run.resolve("history.safetensors"),
            new Mutator(33)::safetensors,
            _ -> Report.html(run));
  }
}
