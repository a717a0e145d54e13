package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.TargetModules;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.WordLevelTokenizer;
import jada.nn.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing above the tokenizer knows its kind: with one that only tests have, a model is trained,
/// saved, loaded and asked.
class TokenizerSeamTest {
  private static final Task TASK = Task.classification("no", "yes");
  private static final Dataset DATA =
      Dataset.of(
          "words",
          IntStream.range(0, 48)
              .mapToObj(i -> Example.of("w" + i % 7 + (i % 2 == 0 ? " good" : " bad"), label(i)))
              .toList());

  private static String label(int i) {
    return i % 2 == 0 ? "yes" : "no";
  }

  private static AdaptedModel trained(AdaLoraConfig config) {
    PretrainedModel tiny = TinyBert.encoder();
    PretrainedModel base =
        new PretrainedModel(
            "tiny",
            tiny.config(),
            WordLevelTokenizer.of(List.of("good", "bad", "w0", "w1", "w2", "w3", "w4", "w5", "w6")),
            tiny.weights(),
            tiny.checksum());
    AdaptedModel model = AdaLora.adapt(base, TASK, config);
    FineTuner.of(model)
        .options(
            TrainingOptions.defaults()
                .withEpochs(8)
                .withBatchSize(8)
                .withLearningRate(1e-2)
                .withThreads(1))
        .run(DATA, DATA);
    return model;
  }

  @Test
  void an_adapter_is_trained_saved_and_loaded(@TempDir Path temp) {
    AdaptedModel model =
        trained(
            AdaLoraConfig.defaults()
                .withInitRank(4)
                .withTargetRank(2)
                .withTargetModules(TargetModules.named("query", "value")));
    PeftFolder.save(model, temp);

    Predictor loaded = Predictor.of(PeftFolder.load(model.base(), temp));

    assertThat(loaded.predict("w3 good").label()).isEqualTo("yes");
    assertThat(loaded.predict("w3 bad").label()).isEqualTo("no");
  }

  @Test
  void a_model_trained_as_a_whole_is_saved_with_the_files_of_its_tokenizer(@TempDir Path temp)
      throws IOException {
    AdaptedModel model = trained(AdaLoraConfig.defaults().withMethod(Method.FULL));
    PeftFolder.save(model, temp);

    assertThat(Files.readString(temp.resolve("words.txt")))
        .startsWith("<s>\n<pad>\n</s>\n<unk>\ngood\n");
    assertThat(Files.readString(temp.resolve("config.json"))).contains("\"pad_token_id\" : 1");
  }
}
