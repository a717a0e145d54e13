package jada.adalora.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  private Process longRun(Path out) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "jada.adalora.cli.Main"));
    command.addAll(finetune(out, "--epochs", 1_000_000));
    Process process = new ProcessBuilder(command).start();
    BufferedReader err = process.errorReader(StandardCharsets.UTF_8);
    String line = err.readLine();
    while (line != null && !line.startsWith("dev after step")) {
      line = err.readLine();
    }
    assertThat(line).isNotNull();
    // What is printed from now on must not fill the pipe and block the run.
    Thread.ofVirtual().start(() -> err.lines().forEach(_ -> {}));
    return process;
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !List.of("model", "train.tsv", "dev.tsv", "out").contains(name))
          .toList();
    }
  }

  @Test
  void saves_what_was_learned_when_interrupted() throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    Process process = longRun(out);

    signal(process, "INT");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(new JsonMapper().readTree(out.resolve("run.json")).path("status").stringValue())
        .isEqualTo("interrupted");
    assertThat(new Captured().run("predict", "--adapter", out, "lumo")).isZero();
    assertThat(out.resolve("trace.jsonl")).content().endsWith("}\n");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void exits_with_the_status_of_the_signal() throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    Process process = longRun(out);

    signal(process, "TERM");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(out.resolve("adapter_config.json")).exists();
  }

  @Test
  void stops_where_the_loss_is_no_number_and_keeps_the_last_good_state() throws IOException {
    Path out = temp.resolve("out");
    Captured jada = new Captured();

    int status = jada.run(finetune(out, "--learning-rate", 1e30, "--warmup-ratio", 0).toArray());

    assertThat(status).isEqualTo(1);
    assertThat(jada.errLines().getLast())
        .matches(
            "jada: step [1-9]\\d*: .* is (NaN|-?Infinity); .*--learning-rate.*; saved in " + out);
    assertThat(new JsonMapper().readTree(out.resolve("run.json")).path("status").stringValue())
        .isEqualTo("diverged");
    assertThat(leftovers()).isEmpty();
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
