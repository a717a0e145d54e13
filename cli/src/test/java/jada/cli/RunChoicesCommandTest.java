package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `--keep`, `--patience`, `--eval-every`, `--class-weights`, `--label-smoothing`, `--accumulate`
/// and a share as `--dev`.
@Timeout(120)
class RunChoicesCommandTest {
  private static final List<Object> CHOICES =
      List.of(
          "--keep",
          "best",
          "--eval-every",
          7,
          "--class-weights",
          "balanced",
          "--accumulate",
          2,
          "--label-smoothing",
          0.1,
          "--learning-rate",
          0.02);

  @TempDir private Path temp;
  private final Captured jada = new Captured();

  /// 120 steps of twice 2 texts.
  private static List<String> command(LongRun run, Path out, Object... more) {
    List<Object> all = new ArrayList<>(CHOICES);
    all.addAll(List.of(more));
    List<String> command = new ArrayList<>(run.finetune(out, all.toArray()));
    command.set(command.indexOf("--batch-size") + 1, "2");
    return command;
  }

  private static JsonNode record(Path out) {
    return Json.read(out.resolve("run.json"));
  }

  @Test
  void a_killed_run_goes_on_with_all_of_them_to_the_same_bytes() throws Exception {
    LongRun run = new LongRun(temp);
    Path whole = temp.resolve("whole");
    assertThat(jada.run(command(run, whole).toArray())).as(jada.err()).isZero();
    Path killed = temp.resolve("killed");
    try (JadaProcess process = JadaProcess.start(command(run, killed, "--checkpoint-every", 10))) {
      while (LongRun.checkpoints(killed).stream().filter(n -> n.startsWith("step-")).count() < 2) {
        Thread.onSpinWait();
      }
      process.kill();
    }
    assertThat(new Captured().run(LongRun.resume(killed).toArray())).isZero();
    LongRun.assertSameResult(killed, whole);

    JsonNode options = record(killed).path("options");
    assertThat(options.path("keep").stringValue()).isEqualTo("best");
    assertThat(options.path("class-weights").stringValue()).isEqualTo("balanced");
    assertThat(options.path("label-smoothing").doubleValue()).isEqualTo(0.1);
    assertThat(options.path("accumulate").intValue()).isEqualTo(2);
    assertThat(options.path("eval-every").intValue()).isEqualTo(7);
  }

  @Test
  void the_best_is_saved_scored_and_told() throws IOException {
    TinyWorld world = new TinyWorld(temp);
    Path out = temp.resolve("out");
    Object[] command =
        world.finetune(
            out,
            "--method",
            "lora",
            "--keep",
            "best",
            "--eval-every",
            2,
            "--patience",
            4,
            "--learning-rate",
            0.05);
    assertThat(jada.run(command)).as(jada.err()).isZero();
    JsonNode dev = record(out).path("metrics").path("dev");
    int best = dev.path("step").intValue();
    int steps = record(out).path("run").path("steps").intValue();
    assertThat(best).isLessThan(steps);
    assertThat(steps).isEqualTo(best + 2 * 4).isLessThan(60);
    assertThat(record(out).path("status").stringValue()).isEqualTo("finished");
    assertThat(jada.err())
        .contains("stopped early after step " + steps + " of 60: dev got no better")
        .contains("the best is kept: dev accuracy ")
        .contains(", of step " + best);

    Captured evaluate = new Captured();
    assertThat(
            evaluate.run(
                "evaluate",
                "--adapter",
                out,
                "--model",
                world.model(),
                "--data",
                temp.resolve("dev.tsv"),
                "--json"))
        .as(evaluate.err())
        .isZero();
    JsonNode again = new JsonMapper().readTree(evaluate.out());
    assertThat(again.toString())
        .contains("\"accuracy\":" + dev.path("accuracy"))
        .contains("\"loss\":" + dev.path("loss"));
  }

  @Test
  void a_share_of_the_training_file_judges_whatever_the_seed() throws IOException {
    TinyWorld world = new TinyWorld(temp);
    List<String> checksums = new ArrayList<>();
    for (int seed : List.of(0, 1)) {
      Path out = temp.resolve("out-" + seed);
      Captured run = new Captured();
      Object[] command = world.finetune(out, "--dev", "20%", "--epochs", 1, "--seed", seed);
      List<Object> once = new ArrayList<>(List.of(command));
      once.subList(once.indexOf("--dev"), once.indexOf("--dev") + 2).clear();
      assertThat(run.run(once.toArray())).as(run.err()).isZero();
      JsonNode data = record(out).path("data");
      assertThat(data.path("train").path("examples").intValue()).isEqualTo(240);
      assertThat(data.path("dev").path("examples").intValue()).isEqualTo(60);
      assertThat(record(out).path("metrics").path("dev").path("commonest_class").doubleValue())
          .isEqualTo(0.5);
      checksums.add(data.path("dev").path("sha256").stringValue());
      assertThat(new Captured().run("finetune", "--repeat", out, "--out", temp.resolve("r" + seed)))
          .isZero();
      assertThat(
              Files.mismatch(
                  out.resolve("adapter_model.safetensors"),
                  temp.resolve("r" + seed).resolve("adapter_model.safetensors")))
          .isEqualTo(-1);
    }
    assertThat(checksums.getFirst()).isEqualTo(checksums.getLast());
  }

  @Test
  void what_makes_no_sense_is_told_in_a_line() {
    TinyWorld world = new TinyWorld(temp);
    refuses(
        "--dev 120%: must be between 0% and 100%",
        "--train", world.data("t.tsv", 20, 1), "--dev", "120%");
    refuses("--accumulate: must be at least 1", "--accumulate", 0);
    refuses("--keep", "--keep", "first");
    refuses(
        "--class-weights, --label-smoothing: are for texts that have one of several labels",
        world.finetune(
            temp.resolve("no"),
            "--class-weights",
            "balanced",
            "--task",
            "regression",
            "--train",
            world.file("n.tsv", "a\t1\nb\t2\nc\t3\n"),
            "--dev",
            temp.resolve("n.tsv")));
  }

  private void refuses(String message, Object... arguments) {
    Captured run = new Captured();
    List<Object> all = new ArrayList<>(List.of(arguments));
    if (!all.contains("finetune")) {
      all.addFirst("finetune");
    }
    for (String option : List.of("--train", "--dev")) { // the last one counts
      while (all.indexOf(option) != all.lastIndexOf(option)) {
        all.subList(all.indexOf(option), all.indexOf(option) + 2).clear();
      }
    }
    assertThat(run.run(all.toArray())).isNotZero();
    assertThat(run.err()).contains(message);
  }
}
