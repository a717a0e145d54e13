package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Runs that are taken up again with `--resume`, and done once more with `--repeat`.
@Timeout(120)
class ResumeTest {
  @TempDir private static Path temp;
  private static LongRun run;
  private static Path whole;
  private static Path killed;
  private static Path elsewhere;

  private final Captured jada = new Captured();
  private Path out;

  @BeforeAll
  static void kill() throws IOException, InterruptedException {
    run = new LongRun(temp);
    whole = run.whole();
    killed = temp.resolve("killed");
    elsewhere = temp.resolve("elsewhere.jsonl");
    try (JadaProcess process =
        JadaProcess.start(run.finetune(killed, "--checkpoint-every", 10, "--trace", elsewhere))) {
      while (LongRun.checkpoints(killed).stream().filter(n -> n.startsWith("step-")).count() < 2) {
        Thread.onSpinWait();
      }
      process.kill();
    }
  }

  /// A copy of what the killed run has left.
  @BeforeEach
  void copy(TestInfo test) throws IOException {
    out = temp.resolve(test.getTestMethod().orElseThrow().getName());
    try (Stream<Path> all = Files.walk(killed)) {
      for (Path path : all.toList()) {
        Files.copy(path, out.resolve(killed.relativize(path).toString()));
      }
    }
  }

  private List<Path> checkpoints() throws IOException {
    try (Stream<Path> list = Files.list(out.resolve("checkpoint"))) {
      return list.filter(path -> path.getFileName().toString().startsWith("step-"))
          .sorted()
          .toList();
    }
  }

  private void refuses(String message, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("finetune"));
    all.addAll(List.of(arguments));

    assertThat(jada.run(all.toArray())).isEqualTo(2);
    assertThat(jada.errLines()).singleElement().asString().startsWith("jada: ").contains(message);
    assertThat(jada.out()).isEmpty();
  }

  @Test
  void goes_on_with_the_options_of_the_run() throws IOException {
    assertThat(jada.run("finetune", "--resume", out)).as(jada.err()).isZero();

    assertThat(jada.out()).isEqualTo(out + "\n");
    assertThat(jada.err()).contains("going on after step ");
    LongRun.assertSameResult(out, whole);
    assertThat(Json.read(out.resolve("run.json")).path("resumed_from")).hasSize(1);
  }

  /// The record may have been made by others: it says what to compute, not where to write.
  @Test
  void writes_nothing_where_only_the_record_says() throws IOException {
    assertThat(jada.run("finetune", "--resume", out)).as(jada.err()).isZero();
    assertThat(elsewhere).doesNotExist();
  }

  @Test
  void tidies_up_after_a_run_that_was_killed_when_all_but_that_was_done() throws IOException {
    Path finished = temp.resolve("finished");
    assertThat(jada.run(run.finetune(finished).toArray())).isZero();
    Files.createDirectories(finished.resolve("checkpoint/.step-120.0.tmp/old"));
    Files.writeString(finished.resolve("checkpoint/.lock"), "");

    assertThat(jada.run("finetune", "--resume", finished)).as(jada.err()).isZero();

    assertThat(jada.err()).contains("is finished");
    LongRun.assertSameResult(finished, whole);
  }

  @Test
  void has_nothing_to_do_when_the_run_is_finished() {
    assertThat(jada.run("finetune", "--resume", whole)).isZero();

    assertThat(jada.out()).isEqualTo(whole + "\n");
    assertThat(jada.err()).contains("is finished");
  }

  @Test
  void refuses_an_option_that_would_make_it_another_run() {
    refuses("--batch-size 5: the run in " + out, "--resume", out, "--batch-size", 5);
  }

  @Test
  void takes_an_option_that_is_the_same_or_changes_no_bit() throws IOException {
    assertThat(jada.run("finetune", "--resume", out, "--batch-size", 4, "--threads", 1, "--json"))
        .as(jada.err())
        .isZero();

    LongRun.assertSameResult(out, whole);
  }

  @Test
  void refuses_a_damaged_checkpoint_and_offers_the_one_before() throws IOException {
    Path newest = checkpoints().stream().max(ResumeTest::byStep).orElseThrow();
    Path older = checkpoints().stream().min(ResumeTest::byStep).orElseThrow();
    Path file = newest.resolve("state.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);

    refuses(file + ": has SHA-256 ", "--resume", out);
    assertThat(jada.err()).contains("go on from the one before, " + older);

    Captured again = new Captured();
    assertThat(again.run("finetune", "--resume", older)).as(again.err()).isZero();
    LongRun.assertSameResult(out, whole);
  }

  private static int byStep(Path a, Path b) {
    return Integer.compare(step(a), step(b));
  }

  private static int step(Path checkpoint) {
    return Integer.parseInt(checkpoint.getFileName().toString().substring("step-".length()));
  }

  @Test
  void refuses_data_that_have_changed() throws IOException {
    Path other = run.world().data("other.tsv", 38, 9);

    refuses(other + ": has changed since the run in ", "--resume", out, "--train", other);
    assertThat(checkpoints()).hasSize(2);
  }

  @Test
  void refuses_a_folder_without_a_checkpoint() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    refuses("--resume " + empty + ": holds no checkpoint", "--resume", empty);
  }

  private static boolean recordIsLeft(Path out) throws IOException {
    for (Path folder : List.of(out, temp)) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> list = Files.list(folder)) {
          if (list.anyMatch(
              path ->
                  Files.exists(path.resolve("run.json")) && path.toString().endsWith(".partial"))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  @Test
  void a_run_that_was_killed_before_its_first_checkpoint_starts_anew() throws Exception {
    startsAnew(1000);
  }

  @Test
  void so_does_one_that_was_to_make_none() throws Exception {
    startsAnew(0);
  }

  private void startsAnew(int every) throws Exception {
    Path early = temp.resolve("early-" + every);
    try (JadaProcess process =
        JadaProcess.start(run.finetune(early, "--checkpoint-every", every))) {
      assertThat(process.says("training ")).isTrue();
      while (!recordIsLeft(early)) {
        Thread.onSpinWait();
      }
      process.signal("STOP");
      refuses("--resume " + early + ": process ", "--resume", early);
      process.kill();
    }

    Captured anew = new Captured();
    assertThat(anew.run("finetune", "--resume", early)).as(anew.err()).isZero();

    assertThat(anew.errLines().getFirst())
        .isEqualTo(
            "jada: the run in "
                + early
                + " was killed before its first checkpoint; it starts anew");
    LongRun.assertSameResult(early, whole);
    assertThat(Json.read(early.resolve("run.json")).at("/options/checkpoint-every").intValue())
        .isEqualTo(every);
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith(".jada-"))).isEmpty();
    }
  }

  @Test
  void a_new_run_does_not_replace_an_interrupted_one_unasked() {
    List<String> arguments = run.finetune(out);

    refuses(
        "--out %s: holds a run that was interrupted; go on with --resume %s".formatted(out, out),
        arguments.subList(1, arguments.size()).toArray());

    Captured forced = new Captured();
    assertThat(forced.run(run.finetune(out, "--force", "--max-steps", 50).toArray()))
        .as(forced.err())
        .isZero();
    assertThat(out.resolve("checkpoint")).doesNotExist();
  }

  @Test
  void repeats_a_run_from_its_record() throws IOException {
    Path again = temp.resolve("repeated");
    assertThat(jada.run("finetune", "--repeat", whole, "--out", again)).as(jada.err()).isZero();

    LongRun.assertSameResult(again, whole);
    assertThat(Json.read(again.resolve("run.json")).at("/options/dropout"))
        .isEqualTo(Json.read(whole.resolve("run.json")).at("/options/dropout"));
  }

  @Test
  void a_repeated_run_keeps_the_initial_rank_and_the_alpha_that_were_in_force() throws IOException {
    for (String method : List.of("adalora", "lora")) {
      Path first = temp.resolve(method);
      Path again = temp.resolve(method + "-again");
      List<Object> arguments =
          List.of(
              "finetune",
              "--method",
              method,
              "--model",
              run.model(),
              "--train",
              run.data(),
              "--dev",
              run.data(),
              "--target-r",
              3,
              "--max-steps",
              5,
              "--out",
              first);
      assertThat(jada.run(arguments.toArray())).as(jada.err()).isZero();
      // The scale is 4. PEFT divides by init_r, Jada by target-r.
      int saved = method.equals("adalora") ? 4 * 5 : 4 * 3;
      for (Path out : List.of(first, again)) {
        if (out.equals(again)) {
          assertThat(jada.run("finetune", "--repeat", first, "--out", again)).isZero();
        }
        JsonNode options = Json.read(out.resolve("run.json")).path("options");
        assertThat(options.path("target-r").intValue()).isEqualTo(3);
        assertThat(options.path("init-r").intValue()).isEqualTo(5);
        assertThat(options.path("lora-alpha").doubleValue()).isEqualTo(4 * 3);
        JsonNode config = Json.read(out.resolve("adapter_config.json"));
        assertThat(Math.round(config.path("lora_alpha").doubleValue())).isEqualTo(saved);
      }
    }
  }

  @Test
  void does_not_repeat_with_other_options_or_data() {
    refuses("--seed 5: the run in ", "--repeat", whole, "--seed", 5);
    Captured data = new Captured();
    Path other = run.world().data("changed.tsv", 10, 8);
    assertThat(data.run("finetune", "--repeat", whole, "--dev", other)).isEqualTo(2);
    assertThat(data.err()).startsWith("jada: " + other + ": has changed since the run in ");
    Captured none = new Captured();
    assertThat(none.run("finetune", "--repeat", temp.resolve("none"))).isEqualTo(2);
    assertThat(none.err()).contains("--repeat " + temp.resolve("none") + ": there is no ");
  }
}
