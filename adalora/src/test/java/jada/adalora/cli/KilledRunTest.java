package jada.adalora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes that are killed with SIGKILL at any moment, also while they write a checkpoint, lose
/// nothing but the steps since the last one. `-Djada.kills=N` kills more often.
@Timeout(1800)
class KilledRunTest {
  private static final int KILLS = Integer.getInteger("jada.kills", 4);

  /// Kills of one run; then it comes to its end and another one begins.
  private static final int KILLS_A_RUN = 8;

  @TempDir private Path temp;

  @Test
  void a_killed_run_ends_with_the_bytes_of_one_that_was_not() throws Exception {
    LongRun run = new LongRun(temp);
    Path whole = run.whole();
    Random random = new Random(7);
    int killed = 0;
    int whileWriting = 0;
    for (int round = 0; killed < KILLS; round++) {
      Path out = temp.resolve("out-" + round);
      for (int kills = 0; kills < KILLS_A_RUN && killed < KILLS; ) {
        try (JadaProcess process = start(run, out)) {
          if (!process.says("training ")) {
            break; // it has come to its end
          }
          process.ignoreRest();
          awaitMoment(process, out, random, killed % 2 == 0);
          process.kill();
        }
        kills++;
        killed++;
        if (LongRun.checkpoints(out).stream().anyMatch(name -> name.endsWith(".tmp"))) {
          whileWriting++;
        }
      }
      try (JadaProcess process = start(run, out)) {
        List<String> said = process.rest();
        assertThat(process.status()).as(String.join("\n", said)).isZero();
      }
      LongRun.assertSameResult(out, whole);
    }
    System.out.printf("killed %d times, %d while writing a checkpoint%n", killed, whileWriting);
    assertThat(whileWriting).isPositive();
  }

  private static JadaProcess start(LongRun run, Path out) throws IOException {
    boolean begun = LongRun.checkpoints(out).stream().anyMatch(name -> name.startsWith("step-"));
    boolean finished = out.resolve("run.json").toFile().exists();
    return JadaProcess.start(
        begun || finished ? LongRun.resume(out) : run.finetune(out, "--checkpoint-every", 3));
  }

  /// Waits for a random moment, or for one in which a checkpoint is being written.
  private static void awaitMoment(JadaProcess process, Path out, Random random, boolean writing)
      throws IOException, InterruptedException {
    Thread.sleep(random.nextInt(300));
    while (writing
        && process.isAlive()
        && LongRun.checkpoints(out).stream().noneMatch(name -> name.endsWith(".tmp"))) {
      Thread.onSpinWait();
    }
  }
}
