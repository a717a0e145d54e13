package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.examples.LookAtAdapter;
import jada.adalora.examples.Printed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One run of `finetune` on made-up sentences, and everything that can be done with its result.
class EndToEndTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int STEPS = 3 * 300 / 10;
  private static final int TARGET = 2 * 4 * 2; // layers × matrices × target-r

  @TempDir private static Path temp;
  private static Path out;
  private static Path dev;
  private static Captured finetune;

  @BeforeAll
  static void train() {
    TinyWorld world = new TinyWorld(temp);
    dev = world.data("dev.tsv", 60, 2);
    out = temp.resolve("out");
    finetune = new Captured();
    int status =
        finetune.run(
            world.finetune(
                out,
                "--epochs",
                3,
                "--learning-rate",
                2e-2,
                "--head-baseline",
                "--threads",
                2,
                "--seed",
                7));
    assertThat(status).as(finetune.err()).isZero();
  }

  private static JsonNode read(String file) throws IOException {
    return JSON.readTree(Files.readString(out.resolve(file)));
  }

  @Test
  void prints_the_folder_as_the_result_and_a_summary_for_people() {
    assertThat(finetune.out()).isEqualTo(out + "\n");
    assertThat(finetune.err())
        .contains("%d of 32 triplets are alive, the target is %d".formatted(TARGET, TARGET))
        .containsPattern("dev        accuracy 0\\.\\d{4} \\(commonest class 0\\.5000\\), f1")
        .contains("head alone accuracy")
        .contains("tokens/s")
        .contains("layer   q   k   v   o")
        .contains("jada predict --adapter " + out);
  }

  @Test
  void writes_the_files_that_it_names_and_no_other() throws IOException {
    try (var files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "adapter_config.json",
              "adapter_model.safetensors",
              "history.safetensors",
              "jada.json",
              "labels.json",
              "report.html",
              "run.json",
              "trace.jsonl");
    }
    try (var files = Files.list(temp)) {
      assertThat(files.filter(file -> file.toString().contains("partial"))).isEmpty();
    }
  }

  @Test
  void records_the_run() throws IOException {
    JsonNode run = read("run.json");

    assertThat(run.path("status").stringValue()).isEqualTo("finished");
    assertThat(run.at("/options/batch-size").intValue()).isEqualTo(10);
    assertThat(run.at("/options/seed").longValue()).isEqualTo(7);
    assertThat(run.at("/options/importance").stringValue()).isEqualTo("fisher");
    assertThat(run.at("/options/out").stringValue()).isEqualTo(out.toString());
    assertThat(run.at("/data/train/examples").intValue()).isEqualTo(300);
    assertThat(run.at("/data/dev/sha256").stringValue()).matches("[0-9a-f]{64}");
    assertThat(run.at("/base_model/checksum").stringValue()).isNotBlank();
    assertThat(run.at("/budget/alive").intValue()).isEqualTo(TARGET);
    assertThat(run.at("/run/steps").intValue()).isEqualTo(STEPS);
    assertThat(run.at("/metrics/dev/accuracy").doubleValue()).isGreaterThan(0.8);
    assertThat(run.at("/metrics/head_alone/accuracy").doubleValue()).isGreaterThan(0.6);
    assertThat(run.at("/metrics/dev/commonest_class").doubleValue()).isEqualTo(0.5);
    assertThat(run.path("evaluations")).hasSize(3);
    assertThat(run.path("ranks")).hasSize(8);
  }

  @Test
  void traces_every_step() throws IOException {
    List<JsonNode> trace =
        Files.readAllLines(out.resolve("trace.jsonl")).stream().map(JSON::readTree).toList();

    assertThat(trace).hasSize(STEPS);
    for (int step = 0; step < STEPS; step++) {
      assertThat(trace.get(step).path("step").intValue()).isEqualTo(step);
      assertThat(trace.get(step).path("loss").doubleValue()).isPositive();
      assertThat(trace.get(step).path("orth_reg").doubleValue()).isZero();
      assertThat(trace.get(step).path("millis").doubleValue()).isPositive();
      assertThat(trace.get(step).path("tokens").intValue()).isGreaterThan(10 * 6);
    }
    assertThat(trace.getFirst().path("ranks")).hasSize(8);
    assertThat(trace.getLast().path("budget").intValue()).isEqualTo(TARGET);
    assertThat(trace.getLast().path("active_triplets").intValue()).isEqualTo(TARGET);
  }

  @Test
  void evaluates_to_the_score_of_the_run() throws IOException {
    Captured jada = new Captured();
    assertThat(jada.run("evaluate", "--adapter", out, "--data", dev, "--json")).isZero();

    JsonNode scores = JSON.readTree(jada.out());
    JsonNode expected = read("run.json").at("/metrics/dev");
    for (String metric : List.of("accuracy", "f1", "matthews", "loss")) {
      assertThat(scores.path(metric).doubleValue())
          .as(metric)
          .isCloseTo(expected.path(metric).doubleValue(), within(1e-5));
    }
    assertThat(scores.path("examples").intValue()).isEqualTo(60);
    assertThat(scores.path("commonest_class").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void predicts_lines_of_standard_input() {
    Captured jada = new Captured().withInput("tavo lumo miru pona\n\nkeldo pona dreck wawa\r\n");
    assertThat(jada.run("predict", "--adapter", out)).isZero();

    List<String> lines = jada.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).isEmpty();
    assertThat(lines.getFirst()).matches("sunny\t[01]\\.\\d{4}\ttavo lumo miru pona");
    assertThat(lines.getLast()).matches("gloomy\t[01]\\.\\d{4}\tkeldo pona dreck wawa");
    assertThat(jada.err()).isEmpty();
  }

  @Test
  void predicts_arguments_and_files_alike() {
    Captured arguments = new Captured();
    Captured file = new Captured();
    Path data = new TinyWorld(temp).file("new.tsv", "sentence\nmiru clarin tomo\nmiru sulk tomo\n");

    arguments.run("predict", "--adapter", out, "--json", "miru clarin tomo", "miru sulk tomo");
    file.run("predict", "--adapter", out, "--json", "--data", data);

    assertThat(arguments.out()).isEqualTo(file.out());
    JsonNode first = JSON.readTree(arguments.out().lines().findFirst().orElseThrow());
    assertThat(first.path("label").stringValue()).isEqualTo("sunny");
    assertThat(first.path("text").stringValue()).isEqualTo("miru clarin tomo");
    assertThat(first.path("logits")).hasSize(2);
    double sum = first.at("/scores/sunny").doubleValue() + first.at("/scores/gloomy").doubleValue();
    assertThat(sum).isCloseTo(1, within(1e-6));
  }

  @Test
  void inspects_without_the_base_model() throws IOException {
    Captured jada = new Captured();
    assertThat(jada.run("inspect", out, "--json")).isZero();

    JsonNode adapter = JSON.readTree(jada.out());
    assertThat(adapter.path("budget").intValue()).isEqualTo(TARGET);
    assertThat(adapter.path("init_rank").intValue()).isEqualTo(4);
    assertThat(adapter.path("target_rank").intValue()).isEqualTo(2);
    assertThat(adapter.path("modules")).hasSize(8);
    JsonNode ranks = read("run.json").path("ranks");
    for (JsonNode module : adapter.path("modules")) {
      int rank = module.path("rank").intValue();
      assertThat(rank).isEqualTo(ranks.path(module.path("name").stringValue()).intValue());
      assertThat(module.path("lambda")).hasSize(rank);
      assertThat(module.path("score")).hasSize(rank).allMatch(score -> score.doubleValue() > 0);
      assertThat(module.path("init_rank").intValue()).isEqualTo(4);
      assertThat(module.at("/orthogonality/p").isNumber()).isTrue();
    }

    Captured text = new Captured();
    assertThat(text.run("inspect", "--adapter", out)).isZero();
    assertThat(text.out())
        .contains("16 triplets in 8 matrices")
        .contains("layer   q   k   v   o")
        .contains("self.query")
        .doesNotContain("\u001b");
    assertThat(text.out().lines().filter(line -> line.matches(".*\\d  [█░]{4}  .*")))
        .hasSize(8)
        .allMatch(
            line ->
                line.replaceAll("[^█]", "").length()
                    == Integer.parseInt(line.replaceFirst("^\\S+ +(\\d+).*", "$1")));
  }

  @Test
  void tells_what_became_of_every_triplet() {
    Captured jada = new Captured();
    assertThat(jada.run("inspect", out, "--triplets")).isZero();

    List<String> triplets =
        jada.out().lines().filter(line -> line.matches(" +\\d+ .*(alive|pruned).*")).toList();
    assertThat(triplets).hasSize(32);
    assertThat(triplets.stream().filter(line -> line.contains("  alive")))
        .hasSize(TARGET)
        .allMatch(line -> line.matches(" +\\d +-?\\d\\.\\d{4} +\\d\\.\\d\\de-\\d\\d  alive.*"));
    assertThat(triplets.stream().filter(line -> line.contains("  pruned")))
        .hasSize(32 - TARGET)
        .allMatch(line -> line.matches(" +\\d +- +-  pruned, last seen alive after step \\d+.*"));
  }

  @Test
  void colours_bars_on_a_terminal_only() {
    Captured jada = new Captured().withResultsOnTerminal().inColor();
    Captured ascii = new Captured().inAscii();
    jada.run("inspect", out);
    ascii.run("inspect", out);

    assertThat(jada.out()).contains("\u001b[32m█");
    assertThat(ascii.out().chars()).allMatch(c -> c < 128);
    assertThat(ascii.out()).contains("#").contains("lambda").doesNotContain("?");
  }

  @Test
  void example_looks_at_the_adapter_and_merges_it() {
    String text =
        Printed.by(LookAtAdapter::main, temp.resolve("model"), out, temp.resolve("merged"));

    assertThat(text)
        .startsWith("16 triplets, {bert.encoder.layer.0.attention.self.query=")
        .containsPattern("largest singular value of ΔW \\d+\\.\\d+\n")
        .containsPattern("merged: \\d+ weights\n");
  }

  @Test
  void refuses_to_overwrite_the_run_without_force() {
    Captured jada = new Captured();
    int status =
        jada.run(
            "finetune",
            "--model",
            temp.resolve("model"),
            "--train",
            dev,
            "--dev",
            dev,
            "--out",
            out);

    assertThat(status).isEqualTo(2);
    assertThat(jada.errLines()).hasSize(1);
    assertThat(jada.err()).contains("--out " + out).contains("--force");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "head", "full"})
  void trains_saves_and_predicts_with_every_method(String method) {
    Path folder = temp.resolve(method);
    Captured train = new Captured();
    Captured predict = new Captured();
    Captured inspect = new Captured();

    int status =
        train.run(
            "finetune",
            "--method",
            method,
            "--model",
            temp.resolve("model"),
            "--train",
            temp.resolve("train.tsv"),
            "--dev",
            dev,
            "--out",
            folder,
            "--max-steps",
            3,
            "--target-r",
            2,
            "--json");

    assertThat(status).as(train.err()).isZero();
    assertThat(JSON.readTree(train.out()).at("/options/method").stringValue()).isEqualTo(method);
    assertThat(predict.run("predict", "--adapter", folder, "lumo")).as(predict.err()).isZero();
    assertThat(predict.out()).matches("(sunny|gloomy)\t0\\.\\d{4}\tlumo\n");
    assertThat(inspect.run("inspect", folder, "--json")).as(inspect.err()).isZero();
    assertThat(JSON.readTree(inspect.out()).path("budget").intValue())
        .isEqualTo(method.equals("lora") ? 16 : 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep", "skip"})
  void trains_and_scores_on_pairs_of_which_some_are_empty(String what) {
    String rows = "lumo\tbrisa\tsunny\nmorbo\tgrunt\tgloomy\n".repeat(10);
    Path data =
        new TinyWorld(temp)
            .file("pairs.tsv", "sentence1\tsentence2\tlabel\n" + rows + "lumo\t\tsunny\n");
    Captured train = new Captured();
    Captured evaluate = new Captured();
    Path folder = temp.resolve("pairs-" + what);
    List<Object> arguments = new ArrayList<>(List.of("finetune", "--model", temp.resolve("model")));
    arguments.addAll(List.of("--train", data, "--dev", data, "--out", folder, "--empty", what));
    arguments.addAll(List.of("--max-steps", 1, "--method", "head", "--json"));

    assertThat(train.run(arguments.toArray())).as(train.err()).isZero();
    evaluate.run("evaluate", "--adapter", folder, "--data", data, "--empty", what, "--json");

    int examples = what.equals("keep") ? 21 : 20;
    JsonNode run = JSON.readTree(train.out());
    assertThat(run.at("/data/train/examples").intValue()).isEqualTo(examples);
    assertThat(run.at("/options/empty").stringValue()).isEqualTo(what);
    assertThat(JSON.readTree(evaluate.out()).path("examples").intValue()).isEqualTo(examples);
    assertThat(evaluate.err().contains(data + ": 1 rows with an empty text are left out"))
        .isEqualTo(what.equals("skip"));
  }

  @Test
  void a_run_that_does_not_learn_is_told_at_once_in_the_summary_and_in_the_record() {
    Captured train = new Captured();
    List<Object> arguments = new ArrayList<>(List.of("finetune", "--model", temp.resolve("model")));
    arguments.addAll(List.of("--train", temp.resolve("train.tsv"), "--dev", dev));
    arguments.addAll(List.of("--out", temp.resolve("diverged"), "--method", "lora", "--epochs", 3));
    arguments.addAll(List.of("--learning-rate", 5, "--json"));

    assertThat(train.run(arguments.toArray())).as(train.err()).isZero();

    JsonNode warnings = JSON.readTree(train.out()).path("warnings");
    assertThat(warnings).isNotEmpty();
    String line = warnings.get(0).stringValue();
    assertThat(line).startsWith("step ").contains("try a lower --learning-rate");
    assertThat(train.errLines()).contains("jada: " + line, "warning    " + line);
  }

  @Test
  void counts_each_weight_once_when_all_are_trained() {
    Captured train = new Captured();

    int status =
        train.run(
            "finetune",
            "--method",
            "full",
            "--model",
            temp.resolve("model"),
            "--train",
            temp.resolve("train.tsv"),
            "--dev",
            dev,
            "--out",
            temp.resolve("counted"),
            "--max-steps",
            1);

    assertThat(status).as(train.err()).isZero();
    assertThat(train.err()).containsPattern("trained +([0-9,]+) of \\1 parameters");
  }

  @Test
  void starts_from_the_values_of_another_adapter() {
    Captured train = new Captured();
    Path folder = temp.resolve("continued");

    int status =
        train.run(
            "finetune",
            "--init-adapter",
            out,
            "--model",
            temp.resolve("model"),
            "--train",
            temp.resolve("train.tsv"),
            "--dev",
            dev,
            "--out",
            folder,
            "--max-steps",
            2,
            "--tinit",
            0,
            "--tfinal",
            0,
            "--learning-rate",
            1e-9,
            "--init-r",
            4,
            "--target-r",
            2,
            "--json");

    assertThat(status).as(train.err()).isZero();
    // The rate is so low that it predicts as the first adapter does.
    assertThat(JSON.readTree(train.out()).at("/metrics/dev/accuracy").doubleValue())
        .isGreaterThan(0.8);

    Captured other = new Captured();
    assertThat(
            other.run(
                "finetune",
                "--init-adapter",
                out,
                "--model",
                temp.resolve("model"),
                "--train",
                temp.resolve("train.tsv"),
                "--dev",
                dev,
                "--out",
                temp.resolve("other")))
        .isEqualTo(2);
    assertThat(other.errLines())
        .singleElement()
        .asString()
        .contains("--init-adapter: the adapter has init-r 4")
        .contains("--init-r");
  }

  @Test
  void learns_numbers() {
    TinyWorld world = new TinyWorld(temp);
    Path numbers =
        world.file("numbers.tsv", "text\tlabel\nlumo\t1.5\nmorbo\t-2\ntavo\t0\njan\t0.5\n");
    Path folder = temp.resolve("numbers");
    Captured train = new Captured();
    Captured predict = new Captured();

    int status =
        train.run(
            "finetune",
            "--task",
            "regression",
            "--model",
            temp.resolve("model"),
            "--train",
            numbers,
            "--dev",
            numbers,
            "--out",
            folder,
            "--batch-size",
            2,
            "--epochs",
            3);

    assertThat(status).as(train.err()).isZero();
    assertThat(train.err()).contains("pearson").contains("spearman");
    assertThat(predict.run("predict", "--adapter", folder, "lumo")).isZero();
    assertThat(predict.out()).matches("-?[0-9.E-]+\t1.0000\tlumo\n");
  }
}
