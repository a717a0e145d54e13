package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import jada.adalora.training.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes that are killed with SIGKILL at any moment lose nothing but the steps since the last
/// checkpoint: in the middle of a step, while a checkpoint is written, while the results are
/// written. `-Djada.kills=N` kills more often, `-Djada.real=true` kills runs of a real model too.
@Timeout(value = 4, unit = java.util.concurrent.TimeUnit.HOURS)
class KilledRunTest {
  private static final int KILLS = Integer.getInteger("jada.kills", 4);

  /// What the system reports of a process that SIGKILL has ended.
  private static final int KILLED = 128 + 9;

  /// Kills of one run; then it comes to its end and another one begins.
  private static final int KILLS_A_RUN = 8;

  /// What a process is doing when it is killed.
  private enum Moment {
    ANY,
    WRITES_CHECKPOINT,
    WRITES_RESULTS;

    /// Whether a process that works in a folder is at it, or was when it died.
    boolean holds(Path out) throws IOException {
      return switch (this) {
        case ANY -> true;
        case WRITES_CHECKPOINT ->
            LongRun.checkpoints(out).stream().anyMatch(name -> name.endsWith(".tmp"));
        case WRITES_RESULTS -> {
          try (Stream<Path> list = Files.list(out)) {
            yield list.anyMatch(
                path ->
                    path.getFileName().toString().endsWith(".partial")
                        && Files.notExists(path.resolve(".room")));
          }
        }
      };
    }
  }

  @TempDir private Path temp;
  private final Random random = new Random(7);
  private final Map<Moment, Integer> kills = new EnumMap<>(Moment.class);

  @Test
  void a_killed_run_ends_with_the_bytes_of_one_that_was_not() throws Exception {
    killAndCompare(new LongRun(temp), KILLS, 300);

    assertThat(kills.get(Moment.WRITES_CHECKPOINT)).isPositive();
  }

  @Test
  void so_does_a_killed_run_of_a_real_model() throws Exception {
    assumeThat(Boolean.getBoolean("jada.real"))
        .as("-Djada.real=true; the model comes from a Maven repository")
        .isTrue();

    killAndCompare(new LongRun(temp, "all-minilm-l6-v2"), Math.max(1, KILLS / 10), 8000);
  }

  /// @param most milliseconds of training before the kill
  private void killAndCompare(LongRun run, int wanted, int most) throws Exception {
    Path whole = run.whole();
    int killed = 0;
    int runs = 0;
    while (killed < wanted) {
      Path out = temp.resolve("out-" + runs++);
      for (int here = 0; here < KILLS_A_RUN && killed < wanted; here++) {
        Moment moment = Moment.values()[killed % Moment.values().length];
        try (JadaProcess process = start(run, out)) {
          if (!process.says("training ")) {
            break; // it has come to its end
          }
          process.ignoreRest();
          Thread.sleep(random.nextInt(most));
          while (process.isAlive() && !moment.holds(out)) {
            Thread.onSpinWait();
          }
          process.kill();
          if (process.status() != KILLED) {
            break; // it was faster
          }
        }
        killed++;
        for (Moment m : Moment.values()) {
          kills.merge(m, m.holds(out) ? 1 : 0, Integer::sum);
        }
      }
      try (JadaProcess process = start(run, out)) {
        List<String> said = process.rest();
        assertThat(process.status()).as(String.join("\n", said)).isZero();
      }
      LongRun.assertSameResult(out, whole);
    }
    System.out.printf(
        "%d runs killed %d times, %d while writing a checkpoint, %d while writing results: %d ended"
            + " with the same bytes%n",
        runs, killed, kills.get(Moment.WRITES_CHECKPOINT), kills.get(Moment.WRITES_RESULTS), runs);
  }

  private static JadaProcess start(LongRun run, Path out) throws IOException {
    boolean begun = Checkpoint.isIn(out.resolve("checkpoint"));
    boolean finished = out.resolve("run.json").toFile().exists();
    return JadaProcess.start(
        begun || finished ? LongRun.resume(out) : run.finetune(out, "--checkpoint-every", 3));
  }
}
