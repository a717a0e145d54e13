package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.Example;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingResult;
import jada.autograd.Constant;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class MultiLabelTaskTest {
  private static final MultiLabelTask TASK = Task.multiLabel(List.of("a", "b", "c"));

  static Stream<JsonNode> goldenSets() {
    return MetricsTest.golden().stream().filter(node -> node.has("labels"));
  }

  private static Dataset dataset(JsonNode sets, List<String> names) {
    List<Example> examples = new ArrayList<>();
    for (JsonNode row : sets) {
      examples.add(
          new Example(
              Input.of("text"),
              IntStream.range(0, row.size())
                  .filter(k -> row.get(k).intValue() == 1)
                  .mapToObj(names::get)
                  .toList()));
    }
    return Dataset.of("golden", examples);
  }

  @ParameterizedTest
  @MethodSource("goldenSets")
  void metrics_are_those_of_scikit_learn(JsonNode golden) {
    int k = golden.get("labels").intValue();
    List<String> names = IntStream.range(0, k).mapToObj(i -> "label " + i).toList();
    JsonNode predicted = golden.get("predicted");
    float[] logits = new float[predicted.size() * k];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = predicted.get(i / k).get(i % k).intValue() == 1 ? 0.1f : -3;
    }

    var metrics =
        Task.multiLabel(names)
            .targets(dataset(golden.get("expected"), names))
            .metrics(Tensor.of(Shape.of(predicted.size(), k), logits));

    assertThat(metrics.keySet()).containsExactly("micro_f1", "macro_f1", "accuracy");
    metrics.forEach(
        (name, value) ->
            assertThat(value)
                .as("%s of %s", name, golden.get("name"))
                .isCloseTo(golden.get(name).doubleValue(), within(1e-12)));
  }

  @Test
  void loss_is_the_binary_cross_entropy_of_each_label() {
    Dataset data =
        Dataset.of(
            "data",
            List.of(
                new Example(Input.of("x"), List.of("a", "c")),
                new Example(Input.of("y"), List.of()),
                new Example(Input.of("z"), "b")));
    Tensor logits = Tensor.matrix(new float[] {1, 2, -1}, new float[] {0, -2, 3});

    float loss = TASK.targets(data).loss(Constant.of(logits), new int[] {2, 0}).value().item();

    double expected = 0; // of "b" alone, then of "a" and "c"
    double[] z = {1, 2, -1, 0, -2, 3};
    boolean[] has = {false, true, false, true, false, true};
    for (int i = 0; i < z.length; i++) {
      expected -= Math.log(1 / (1 + Math.exp(has[i] ? -z[i] : z[i]))) / z.length;
    }
    assertThat((double) loss).isCloseTo(expected, within(1e-6));
  }

  @Test
  void says_every_label_that_is_more_likely_than_not() {
    Prediction some = TASK.predict(new float[] {2, -1, 0.5f});
    Prediction none = TASK.predict(new float[] {-2, -1, -0.5f});

    assertThat(some.labels()).containsExactly("a", "c");
    assertThat(some.label()).isEqualTo("a, c");
    assertThat(some.scores().get("a")).isCloseTo(0.8807970779778823, within(1e-12));
    assertThat(some.probability())
        .isCloseTo(0.8807970779778823 * 0.7310585786300049 * 0.6224593312018546, within(1e-12));
    assertThat(none.labels()).isEmpty();
    assertThat(none.label()).isEmpty();
  }

  @Test
  void lists_of_labels_are_read_from_json_lines(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("train.jsonl"),
            """
            {"text": "one", "label": ["a", "b"]}
            {"text": "two", "label": []}
            {"text": "three", "label": "c"}
            """);

    Dataset data = new DatasetReader().read(file);

    assertThat(data.examples().stream().map(Example::labels))
        .containsExactly(List.of("a", "b"), List.of(), List.of("c"));
    assertThat(TaskTypes.of(data).fit(data)).isEqualTo(TASK);
    assertThatThrownBy(() -> SingleLabelTask.TYPE.fit(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("train.jsonl:1: 2 labels where one is expected");
  }

  private static Dataset words(String name, int examples, long seed) {
    RandomSource random = RandomSource.of(seed);
    List<Example> list = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      List<String> text = new ArrayList<>();
      for (int w = 0; w < 3; w++) {
        text.add(String.valueOf((char) ('a' + random.nextInt(5))));
      }
      list.add(
          new Example(
              Input.of(String.join(" ", text)),
              TASK.labels().stream().filter(text::contains).toList()));
    }
    return Dataset.of(name, list);
  }

  @Test
  void trains_saves_and_answers_as_any_task(@TempDir Path temp) {
    PretrainedModel base = TinyBert.encoder();
    AdaptedModel model = AdaLora.adapt(base, TASK, TinyRun.CONFIG, 3);
    TrainingResult result =
        FineTuner.of(model)
            .options(TinyRun.OPTIONS.withEpochs(12))
            .run(words("train", 120, 1), words("dev", 40, 2));
    Prediction before = Predictor.of(result.adapter()).predict("b e d");

    PeftFolder.save(result.adapter(), temp.resolve("adapter"));
    PeftFolder.saveMerged(result.adapter(), temp.resolve("merged"));

    assertThat(result.evaluation().orElseThrow().mainMetric()).isEqualTo("micro_f1");
    assertThat(result.evaluation().orElseThrow().main()).isGreaterThan(0.8);
    AdaptedModel loaded = PeftFolder.load(base, temp.resolve("adapter"));
    assertThat(loaded.task()).isEqualTo(TASK);
    assertThat(Predictor.of(loaded).predict("b e d")).isEqualTo(before);
    PretrainedModel merged = HuggingFaceFolder.read(temp.resolve("merged"));
    assertThat(temp.resolve("merged/config.json"))
        .content()
        .contains("\"problem_type\" : \"multi_label_classification\"");
    AdaptedModel whole = PeftFolder.load(merged, temp.resolve("merged"));
    assertThat(whole.task()).isEqualTo(TASK);
    assertThat(Predictor.of(whole).predict("b e d").labels()).isEqualTo(before.labels());
  }

  @Test
  void a_kind_of_task_that_is_unknown_is_refused(@TempDir Path folder) throws IOException {
    PretrainedModel base = TinyBert.encoder();
    PeftFolder.save(AdaLora.adapt(base, TASK, AdaLoraConfig.defaults()), folder);
    Path labels = folder.resolve("labels.json");
    Files.writeString(
        labels, Files.readString(labels).replace("multi_label_classification", "ordinal"));

    assertThatThrownBy(() -> PeftFolder.load(base, folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("problem_type")
        .hasMessageContaining("multi_label_classification");
  }
}
