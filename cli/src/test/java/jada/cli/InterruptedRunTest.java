package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Runs that do not reach their end: stopped by a signal, by a loss that is no number, by a disk
/// that is full.
@Timeout(120)
class InterruptedRunTest {
  @TempDir private Path temp;

  private List<String> finetune(Path out, Object... more) {
    TinyWorld world = new TinyWorld(temp);
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "finetune",
                "--model",
                world.model(),
                "--train",
                world.data("train.tsv", 40, 1),
                "--dev",
                world.data("dev.tsv", 10, 2),
                "--out",
                out,
                "--batch-size",
                4));
    arguments.addAll(List.of(more));
    return arguments.stream().map(Object::toString).toList();
  }

  /// Starts a run that would take hours, and waits until it is training.
  private JadaProcess longRun(Path out) throws IOException {
    JadaProcess process = JadaProcess.start(finetune(out, "--epochs", 1_000_000));
    assertThat(process.says("dev after step")).isTrue();
    return process;
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !List.of("model", "train.tsv", "dev.tsv", "out").contains(name))
          .toList();
    }
  }

  /// A shell starts jobs in the background with SIGINT ignored, and their children inherit that.
  private static void assumeInterruptsAreHeard() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      String ignored =
          Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("SigIgn:"))
              .findFirst()
              .orElse("SigIgn:\t0");
      assumeThat(Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 2)
          .as("SIGINT is not ignored, as it is in background jobs")
          .isZero();
    }
  }

  @Test
  void saves_what_was_learned_when_interrupted() throws IOException, InterruptedException {
    assumeInterruptsAreHeard();
    Path out = temp.resolve("out");
    try (JadaProcess process = longRun(out)) {
      process.signal("INT");

      assertThat(process.rest()).contains("jada: go on with: jada finetune --resume " + out);
      assertThat(process.status()).isEqualTo(130);
    }
    assertThat(new JsonMapper().readTree(out.resolve("run.json")).path("status").stringValue())
        .isEqualTo("interrupted");
    assertThat(new Captured().run("predict", "--adapter", out, "lumo")).isZero();
    assertThat(out.resolve("trace.jsonl")).content().endsWith("}\n");
    assertThat(LongRun.checkpoints(out)).hasSize(2).contains(".lock");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void goes_on_after_an_interruption_as_if_there_had_been_none()
      throws IOException, InterruptedException {
    assumeInterruptsAreHeard();
    LongRun run = new LongRun(temp);
    Path whole = run.whole();
    Path out = temp.resolve("out");
    try (JadaProcess process = JadaProcess.start(run.finetune(out))) {
      assertThat(process.says("dev after step 50")).isTrue();
      process.signal("INT");
      process.ignoreRest();
      assertThat(process.status()).isEqualTo(130);
    }
    Captured jada = new Captured();
    assertThat(jada.run(LongRun.resume(out).toArray())).as(jada.err()).isZero();

    LongRun.assertSameResult(out, whole);
  }

  @Test
  void a_second_interruption_ends_the_process_at_once() throws IOException, InterruptedException {
    assumeInterruptsAreHeard();
    Path out = temp.resolve("out");
    // One step takes seconds.
    List<String> arguments =
        finetune(out, "--epochs", 1000).stream().map(a -> a.equals("4") ? "30000" : a).toList();
    new TinyWorld(temp).data("train.tsv", 30_000, 3);
    try (JadaProcess process = JadaProcess.start(arguments)) {
      assertThat(process.says("training ")).isTrue();
      process.signal("INT");
      assertThat(process.says("jada: stopping after this step")).isTrue();
      process.signal("INT");
      assertThat(process.status()).isEqualTo(130);
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void exits_with_the_status_of_the_signal() throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    try (JadaProcess process = longRun(out)) {
      process.signal("TERM");
      process.ignoreRest();

      assertThat(process.status()).isEqualTo(143);
    }
    assertThat(out.resolve("adapter_config.json")).exists();
  }

  @Test
  void stops_where_the_loss_is_no_number_and_keeps_the_last_good_state() throws IOException {
    Path out = temp.resolve("out");
    Captured jada = new Captured();

    int status = jada.run(finetune(out, "--learning-rate", 1e30).toArray());

    assertThat(status).isEqualTo(1);
    assertThat(jada.errLines().getLast())
        .matches(
            "jada: step [1-9]\\d*: .*; the model keeps its last good state, .*--learning-rate.*;"
                + " saved in "
                + out);
    assertThat(new JsonMapper().readTree(out.resolve("run.json")).path("status").stringValue())
        .isEqualTo("diverged");
    assertThat(leftovers()).isEmpty();
    Captured evaluate = new Captured();
    assertThat(
            evaluate.run("evaluate", "--adapter", out, "--data", temp.resolve("dev.tsv"), "--json"))
        .as(evaluate.err())
        .isZero();
    assertThat(new JsonMapper().readTree(evaluate.out()).path("loss").doubleValue()).isFinite();
  }

  @Test
  void says_where_no_checkpoint_can_be_written() throws IOException {
    Path out = Files.createDirectory(temp.resolve("out"));
    Path file = Files.writeString(out.resolve("checkpoint"), "in the way");
    Captured jada = new Captured();

    int status = jada.run(finetune(out, "--checkpoint-every", 3).toArray());

    assertThat(status).isEqualTo(1);
    assertThat(jada.errLines().getLast())
        .startsWith("jada: " + file + ": cannot be written (")
        .endsWith("choose a writable folder with enough room");
    assertThat(out).isDirectoryContaining(path -> path.equals(file));
    assertThat(out.toFile().list()).hasSize(1);
  }

  @Test
  void leaves_nothing_when_the_disk_is_full() throws IOException {
    // Every write to this device fails as on a full disk.
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Path out = temp.resolve("deep/er/out");
    Captured jada = new Captured();

    int status = jada.run(finetune(out, "--trace", full).toArray());

    assertThat(status).isEqualTo(1);
    assertThat(jada.errLines().getLast())
        .startsWith("jada: /dev/full: cannot be written: ")
        .contains("free some space");
    assertThat(jada.out()).isEmpty();
    assertThat(leftovers()).isEmpty();
  }
}
