package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs whose disk fills up, or can no longer be written, while they train: a small file system in
/// memory, really full. Skipped where none may be mounted.
@Timeout(120)
class FullDiskTest {
  private static final String SIZE = "24m";

  @TempDir private Path temp;
  private Path disk;
  private Path out;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(temp.resolve("disk"));
    out = disk.resolve("out");
    assumeThat(command("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", disk.toString()))
        .as("a file system can be mounted here (Linux, root)")
        .isTrue();
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    command("umount", disk.toString());
  }

  private static boolean command(String... words) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // there is no such command
    }
  }

  /// Fills the disk to its last byte.
  private Path fill() throws IOException {
    Path filler = disk.resolve("filler");
    try (var file = Files.newOutputStream(filler)) {
      byte[] bytes = new byte[4096];
      while (true) {
        file.write(bytes);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
      return filler;
    }
  }

  /// Lets a run train until its disk has something done to it, and then to its end.
  private List<String> disturbed(List<String> arguments, Disturbance disturbance, int status)
      throws IOException, InterruptedException {
    try (JadaProcess process = JadaProcess.start(arguments)) {
      assertThat(process.says("dev after step 20")).isTrue();
      disturbance.happens();
      List<String> said = process.rest();
      assertThat(process.status()).as(String.join("\n", said)).isEqualTo(status);
      return said;
    }
  }

  private interface Disturbance {
    void happens() throws IOException, InterruptedException;
  }

  @Test
  void a_run_whose_disk_is_full_at_the_end_has_kept_room_for_its_results()
      throws IOException, InterruptedException {
    LongRun run = new LongRun(temp);
    Path whole = run.whole();
    Path trace = temp.resolve("elsewhere.jsonl");

    disturbed(run.finetune(out, "--trace", trace), this::fill, 0);

    for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
      assertThat(Files.mismatch(out.resolve(file), whole.resolve(file))).as(file).isEqualTo(-1);
    }
    assertThat(trace).content().hasLineCount(LongRun.STEPS);
  }

  @Test
  void a_run_whose_disk_fills_up_makes_a_checkpoint_and_goes_on_from_it_to_the_same_bytes()
      throws IOException, InterruptedException {
    LongRun run = new LongRun(temp);
    Path whole = run.whole();

    List<String> said = disturbed(run.finetune(out), this::fill, 1);

    assertThat(said.getLast())
        .contains("trace.jsonl: cannot be written: No space left on device; free some space")
        .endsWith("; then go on with: jada finetune --resume " + out);
    Files.delete(disk.resolve("filler"));
    Captured jada = new Captured();
    assertThat(jada.run(LongRun.resume(out).toArray())).as(jada.err()).isZero();
    LongRun.assertSameResult(out, whole);
  }

  @Test
  void a_run_whose_folder_can_no_longer_be_written_saves_its_results_among_temporary_files()
      throws IOException, InterruptedException {
    LongRun run = new LongRun(temp);
    Path whole = run.whole();
    Path trace = temp.resolve("elsewhere.jsonl");

    List<String> said =
        disturbed(
            run.finetune(out, "--trace", trace),
            () ->
                assertThat(command("mount", "-o", "remount,ro", "tmpfs", disk.toString())).isTrue(),
            1);

    String marker = "; what was trained is saved in ";
    assertThat(said.getLast()).startsWith("jada: --out " + out + ": cannot be written: ");
    assertThat(said.getLast()).contains("Read-only file system" + marker);
    Path saved = Path.of(said.getLast().split(marker)[1]);
    assertThat(
            Files.mismatch(
                saved.resolve("adapter_model.safetensors"),
                whole.resolve("adapter_model.safetensors")))
        .isEqualTo(-1);
    for (Path file : Files.list(saved).toList()) {
      Files.delete(file);
    }
    Files.delete(saved);
  }

  @Test
  void a_run_that_finds_no_room_for_its_results_does_not_begin()
      throws IOException, InterruptedException {
    LongRun run = new LongRun(temp);
    fill();
    Captured jada = new Captured();

    assertThat(jada.run(run.finetune(out).toArray())).isEqualTo(1);

    assertThat(jada.errLines().getLast())
        .isEqualTo(
            "jada: --out %s: cannot be written: No space left on device; free some space or write to another disk"
                .formatted(out));
    assertThat(disk).isDirectoryNotContaining(path -> !path.endsWith("filler"));
  }
}
