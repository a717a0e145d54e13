package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Sentence embeddings through every command: a tiny model learns that two words tell which
/// document belongs to a query, and all others nothing.
class EmbeddingTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final List<String> SUNNY = List.of("lumo", "brisa", "solar", "clarin", "fresco");
  private static final List<String> GLOOMY = List.of("morbo", "grunt", "nebel", "dreck", "sulk");
  private static final List<String> FILLING = List.of("tavo", "miru", "keldo", "pona");

  private static final List<String> DOCUMENTS =
      List.of("lumo brisa tavo", "solar miru clarin", "fresco lumo", "sulk");

  @TempDir private Path temp;
  private Path model;
  private Path train;
  private Path dev;

  @BeforeEach
  void writes_model_and_pairs() {
    model = new TinyWorld(temp).model();
    train = pairs("train.tsv", 12, 1);
    dev = pairs("dev.tsv", 1, 2);
  }

  /// What a command prints that ends so.
  private static Captured run(int status, Object... command) {
    Captured jada = new Captured();
    assertThat(jada.run(command)).as(jada.err()).isEqualTo(status);
    return jada;
  }

  /// Pairs for each two different words, so many times with other words around them.
  private Path pairs(String name, int times, long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder("query\tdocument\n");
    for (int k = 0; k < times; k++) {
      for (int i = 0; i < SUNNY.size(); i++) {
        for (int j = 0; j < i; j++) {
          text.append("%s %s %s".formatted(SUNNY.get(i), filling(random), SUNNY.get(j)))
              .append('\t')
              .append(filling(random) + " " + filling(random) + " " + filling(random))
              .append(" %s %s %s".formatted(SUNNY.get(j), filling(random), SUNNY.get(i)))
              .append('\n');
        }
      }
    }
    return new TinyWorld(temp).file(name, text.toString());
  }

  private static String filling(Random random) {
    return FILLING.get(random.nextInt(FILLING.size()));
  }

  private Captured finetune(int status, Path out, Object... more) {
    List<Object> command = new ArrayList<>(List.of("finetune", "--task", "embedding"));
    command.addAll(List.of("--model", model, "--out", out, "--batch-size", 10));
    command.addAll(List.of(more));
    return run(status, command.toArray());
  }

  private Path trained(Object... more) {
    Path out = temp.resolve("out");
    List<Object> options =
        new ArrayList<>(
            List.of("--train", train, "--dev", dev, "--epochs", 30, "--learning-rate", 0.01));
    options.addAll(List.of("--target-modules", "all-linear", "--init-r", 8, "--target-r", 6));
    options.addAll(List.of(more));
    finetune(0, out, options.toArray());
    return out;
  }

  private static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  @Test
  void pairs_are_learned_saved_evaluated_and_searched() throws IOException {
    Path out = trained();
    JsonNode run = json(Files.readString(out.resolve("run.json")));
    assertThat(run.at("/task/kind").stringValue()).isEqualTo("embedding");
    assertThat(run.at("/options/loss").stringValue()).isEqualTo("mnrl");
    double before = run.at("/metrics/before/ndcg_at_10").doubleValue();
    double after = run.at("/metrics/dev/ndcg_at_10").doubleValue();
    assertThat(after).isGreaterThan(before + 0.2);

    JsonNode evaluated = json(run(0, "evaluate", "--adapter", out, "--data", dev, "--json").out());
    for (String metric : List.of("ndcg_at_10", "mrr_at_10", "map_at_100", "recall_at_1")) {
      assertThat(evaluated.get(metric)).isEqualTo(run.at("/metrics/dev/" + metric));
    }
    assertThat(evaluated.get("examples").intValue()).isEqualTo(10);

    Path documents = new TinyWorld(temp).file("documents.txt", String.join("\n", DOCUMENTS));
    String query = "clarin solar";
    List<String> found =
        run(0, "search", "--adapter", out, "--data", documents, query).out().lines().toList();
    assertThat(found).containsExactlyElementsOf(nearest(out, query));
    JsonNode best =
        json(
            run(0, "search", "--adapter", out, "--data", documents, "--json", "--top", 1, query)
                .out());
    assertThat(found.getFirst()).endsWith("\t" + best.get("text").stringValue());
    assertThat(DOCUMENTS.get(best.get("line").intValue() - 1))
        .isEqualTo(best.get("text").stringValue());
  }

  /// What `search` must print, from the vectors that `embed` prints.
  private static List<String> nearest(Path adapter, String query) {
    float[] q = vector(run(0, "embed", "--adapter", adapter, "--query", query).out());
    record Found(double cosine, String text) {}
    return DOCUMENTS.stream()
        .map(
            text -> {
              float[] d = vector(run(0, "embed", "--adapter", adapter, text).out());
              double cosine = 0;
              for (int j = 0; j < q.length; j++) {
                cosine += q[j] * d[j];
              }
              return new Found(cosine, text);
            })
        .sorted((x, y) -> Double.compare(y.cosine(), x.cosine()))
        .map(f -> String.format(Locale.ROOT, "%.4f\t%s", f.cosine(), f.text()))
        .toList();
  }

  private static float[] vector(String line) {
    JsonNode numbers = json(line).get("embedding");
    float[] vector = new float[numbers.size()];
    for (int j = 0; j < vector.length; j++) {
      vector[j] = numbers.get(j).floatValue();
    }
    return vector;
  }

  @Test
  void vectors_are_the_same_in_every_form_and_from_the_merged_model() throws IOException {
    Path out = trained("--query-prompt", "tavo", "--max-steps", 20);
    Path texts = new TinyWorld(temp).file("texts.txt", "lumo morbo\nsulk\nmiru keldo pona\n");
    List<JsonNode> lines =
        run(0, "embed", "--adapter", out, "--data", texts)
            .out()
            .lines()
            .map(JSON::readTree)
            .toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1).get("text").stringValue()).isEqualTo("sulk");

    Path matrix = temp.resolve("v.npy");
    run(0, "embed", "--adapter", out, "--data", texts, "--out", matrix);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(matrix)).order(ByteOrder.LITTLE_ENDIAN);
    int header = 10 + bytes.getShort(8);
    assertThat(header % 64).isZero();
    assertThat(new String(bytes.array(), 10, header - 10, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 32), }")
        .endsWith("\n");
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 32; j++) {
        assertThat(bytes.getFloat(header + 4 * (i * 32 + j)))
            .isEqualTo(lines.get(i).get("embedding").get(j).floatValue());
      }
    }
    Path asLines = temp.resolve("v.jsonl");
    run(0, "embed", "--adapter", out, "--data", texts, "--out", asLines);
    assertThat(Files.readAllLines(asLines).stream().map(JSON::readTree).toList()).isEqualTo(lines);

    // A query has the prompt before it, a document none.
    JsonNode query =
        json(run(0, "embed", "--adapter", out, "--query", "lumo morbo").out()).get("embedding");
    JsonNode spelled =
        json(run(0, "embed", "--adapter", out, "tavolumo morbo").out()).get("embedding");
    assertThat(query).isEqualTo(spelled).isNotEqualTo(lines.getFirst().get("embedding"));

    Path merged = temp.resolve("merged");
    run(0, "merge", out, "--out", merged);
    assertThat(merged.resolve("modules.json")).exists();
    assertThat(merged.resolve("config_sentence_transformers.json")).content().contains("tavo");
    JsonNode again =
        json(run(0, "embed", "--model", merged, "--query", "lumo morbo").out()).get("embedding");
    for (int j = 0; j < 32; j++) {
      assertThat(again.get(j).doubleValue()).isCloseTo(query.get(j).doubleValue(), within(1e-5));
    }
  }

  @Test
  void a_model_exported_as_onnx_is_read_again_and_explained() {
    Path out = trained("--query-prompt", "tavo ", "--max-steps", 2);
    Path onnx = temp.resolve("onnx");
    Captured export = run(0, "export", out, "--format", "onnx", "--out", onnx);
    assertThat(export.err())
        .containsPattern("the vectors of 6 texts differ from Jada's by at most \\d\\.\\de-0[6-9]")
        .contains("new OnnxEmbeddingModel(", "PoolingMode.MEAN", "hugging-face-embedder")
        .contains("langchain4j and Spring AI: put \"tavo \" before every query yourself");
    assertThat(onnx.resolve("model.onnx")).exists();
    assertThat(onnx.resolve("tokenizer.json")).content().contains("\"padding\":null");
    run(2, "export", out, "--format", "onnx", "--out", onnx); // is there already

    Path classifier = temp.resolve("classifier");
    run(0, new TinyWorld(temp).finetune(classifier, "--max-steps", 2));
    Captured logits =
        run(0, "export", classifier, "--format", "onnx", "--out", temp.resolve("logits"));
    assertThat(logits.err()).contains("the logits of 6 texts").doesNotContain("Vespa");
  }

  @Test
  void mined_negatives_are_trained_on() throws IOException {
    Path mined = temp.resolve("mined.jsonl");
    Captured mine =
        run(0, "mine", "--model", model, "--data", train, "--out", mined, "--negatives", 2);
    assertThat(mine.err()).contains("negatives for");
    for (String line : Files.readAllLines(mined)) {
      JsonNode row = json(line);
      assertThat(row.has("anchor") && row.has("positive") && row.has("negative_1")).isTrue();
      assertThat(row.get("negative_1")).isNotEqualTo(row.get("positive"));
    }
    Path out = temp.resolve("out");
    Captured again =
        finetune(
            0,
            out,
            "--train",
            mined,
            "--dev",
            dev,
            "--loss",
            "triplet",
            "--max-steps",
            4,
            "--method",
            "lora",
            "--target-r",
            2);
    assertThat(again.err()).contains("before", "after", "nDCG@10");
    run(2, "mine", "--model", model, "--data", train, "--out", mined); // is there already
  }

  @Test
  void an_interrupted_run_goes_on_with_the_same_bits() throws IOException {
    Object[] options = {
      "--train",
      train,
      "--dev",
      dev,
      "--loss",
      "cached-mnrl",
      "--mini-batch-size",
      7,
      "--lora-dropout",
      0.1,
      "--init-r",
      4,
      "--target-r",
      3,
      "--max-steps",
      14
    };
    Path whole = temp.resolve("whole");
    finetune(0, whole, options);
    Path halves = temp.resolve("halves");
    List<Object> first = new ArrayList<>(List.of(options));
    first.addAll(List.of("--checkpoint-every", 5));
    finetune(0, halves, first.toArray());
    assertThat(halves.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("adapter_model.safetensors"));
  }

  @Test
  void scores_are_learned_by_their_order() throws IOException {
    Path scored = temp.resolve("scored.tsv");
    List<String> lines = new ArrayList<>(List.of("sentence1\tsentence2\tscore"));
    for (int i = 0; i < SUNNY.size(); i++) {
      for (int j = 0; j < GLOOMY.size(); j++) {
        String score = i == j ? "1.0" : "0." + Math.abs(i - j);
        lines.add(SUNNY.get(i) + "\t" + GLOOMY.get(j) + "\t" + score);
      }
    }
    Files.write(scored, lines);
    Path out = temp.resolve("out");
    Captured run = finetune(0, out, "--train", scored, "--dev", scored, "--epochs", 3);
    assertThat(run.err()).contains("spearman_cosine");
    JsonNode record = json(Files.readString(out.resolve("run.json")));
    assertThat(record.at("/options/loss").stringValue()).isEqualTo("cosent");
    JsonNode evaluated =
        json(run(0, "evaluate", "--adapter", out, "--data", scored, "--json").out());
    assertThat(evaluated.get("spearman_cosine"))
        .isEqualTo(record.at("/metrics/dev/spearman_cosine"));
    // From the saved adapter, whose ΔW is added to the matrices, to the last bits of a float.
    assertThat(evaluated.get("pearson_cosine").doubleValue())
        .isCloseTo(record.at("/metrics/dev/pearson_cosine").doubleValue(), within(1e-5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch-size 1 | jada: --batch-size 1: the loss mnrl takes the other documents of a batch"
            + " for wrong answers, and there are none; give 2 or more, such as 32, or a hard"
            + " negative for each pair",
        "--matryoshka 64,32 | jada: --matryoshka 64: the vectors of MODEL have 32 numbers; give no"
            + " more",
        "--matryoshka 8,16 | jada: --matryoshka [8, 16]: give lengths from the longest to the"
            + " shortest, such as 384,128,64",
        "--loss triplet | jada: TRAIN:2: a pair without a hard negative, which the loss triplet"
            + " needs; give a third column, or use --loss mnrl",
        "--loss cosent | jada: TRAIN:2: a pair without a score, which the loss cosent needs; give a"
            + " column score, or use --loss mnrl",
        "--method head | jada: --method head: the task embedding has no head to train; use adalora,"
            + " lora or full",
        "--mini-batch-size 0 --loss cached-mnrl | jada: --mini-batch-size 0: give 1 or more",
        "--margin 1 | jada: --margin: has no effect on the loss mnrl, only on triplet and"
            + " contrastive; leave it out",
      })
  void what_cannot_be_trained_is_refused_in_one_line(String options, String message) {
    List<Object> command = new ArrayList<>(List.of("--train", train, "--dev", dev));
    command.addAll(List.of((Object[]) options.strip().split(" ")));
    List<Object> all = new ArrayList<>(List.of("finetune", "--task", "embedding"));
    all.addAll(List.of("--model", model, "--out", temp.resolve("out")));
    all.addAll(command);
    assertThat(run(2, all.toArray()).errLines().getLast())
        .isEqualTo(
            message.strip().replace("TRAIN", train.toString()).replace("MODEL", model.toString()));
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void options_of_embeddings_are_refused_for_other_tasks() {
    Path labelled = new TinyWorld(temp).data("labelled.tsv", 20, 1);
    assertThat(
            run(
                    2,
                    "finetune",
                    "--model",
                    model,
                    "--train",
                    labelled,
                    "--dev",
                    labelled,
                    "--loss",
                    "mnrl")
                .errLines())
        .last()
        .asString()
        .contains("--loss")
        .contains("--task embedding");
  }

  @Test
  void a_classifier_gives_no_vectors_and_an_encoder_no_labels() throws IOException {
    Path encoder = trained("--max-steps", 2);
    Path classifier = temp.resolve("classifier");
    run(0, new TinyWorld(temp).finetune(classifier, "--max-steps", 2));
    assertThat(run(2, "embed", "--adapter", classifier, "lumo").errLines())
        .last()
        .asString()
        .contains("its task is classification, which gives no vectors");
    assertThat(run(2, "predict", "--adapter", encoder, "lumo").errLines())
        .last()
        .asString()
        .contains("makes sentence embeddings, not labels; use jada embed");
    assertThat(run(2, "embed", "--adapter", encoder, " ").errLines())
        .last()
        .asString()
        .contains("a text is empty");
    assertThat(
            run(2, "embed", "--adapter", encoder, "--out", temp.resolve("v.csv"), "lumo")
                .errLines())
        .last()
        .asString()
        .endsWith("v.csv: name a file that ends in .npy or .jsonl");
  }
}
