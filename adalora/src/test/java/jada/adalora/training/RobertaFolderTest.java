package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftFolder;
import jada.nn.BertConfig;
import jada.nn.EncoderConfig;
import jada.nn.Roberta;
import jada.nn.WeightSpec;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Tokenizers;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder of a RoBERTa with vocab.json and merges.txt is loaded by its path, fine-tuned, saved as
/// an adapter and as a whole model, and each of them answers as the trained model does.
class RobertaFolderTest {
  private static final EncoderConfig CONFIG =
      new Roberta.Config(new BertConfig(35, 16, 2, 4, 32, 14, 1, 1e-5f, 0, 0), 1);
  private static final Task TASK = Task.classification("no", "yes");

  /// Five special tokens, the blank and letters; two merges.
  private static final String VOCABULARY = vocabulary();

  @TempDir private Path temp;

  private static String vocabulary() {
    List<String> tokens = new ArrayList<>(List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ"));
    for (char letter = 'a'; letter <= 'z'; letter++) {
      tokens.add(String.valueOf(letter));
    }
    tokens.addAll(List.of("Ġa", "Ġab"));
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      entries.add("\"" + tokens.get(i) + "\": " + i);
    }
    return "{" + String.join(", ", entries) + "}";
  }

  private Path folder() throws IOException {
    Path files = Files.createDirectory(temp.resolve("tokenizer"));
    Files.writeString(files.resolve("vocab.json"), VOCABULARY);
    Files.writeString(files.resolve("merges.txt"), "#version: 0.2\nĠ a\nĠa b\n");
    RandomSource random = RandomSource.of(5);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    CONFIG.family().weights(CONFIG).forEach(weight -> put(weights, weight, random));
    Path folder = temp.resolve("roberta");
    HuggingFaceFolder.write(
        folder, new PretrainedModel("roberta", CONFIG, Tokenizers.read(files), weights, "none"));
    return folder;
  }

  private static void put(Map<String, Tensor> weights, WeightSpec weight, RandomSource random) {
    int[] sizes = weight.sizes().stream().mapToInt(Math::toIntExact).toArray();
    Tensor tensor = Tensor.normal(Shape.of(sizes), 0.3f, random);
    boolean isNorm = weight.name().endsWith("LayerNorm.weight");
    weights.put(weight.name(), isNorm ? Tensor.full(tensor.shape(), 1) : tensor);
  }

  private static Dataset words(String name, int examples, long seed) {
    RandomSource random = RandomSource.of(seed);
    List<Example> list = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      List<String> text = new ArrayList<>();
      for (int w = 0; w < 3; w++) {
        text.add(String.valueOf((char) ('c' + random.nextInt(14))));
      }
      if (i % 2 == 0) {
        text.set(1 + random.nextInt(2), "ab");
      }
      list.add(Example.of(String.join(" ", text), i % 2 == 0 ? "yes" : "no"));
    }
    return Dataset.of(name, list);
  }

  @Test
  void is_loaded_fine_tuned_and_saved() throws IOException {
    Path folder = folder();
    assertThat(folder.resolve("merges.txt")).exists();
    PretrainedModel base = Models.load(folder.toString());
    assertThat(base.tokenizer().encode("c ab<mask> é", 12).ids())
        .containsExactly(0, 8, 33, 4, 5, 2);
    AdaptedModel model = AdaLora.adapt(base, TASK, AdaLoraConfig.defaults(), 3);
    TrainingOptions options =
        TrainingOptions.defaults()
            .withEpochs(12)
            .withBatchSize(8)
            .withLearningRate(1e-2)
            .withThreads(1);

    TrainingResult result =
        FineTuner.of(model).options(options).run(words("train", 240, 1), words("dev", 64, 2));

    assertThat(result.evaluation().orElseThrow().main()).isGreaterThan(0.9);
    List<Prediction> expected = answers(model);
    PeftFolder.save(model, temp.resolve("adapter"));
    assertThat(answers(PeftFolder.load(base, temp.resolve("adapter"))))
        .usingRecursiveComparison()
        .isEqualTo(expected);
    PeftFolder.saveMerged(model, temp.resolve("merged"));
    PretrainedModel merged = HuggingFaceFolder.read(temp.resolve("merged"));
    assertThat(merged.tokenizer().files()).isEqualTo(base.tokenizer().files());
    assertThat(merged.tokenizer().encode("c ab<mask> é", 12))
        .isEqualTo(base.tokenizer().encode("c ab<mask> é", 12));
  }

  private static List<Prediction> answers(AdaptedModel model) {
    try (Predictor predictor = Predictor.of(model)) {
      return List.of(predictor.predict("c ab d"), predictor.predict("d e f"));
    }
  }
}
