package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Texts with any number of labels, through every command.
class MultiLabelTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// Words of the tiny model, each of which brings a label.
  private static final List<String> WORDS = List.of("lumo", "brisa", "morbo");

  @TempDir private Path temp;

  /// What a command prints that ends so.
  private static Captured run(int status, Object... command) {
    Captured jada = new Captured();
    assertThat(jada.run(command)).as(jada.err()).isEqualTo(status);
    return jada;
  }

  private Path data(String name, int texts, long seed) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < texts; i++) {
      List<String> labels = new ArrayList<>();
      List<String> text = new ArrayList<>(List.of("tavo", "miru"));
      for (String word : WORDS) {
        if (random.nextBoolean()) {
          text.add(random.nextInt(text.size()), word);
          labels.add("has " + word);
        }
      }
      lines.add(
          JSON.writeValueAsString(
              JSON.createObjectNode()
                  .put("text", String.join(" ", text))
                  .set("label", JSON.valueToTree(labels))));
    }
    return Files.write(temp.resolve(name), lines);
  }

  @Test
  void lists_of_labels_are_learned_saved_and_told() throws IOException {
    Path model = new TinyWorld(temp).model();
    Path train = data("train.jsonl", 200, 1);
    Path dev = data("dev.jsonl", 60, 2);
    Path out = temp.resolve("out");

    Captured finetune =
        run(
            0,
            "finetune",
            "--model",
            model,
            "--train",
            train,
            "--dev",
            dev,
            "--out",
            out,
            "--epochs",
            10,
            "--batch-size",
            10,
            "--learning-rate",
            0.01,
            "--preset",
            "penalized",
            "--head-baseline");
    assertThat(finetune.err())
        .contains("3 labels, any number of them a text")
        .contains("head alone micro_f1");
    JsonNode run = JSON.readTree(Files.readString(out.resolve("run.json")));
    assertThat(run.at("/task/kind").stringValue()).isEqualTo("multi-label");
    assertThat(run.at("/metrics/dev/micro_f1").doubleValue()).isGreaterThan(0.8);

    JsonNode evaluated =
        JSON.readTree(run(0, "evaluate", "--adapter", out, "--data", dev, "--json").out());
    assertThat(evaluated.get("micro_f1")).isEqualTo(run.at("/metrics/dev/micro_f1"));
    assertThat(evaluated.get("macro_f1")).isEqualTo(run.at("/metrics/dev/macro_f1"));

    List<JsonNode> answers =
        run(0, "predict", "--adapter", out, "--json", "morbo tavo lumo", "tavo miru")
            .out()
            .lines()
            .map(JSON::readTree)
            .toList();
    assertThat(answers.get(0).get("labels")).hasSize(2);
    assertThat(answers.get(0).get("label").stringValue()).isEqualTo("has lumo, has morbo");
    assertThat(answers.get(1).get("labels")).isEmpty();

    run(0, "merge", out, "--out", temp.resolve("merged"));
    assertThat(temp.resolve("merged/config.json"))
        .content()
        .contains("multi_label_classification", "has brisa");
    assertThat(run(0, "predict", "--adapter", temp.resolve("merged"), "morbo tavo lumo").out())
        .startsWith("has lumo, has morbo\t0.");
  }

  @Test
  void kinds_of_task_are_named_where_one_is_unknown() throws IOException {
    Path train = data("train.jsonl", 20, 1);
    assertThat(run(2, "finetune", "--train", train, "--dev", train, "--task", "ordinal").errLines())
        .containsExactly(
            "jada: --task 'ordinal': there are classification, multi-label, regression, embedding");
    assertThat(
            run(2, "finetune", "--train", train, "--dev", train, "--task", "classification")
                .errLines())
        .last()
        .asString()
        .contains("where one is expected");
  }
}
