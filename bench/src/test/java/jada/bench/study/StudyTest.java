package jada.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.Split;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Models;
import jada.adalora.model.Task;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingOptions;
import jada.bench.TinyModel;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StudyTest {
  private static final String ARMS =
      """
      {"name": "lora", "method": "lora"},
      {"name": "jada", "preset": "jada", "beta1": 0.5},
      {"name": "dealt", "ranks-of": "jada", "shuffle": true}
      """;

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void write() throws IOException {
    HuggingFaceFolder.write(folder.resolve("model"), TinyModel.random());
    texts("train.tsv", 40);
    texts("dev.tsv", 24);
    out = folder.resolve("out");
  }

  private void texts(String name, int rows) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      text.append(
          "w%d w%d w%d\t%s\n".formatted(i % 7, i % 5 + 10, i % 3 + 20, i % 3 == 0 ? "a" : "b"));
    }
    Files.writeString(folder.resolve(name), text);
  }

  private Path plan(String arms, String more) throws IOException {
    return Files.writeString(
        folder.resolve("plan.json"),
        """
        {"model": "model", "budgets": [2], "seeds": [1, 2], "norms": 3,
         "settings": {"epochs": 2, "batch-size": 8},
         "arms": [%s],
         "tasks": [{"name": "tiny", "train": "train.tsv", "dev": "dev.tsv"}] %s}
        """
            .formatted(arms, more));
  }

  private record Said(int status, String text) {}

  private Said study(Path plan, String... more) {
    List<String> arguments = new ArrayList<>(List.of(plan.toString(), "--out", out.toString()));
    arguments.addAll(List.of("--threads", "1"));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int status = Study.run(print, arguments.toArray(String[]::new));
    return new Said(status, bytes.toString(StandardCharsets.UTF_8));
  }

  private List<ResultLine> lines() {
    return Results.read(out.resolve(Results.FILE));
  }

  private static ResultLine line(List<ResultLine> lines, String arm, int seed) {
    return lines.stream()
        .filter(line -> line.arm().equals(arm) && line.seed() == seed)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void every_cell_is_run_once() throws IOException {
    Path plan = plan(ARMS, "");
    Said first = study(plan);
    assertThat(first.status()).isZero();
    assertThat(first.text()).contains("6 of 6 cells are to be run", "all cells are done");
    String written = Files.readString(out.resolve(Results.FILE));
    assertThat(lines()).extracting(ResultLine::arm).hasSize(6);
    assertThat(study(plan).text()).contains("0 of 6 cells are to be run, 6 are done");
    assertThat(out.resolve(Results.FILE)).hasContent(written);
    assertThat(written).doesNotContain(folder.toString());
  }

  @Test
  void a_cell_is_what_the_library_trains() throws IOException {
    study(plan(ARMS, ""), "--only", "arm=jada,seed=2");
    ResultLine line = lines().getFirst();
    DatasetReader reader = new DatasetReader();
    Split split =
        new Split(reader.read(folder.resolve("train.tsv")), reader.read(folder.resolve("dev.tsv")));
    AdaLoraConfig config =
        AdaLoraConfig.exact().withTargetRank(2).withInitRank(3).withBetas(0.5, 0.85);
    AdaptedModel model =
        AdaLora.adapt(
            Models.load(folder.resolve("model").toString()),
            Task.classification("a", "b"),
            config,
            2);
    TrainingOptions options =
        TrainingOptions.defaults().withEpochs(2).withBatchSize(8).withSeed(2).withThreads(2);
    Evaluation evaluation =
        FineTuner.of(model)
            .options(options)
            .run(split.train(), split.dev())
            .evaluation()
            .orElseThrow();
    assertThat(line.main()).isEqualTo(evaluation.main());
    assertThat(line.evaluation().values().get("loss")).isEqualTo(evaluation.loss());
    assertThat(line.ranks()).isEqualTo(model.ranks());
    assertThat(line.evaluations()).hasSize(2);
    assertThat(line.steps()).isEqualTo(10);
    assertThat(line.adapterPeak()).isEqualTo(8 * 3 * (64 + 64));
    assertThat(line.adapterEnd()).isEqualTo(8 * 2 * (64 + 64));
    assertThat(line.norms().lastEntry().getValue()).isPositive();
  }

  @Test
  void seeds_are_paired_and_shuffled_ranks_cost_the_same() throws IOException {
    study(plan(ARMS + ", {\"name\": \"again\", \"method\": \"lora\"}", ""));
    List<ResultLine> lines = lines();
    assertThat(line(lines, "again", 1).evaluations())
        .isEqualTo(line(lines, "lora", 1).evaluations())
        .isNotEqualTo(line(lines, "lora", 2).evaluations());
    for (int seed : List.of(1, 2)) {
      ResultLine found = line(lines, "jada", seed);
      ResultLine dealt = line(lines, "dealt", seed);
      assertThat(dealt.adapterEnd()).isEqualTo(found.adapterEnd());
      assertThat(dealt.adapterPeak()).isEqualTo(dealt.adapterEnd()); // nothing was pruned
      assertThat(dealt.ranks().values().stream().filter(r -> r > 0).sorted().toList())
          .isEqualTo(found.ranks().values().stream().filter(r -> r > 0).sorted().toList());
    }
    // Of one seed the shuffled order may be the old one by chance, of both hardly.
    assertThat(List.of(1, 2))
        .anyMatch(
            seed -> !line(lines, "dealt", seed).ranks().equals(alive(line(lines, "jada", seed))));
  }

  private static Map<String, Integer> alive(ResultLine line) {
    Map<String, Integer> ranks = new LinkedHashMap<>(line.ranks());
    ranks.values().removeIf(rank -> rank == 0);
    return ranks;
  }

  @Test
  void ranks_are_shuffled_among_matrices_of_one_shape() {
    PretrainedModel base = TinyModel.random();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    for (int layer = 0; layer < 2; layer++) {
      String block = "bert.encoder.layer." + layer + ".";
      ranks.put(block + "attention.self.query", layer); // 64 × 64
      ranks.put(block + "attention.self.key", 2 + layer);
      ranks.put(block + "intermediate.dense", 10 + layer); // 256 × 64
      ranks.put(block + "output.dense", 20 + layer); // 64 × 256
    }
    Set<Map<String, Integer>> dealt = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      Map<String, Integer> one = CellRun.shuffled(ranks, base, seed);
      assertThat(one.keySet()).containsExactlyElementsOf(ranks.keySet());
      one.forEach((name, rank) -> assertThat(rank / 10).isEqualTo(ranks.get(name) / 10));
      assertThat(one.values()).containsExactlyInAnyOrderElementsOf(ranks.values());
      dealt.add(one);
    }
    assertThat(dealt).hasSizeGreaterThan(10);
    assertThat(CellRun.shuffled(ranks, base, 3)).isEqualTo(CellRun.shuffled(ranks, base, 3));
  }

  @Test
  void a_cut_last_line_is_dropped_and_its_cell_run_again() throws IOException {
    Path plan = plan(ARMS, "");
    study(plan);
    Path file = out.resolve(Results.FILE);
    List<ResultLine> before = lines();
    String whole = Files.readString(file);
    int start = whole.lastIndexOf('\n', whole.length() - 2) + 1;
    Files.writeString(file, whole.substring(0, start + 100));
    assertThat(study(plan).text()).contains("1 of 6 cells are to be run");
    assertThat(lines()).hasSize(6);
    assertThat(lines().getLast().evaluations()).isEqualTo(before.getLast().evaluations());
  }

  @Test
  void processes_share_a_plan_and_one_that_is_killed_costs_only_the_cell_in_hand()
      throws Exception {
    Path plan = plan(ARMS, "");
    Process killed = start(plan);
    Path file = out.resolve(Results.FILE);
    while (killed.isAlive() && (!Files.exists(file) || Files.size(file) == 0)) {
      Thread.sleep(5);
    }
    killed.destroyForcibly().waitFor();
    Process one = start(plan);
    Process two = start(plan);
    assertThat(one.waitFor()).isZero();
    assertThat(two.waitFor()).isZero();
    assertThat(lines().stream().map(line -> line.arm() + line.seed()))
        .hasSize(6)
        .doesNotHaveDuplicates();
  }

  private Process start(Path plan) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            Study.class.getName(),
            plan.toString(),
            "--out",
            out.toString(),
            "--threads",
            "1")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("said.txt").toFile())
        .start();
  }

  @Test
  void a_cell_in_the_hands_of_another_is_left_to_it() throws IOException {
    Path plan = plan("{\"name\": \"lora\", \"method\": \"lora\"}", "");
    Cell cell = StudyPlan.read(plan).cells().getFirst();
    try (Results other = Results.open(out)) {
      assertThat(other.claim(cell)).isPresent();
      try (Results own = Results.open(out)) {
        assertThat(own.claim(cell)).isEmpty();
      }
    }
  }

  @Test
  void other_settings_are_another_cell_and_a_new_setting_is_not() throws IOException {
    String lora = "{\"name\": \"lora\", \"method\": \"lora\"%s}";
    study(plan(lora.formatted(""), ""), "--only", "seed=1");
    Path changed = plan(lora.formatted(", \"learning-rate\": 0.001"), "");
    assertThat(study(changed, "--only", "seed=1", "--dry-run").text())
        .contains("1 of 1 cells are to be run")
        .contains("1 lines are of no cell of this plan, or of other settings");
    ResultLine line = lines().getFirst();
    Cell cell = StudyPlan.read(plan(lora.formatted(""), "")).cells().getFirst();
    assertThat(line.isOf(cell, Results.untouched())).isTrue();
    // As a version wrote it that knew no gauge: of the cell that has none, and of no other.
    line.settings().remove("gauge");
    assertThat(line.isOf(cell, Results.untouched())).isTrue();
    line.settings().remove("epochs"); // 2 here, and 2 where nobody sets them
    line.settings().remove("batch-size"); // 8 here, 16 where nobody sets it
    assertThat(line.isOf(cell, Results.untouched())).isFalse();
  }

  @Test
  void a_dry_run_runs_nothing() throws IOException {
    assertThat(study(plan(ARMS, ""), "--dry-run", "--only", "arm=jada").text())
        .contains("2 of 2 cells are to be run", "jada | tiny | 2 | 1", "jada | tiny | 2 | 2")
        .doesNotContain("lora |");
    assertThat(lines()).isEmpty();
  }

  @Test
  void ranks_that_nobody_finds_are_not_waited_for() throws IOException {
    Said said = study(plan(ARMS, ""), "--only", "arm=dealt");
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.text())
        .contains("dealt | tiny | 2 | 1 needs the ranks of jada | tiny | 2 | 1")
        .contains("run it, too");
  }

  @Test
  void files_that_have_changed_are_noticed() throws IOException {
    Path plan = plan(ARMS, "");
    study(plan, "--only", "arm=lora,seed=1");
    Files.writeString(folder.resolve("dev.tsv"), "w1\ta\n", StandardOpenOption.APPEND);
    assertThat(study(plan).text()).contains("task \"tiny\": its files have changed since lora");
  }

  @Test
  void ranks_follow_the_budget() throws IOException {
    Path plan =
        plan(
            """
            {"name": "jada", "preset": "jada"},
            {"name": "upper", "method": "lora", "target-r": "1.5 budget"},
            {"name": "flat", "preset": "jada", "init-r": "budget", "lora-alpha": "2 budget"},
            {"name": "rates", "grid": {"learning-rate": [0.001, 0.003]},
             "at-budget": {"2": {"epochs": 5}}}
            """,
            "");
    List<Cell> cells = StudyPlan.read(plan).cells().subList(0, 5);
    assertThat(cells).extracting(c -> c.config().initRank()).containsExactly(3, 3, 2, 3, 3);
    assertThat(cells).extracting(c -> c.config().targetRank()).containsExactly(2, 3, 2, 2, 2);
    assertThat(cells.get(2).config().alpha()).isEqualTo(4);
    assertThat(cells.get(3).arm().name()).isEqualTo("rates learning-rate 0.001");
    assertThat(cells.get(4).options().learningRate()).hasValue(0.003);
    assertThat(cells).extracting(c -> c.options().epochs()).containsExactly(2, 2, 2, 5, 5);
  }

  @Test
  void a_plan_is_read_strictly() throws IOException {
    refused(
        "{\"name\": \"a\", \"learning-rat\": 1}", "", "arm \"a\": \"learning-rat\" is no setting");
    refused("{\"name\": \"a\", \"seed\": 1}", "", "\"seed\" is no setting");
    refused("{\"name\": \"a\", \"preset\": \"jade\"}", "", "preset \"jade\" is unknown");
    refused("{\"name\": \"a\", \"init-r\": 1}", "", "target-r 2 must not be greater than init-r 1");
    refused("{\"name\": \"a\", \"gauge\": \"flaw\"}", "", "\"gauge\" must be none, fixed, flow");
    refused("{\"name\": \"a\"}, {\"name\": \"a\"}", "", "two arms are called \"a\"");
    refused("{\"name\": \"a\", \"ranks-of\": \"b\"}", "", "must name an arm that finds ranks");
    refused("{\"name\": \"a\", \"shuffle\": true}", "", "\"shuffle\" needs \"ranks-of\"");
    refused("{\"name\": \"a\"}", ", \"sedes\": [1]", "plan: \"sedes\" is unknown; there are arms");
    refused("{\"name\": \"a\"}", ", \"data\": 1", "plan: \"data\" must be a text, found 1");
    refused("{\"name\": \"a\"}", ", \"reference\": \"b\"", "\"reference\" must name an arm");
    refused("{\"name\": \"a\"}", ", \"seeds\": [1]", "is not JSON (Duplicate");
  }

  private void refused(String arms, String more, String message) throws IOException {
    Said said = study(plan(arms, more), "--dry-run");
    assertThat(said.text()).contains(message).hasLineCount(1);
    assertThat(said.status()).isEqualTo(1);
  }

  @Test
  void a_share_of_the_training_file_judges() throws IOException {
    Path plan =
        Files.writeString(
            folder.resolve("plan.json"),
            """
            {"model": "model", "budgets": [2], "seeds": [1], "settings": {"epochs": 1},
             "arms": [{"name": "lora", "method": "lora"}],
             "tasks": [{"name": "share", "train": "train.tsv", "dev": "25%", "max-train": 20,
                        "max-dev": 9}]}
            """);
    StudyTask.Loaded loaded = StudyPlan.read(plan).tasks().getFirst().load(folder);
    assertThat(loaded.split().train().size()).isEqualTo(20);
    assertThat(loaded.split().dev().size()).isEqualTo(9);
    assertThat(study(plan).status()).isZero();
  }
}
