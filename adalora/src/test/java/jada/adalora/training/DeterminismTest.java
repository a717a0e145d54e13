package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.BertConfig;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Training in sizes in which threads really share the work: each matrix of a batch has several
/// blocks of 16,384 elements, and each product several tasks.
class DeterminismTest {
  static final BertConfig CONFIG = new BertConfig(20, 128, 2, 4, 256, 40, 2, 1e-12f, 0.1f, 0.1f);
  private static final int BATCH = 16;

  private static final Dataset TRAIN = texts("train", 6 * BATCH, 1);
  private static final Dataset DEV = texts("dev", BATCH, 2);

  /// Texts of 20 to 37 words.
  static Dataset texts(String name, int examples, long seed) {
    RandomSource random = RandomSource.of(seed);
    List<Example> list = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      StringBuilder text = new StringBuilder(i % 2 == 0 ? "a" : "b");
      int words = 20 + random.nextInt(18);
      while (text.length() < 2 * words) {
        text.append(' ').append((char) ('c' + random.nextInt(13)));
      }
      list.add(Example.of(text.toString(), i % 2 == 0 ? "yes" : "no"));
    }
    return Dataset.of(name, list);
  }

  private static AdaptedModel model(PretrainedModel base, Method method) {
    return AdaLora.adapt(base, TinyRun.TASK, TinyRun.CONFIG.withMethod(method), 3);
  }

  private static Map<String, List<Integer>> trained(
      PretrainedModel base, Method method, int threads) {
    AdaptedModel model = model(base, method);
    TrainingOptions options =
        TinyRun.OPTIONS.withBatchSize(BATCH).withMaxLength(40).withThreads(threads);
    FineTuner.of(model).options(options).run(TRAIN, DEV);
    return TinyRun.bits(model);
  }

  /// The adapter's own sums are all within a block; those for biases and norms, which only train
  /// with all weights, are not.
  @ParameterizedTest
  @ValueSource(strings = {"adalora", "full"})
  void training_gives_the_same_bits_on_one_to_four_threads(String name) {
    Method method = Methods.named(name).orElseThrow();
    PretrainedModel base = TinyBert.encoder(CONFIG);
    int tokens = TRAIN.examples().stream().limit(BATCH).mapToInt(e -> e.text().length() / 2).sum();
    assertThat(tokens * CONFIG.hiddenSize()).isGreaterThan(3 * 16_384);

    Map<String, List<Integer>> alone = trained(base, method, 1);

    assertThat(alone).isNotEqualTo(TinyRun.bits(model(base, method)));
    for (int threads = 2; threads <= 4; threads++) {
      assertThat(trained(base, method, threads)).as("%d threads", threads).isEqualTo(alone);
    }
  }
}
