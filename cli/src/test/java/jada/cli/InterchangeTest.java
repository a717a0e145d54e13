package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `export` and `merge` of adapters that `finetune` wrote: what comes out computes the same.
class InterchangeTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> TEXTS =
      List.of("tavo lumo miru pona", "keldo dreck wawa", "jan", "brisa grunt ilo tomo");

  @TempDir private static Path temp;
  private static Path model;
  private static Path adapter;
  private static Path lora;
  private static Path head;

  @BeforeAll
  static void train() {
    TinyWorld world = new TinyWorld(temp);
    model = world.model();
    world.data("train.tsv", 120, 1);
    world.data("dev.tsv", 20, 2);
    adapter = train("adalora", "adalora");
    lora = train("lora", "lora");
    head = train("head", "head");
  }

  private static Path train(String method, String name) {
    Path out = temp.resolve(name);
    run(
        "finetune",
        "--method",
        method,
        "--model",
        model,
        "--train",
        temp.resolve("train.tsv"),
        "--dev",
        temp.resolve("dev.tsv"),
        "--out",
        out,
        "--batch-size",
        10,
        "--learning-rate",
        2e-2,
        "--target-modules",
        "query,value,output.dense",
        "--init-r",
        3,
        "--target-r",
        1);
    return out;
  }

  private static Captured run(Object... arguments) {
    Captured jada = new Captured();
    assertThat(jada.run(arguments)).as(jada.err()).isZero();
    return jada;
  }

  private static List<Double> logits(Path folder) {
    List<Object> arguments = new ArrayList<>(List.of("predict", "--adapter", folder, "--json"));
    arguments.addAll(TEXTS);
    List<Double> logits = new ArrayList<>();
    run(arguments.toArray())
        .out()
        .lines()
        .forEach(
            line -> JSON.readTree(line).path("logits").forEach(v -> logits.add(v.doubleValue())));
    assertThat(logits).hasSize(2 * TEXTS.size());
    return logits;
  }

  private static void assertSameLogits(Path folder, Path expected) {
    List<Double> of = logits(expected);
    List<Double> now = logits(folder);
    for (int i = 0; i < of.size(); i++) {
      assertThat(now.get(i)).isCloseTo(of.get(i), within(1e-5));
    }
  }

  @Test
  void exports_triplets_as_plain_lora_with_the_same_logits() throws IOException {
    Path out = temp.resolve("as-lora");
    Captured export = run("export", adapter, "--out", out);
    assertThat(export.out()).isEqualTo(out + "\n");
    assertThat(export.err()).contains("as lora");
    JsonNode config = JSON.readTree(Files.readString(out.resolve("adapter_config.json")));
    assertThat(config.path("peft_type").stringValue()).isEqualTo("LORA");
    assertSameLogits(out, adapter);
  }

  @Test
  void exports_triplets_as_pefts_adalora() throws IOException {
    Path out = temp.resolve("as-adalora");
    run("export", adapter, "--format", "adalora", "--out", out);
    assertThat(out.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(adapter.resolve("adapter_model.safetensors"));
    JsonNode config = JSON.readTree(Files.readString(out.resolve("adapter_config.json")));
    assertThat(config.path("peft_type").stringValue()).isEqualTo("ADALORA");
    assertSameLogits(out, adapter);
  }

  @Test
  void plain_lora_stays_plain_lora() {
    Path out = temp.resolve("lora-again");
    run("export", lora, "--format", "lora", "--out", out, "--model", model);
    assertSameLogits(out, lora);
  }

  @Test
  void merges_adapter_and_base_into_a_plain_model_with_the_same_logits_and_labels()
      throws IOException {
    for (Path trained : List.of(adapter, lora, head)) {
      Path out = temp.resolve("merged-" + trained.getFileName());
      Captured merge = run("merge", trained, "--out", out);
      assertThat(merge.out()).isEqualTo(out + "\n");
      try (Stream<Path> files = Files.list(out)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder(
                "config.json", "model.safetensors", "vocab.txt", "jada.json", "labels.json");
      }
      assertSameLogits(out, trained);
      assertThat(label(out)).isIn("sunny", "gloomy").isEqualTo(label(trained));
      JsonNode config = JSON.readTree(Files.readString(out.resolve("config.json")));
      assertThat(config.path("id2label").path("0").stringValue()).isIn("sunny", "gloomy");
    }
  }

  private static String label(Path folder) {
    return run("predict", "--adapter", folder, "lumo").out().split("\t")[0];
  }

  @Test
  void a_merged_model_can_be_trained_on() {
    Path merged = temp.resolve("merged-base");
    run("merge", adapter, "--out", merged);
    run(
        "finetune",
        "--model",
        merged,
        "--train",
        temp.resolve("train.tsv"),
        "--dev",
        temp.resolve("dev.tsv"),
        "--out",
        temp.resolve("second"),
        "--max-steps",
        3);
  }

  @Test
  void refuses_in_one_line_what_cannot_be_written_or_expressed() throws IOException {
    Path full = Files.createDirectory(temp.resolve("full"));
    Files.writeString(full.resolve("mine.txt"), "kept");
    for (String command : List.of("export", "merge")) {
      assertRefused("--out " + full + ": is not empty", command, adapter, "--out", full);
      assertRefused("is a file", command, adapter, "--out", full.resolve("mine.txt"));
      assertRefused("--out: is needed", command, adapter);
      assertRefused("'ADAPTER'", command, "--out", temp.resolve("none"));
      assertRefused("no such folder", command, temp.resolve("nowhere"), "--out", full + "2");
      assertRefused("has no adapter_config.json", command, full, "--out", full + "2");
      assertRefused("nowhere", command, adapter, "--model", "nowhere", "--out", full + "2");
    }
    assertRefused(
        "has no adapters to export; write the whole model with jada merge",
        "export",
        head,
        "--out",
        full + "2");
    assertRefused(
        "is plain LoRA, which has no triplets",
        "export",
        lora,
        "--format",
        "adalora",
        "--out",
        full + "2");
    assertRefused(
        "--format: must be adalora, lora or onnx, got dora",
        "export",
        adapter,
        "--format",
        "dora",
        "--out",
        full + "2");
    assertThat(Path.of(full + "2")).doesNotExist();
    try (Stream<Path> files = Files.list(full)) {
      assertThat(files).hasSize(1);
    }
  }

  private static void assertRefused(String message, Object... arguments) {
    Captured jada = new Captured();
    assertThat(jada.run(arguments)).as(jada.err()).isEqualTo(2);
    assertThat(jada.out()).isEmpty();
    assertThat(jada.errLines()).singleElement().asString().contains(message);
  }

  @Test
  void counts_the_budget_in_parameters_where_asked_to() throws IOException {
    Path out = temp.resolve("in-parameters");
    Captured jada =
        run(
            "finetune",
            "--model",
            model,
            "--train",
            temp.resolve("train.tsv"),
            "--dev",
            temp.resolve("dev.tsv"),
            "--out",
            out,
            "--batch-size",
            10,
            "--target-modules",
            "query,intermediate.dense",
            "--init-r",
            3,
            "--target-r",
            1,
            "--budget-unit",
            "parameters");
    JsonNode budget = JSON.readTree(Files.readString(out.resolve("run.json"))).path("budget");
    assertThat(budget.path("unit").stringValue()).isEqualTo("parameters");
    int perRank = 2 * (32 + 1 + 32) + 2 * (64 + 1 + 32);
    assertThat(budget.path("initial").intValue()).isEqualTo(3 * perRank);
    assertThat(budget.path("target").intValue()).isEqualTo(perRank);
    assertThat(budget.path("spent").intValue()).isBetween(perRank - 96, perRank);
    assertThat(jada.err()).contains("the target is %d".formatted(perRank));
  }
}
