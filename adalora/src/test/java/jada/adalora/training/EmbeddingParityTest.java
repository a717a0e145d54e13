package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EmbeddedBatch;
import jada.adalora.model.EmbeddingLoss;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.Metrics;
import jada.adalora.model.Objective;
import jada.adalora.model.Retrieval;
import jada.adalora.model.Task;
import jada.adalora.model.VectorIndex;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.Json;
import jada.adalora.testing.PeftRun;
import jada.adalora.testing.TinyBert;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.Safetensors;
import jada.nn.text.Input;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Losses, whole runs and metrics of sentence embeddings against those of sentence-transformers
/// (src/test/python/embedding_golden.py).
class EmbeddingParityTest {
  private static final int ROWS = 6;
  private static final int CHANNELS = 12;

  private static JsonNode json(String name) throws IOException {
    return JsonMapper.shared().readTree(Files.readString(folder().resolve(name)));
  }

  private static Path folder() {
    return Path.of("src/test/resources/jada/adalora/embedding");
  }

  // ---- losses --------------------------------------------------------------------------------

  private static EmbeddingLoss loss(String name) {
    EmbeddingLoss mnrl = EmbeddingLoss.multipleNegatives();
    EmbeddingLoss cosent = new EmbeddingLoss.Cosent(20);
    return switch (name) {
      case "mnrl", "mnrl with hard negatives" -> mnrl;
      case "mnrl both directions", "mnrl both directions with hard negatives" ->
          new EmbeddingLoss.MultipleNegativesRanking(20, true);
      case "cosent" -> cosent;
      case "cosine" -> new EmbeddingLoss.CosineSimilarity();
      case "triplet" -> new EmbeddingLoss.Triplet(5);
      case "triplet margin 1" -> new EmbeddingLoss.Triplet(1);
      case "contrastive" -> new EmbeddingLoss.Contrastive(0.5);
      case "matryoshka mnrl" -> new EmbeddingLoss.Matryoshka(mnrl, List.of(12, 6, 3));
      case "matryoshka cosent" -> new EmbeddingLoss.Matryoshka(cosent, List.of(12, 4));
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Test
  void values_and_gradients_of_losses_are_the_same() throws IOException {
    int compared = 0;
    for (JsonNode expected : json("losses.json")) {
      String name = expected.get("name").asString();
      List<Parameter> columns = new ArrayList<>();
      for (JsonNode column : expected.get("embeddings")) {
        Tensor values = Tensor.of(Shape.of(ROWS, CHANNELS), Json.floats(column));
        columns.add(Parameter.of("column " + columns.size(), values));
      }
      List<Variable> documents = List.copyOf(columns.subList(1, columns.size()));
      int[] negativeOf =
          IntStream.range(0, (columns.size() - 2) * ROWS).map(i -> i % ROWS).toArray();
      EmbeddedBatch batch =
          EmbeddedBatch.of(
              columns.getFirst(),
              Ops.concatRows(documents),
              negativeOf,
              Json.floats(expected.get("labels")));
      Variable value = loss(name).of(batch);
      double loss = expected.get("loss").asDouble();
      assertThat((double) value.value().item()).as(name).isCloseTo(loss, within(1e-5 * loss));
      Gradients gradients = Gradients.of(value);
      for (int c = 0; c < columns.size(); c++) {
        float[] g = Json.floats(expected.get("gradients").get(c));
        float largest = 0;
        for (float each : g) {
          largest = Math.max(largest, Math.abs(each));
        }
        assertThat(gradients.of(columns.get(c)).array())
            .as("%s: gradient of column %s", name, c)
            .containsExactly(g, within(1e-5f * Math.max(largest, 0.01f)));
      }
      compared++;
    }
    assertThat(compared).isEqualTo(11);
  }

  // ---- runs ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "mnrl, pairs.jsonl, 0",
    "cached-mnrl, pairs.jsonl, 3",
    "cosent, scored.jsonl, 0",
    "triplet, triplets.jsonl, 0",
    "triplet, triplets.jsonl, 5",
  })
  void hundred_steps_have_the_same_losses(String run, String file, int miniBatch)
      throws IOException {
    PretrainedModel base = TinyBert.model(Safetensors.read(PeftRun.base()));
    AdaptedModel start = PeftFolder.load(base, folder().resolve("start"));
    String name = run.replace("cached-", "");
    EmbeddingTask task = Task.embedding().withLoss(loss(name)).withMiniBatch(miniBatch);
    AdaptedModel model =
        AdaLora.adapt(base.withEmbedding(EmbeddingForm.DEFAULT), task, start.config());
    Map<String, Parameter> values = new HashMap<>();
    start.parameters().forEach(p -> values.put(p.name(), p));
    for (Parameter parameter : model.parameters()) {
      float[] from = values.get(parameter.name()).value().array();
      parameter.update(w -> System.arraycopy(from, 0, w, 0, from.length));
    }
    assertThat(model.parameters()).hasSize(2 * 2 * 2);

    Dataset data = new DatasetReader().readTuples(folder().resolve(file));
    TrainingOptions options =
        TrainingOptions.defaults()
            .withEpochs(10)
            .withBatchSize(8)
            .withLearningRate(5e-3)
            .withWarmupRatio(0.06)
            .withWeightDecay(0.01)
            .withShuffle(false)
            .withThreads(1);
    Objective examples = model.task().prepare(data, base, options.maxLength());
    JsonNode expected = json("trajectory-" + run + ".json");
    Trainer trainer = new Trainer(model, options, 100, new Workspace());
    double worst = 0;
    for (int t = 0; t < 100; t++) {
      int first = t % 10 * 8;
      int[] positions = IntStream.range(first, first + 8).toArray();
      double loss = trainer.step(t, t / 10, examples, positions).loss();
      double golden = expected.get(t).asDouble();
      worst = Math.max(worst, Math.abs(loss - golden) / golden);
    }
    assertThat(worst).as("largest relative difference of a loss").isLessThan(1e-4);
    double first = expected.get(0).asDouble();
    assertThat(expected.get(99).asDouble()).as("something was learned").isLessThan(first - 0.5);
  }

  // ---- metrics -------------------------------------------------------------------------------

  @Test
  void metrics_of_retrieval_are_the_same() throws IOException {
    JsonNode golden = json("retrieval.json");
    List<BitSet> relevant = new ArrayList<>();
    for (JsonNode rows : golden.get("relevant")) {
      BitSet set = new BitSet();
      rows.forEach(row -> set.set(row.asInt()));
      relevant.add(set);
    }
    Map<String, Double> metrics =
        Retrieval.metrics(unit(golden.get("queries")), unit(golden.get("documents")), relevant);
    assertThat(metrics).hasSize(golden.get("metrics").size());
    for (Map.Entry<String, JsonNode> metric : golden.get("metrics").properties()) {
      assertThat(metrics.get(metric.getKey().replace("@", "_at_")))
          .as(metric.getKey())
          .isCloseTo(metric.getValue().asDouble(), within(1e-6));
    }
  }

  private static Tensor unit(JsonNode rows) {
    List<float[]> vectors = new ArrayList<>();
    rows.forEach(row -> vectors.add(Json.floats(row)));
    int d = vectors.getFirst().length;
    float[] all = new float[vectors.size() * d];
    for (int i = 0; i < vectors.size(); i++) {
      double length = 0;
      for (float x : vectors.get(i)) {
        length += (double) x * x;
      }
      for (int j = 0; j < d; j++) {
        all[i * d + j] = (float) (vectors.get(i)[j] / Math.sqrt(length));
      }
    }
    return Tensor.of(Shape.of(vectors.size(), d), all);
  }

  @Test
  void metrics_of_similarity_are_the_same() throws IOException {
    JsonNode golden = json("similarity.json");
    Tensor a = unit(golden.get("first"));
    Tensor b = unit(golden.get("second"));
    int n = a.shape().dim(0);
    double[] cosines = new double[n];
    double[] scores = new double[n];
    for (int i = 0; i < n; i++) {
      cosines[i] =
          VectorIndex.of(b.gatherRows(i)).search(a.gatherRows(i), 1).getFirst().getFirst().score();
      scores[i] = golden.get("scores").get(i).asDouble();
    }
    JsonNode metrics = golden.get("metrics");
    assertThat(Metrics.spearman(cosines, scores))
        .isCloseTo(metrics.get("spearman_cosine").asDouble(), within(1e-6));
    assertThat(Metrics.pearson(cosines, scores))
        .isCloseTo(metrics.get("pearson_cosine").asDouble(), within(1e-6));
  }

  // ---- order of examples ----------------------------------------------------------------------

  @Test
  void no_text_occurs_twice_in_a_batch_where_others_are_left() {
    List<Example> pairs = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      pairs.add(new Example(Input.of("a ".repeat(1 + i % 7), "b ".repeat(1 + i)), List.of()));
    }
    EmbeddingTask task = Task.embedding().on(TinyBert.encoder());
    Objective examples = task.prepare(Dataset.of("pairs", pairs), TinyBert.encoder(), 12);
    int[] order = examples.order(IntStream.range(0, 60).toArray(), 6);
    assertThat(order).hasSize(60).doesNotHaveDuplicates();
    // 60 pairs of 7 queries, in batches of 6: at least the first half of the batches can be clean.
    for (int from = 0; from < 30; from += 6) {
      assertThat(IntStream.of(order).skip(from).limit(6).map(i -> i % 7)).doesNotHaveDuplicates();
    }
  }
}
