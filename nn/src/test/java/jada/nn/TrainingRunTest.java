package jada.nn;

import static jada.nn.RandomBert.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Variable;
import jada.nn.optim.AdamW;
import jada.nn.optim.GradientClipping;
import jada.nn.optim.LearningRate;
import jada.nn.text.Encoding;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Everything together: which of two tokens hides in a sentence of noise?
class TrainingRunTest {
  private static final int FIRST_SIGN = 18;
  private static final long SEED = 3;

  private record Example(Encoding text, int label) {}

  /// Sentences of 3 to 12 tokens; one of them is 18 (label 0) or 19 (label 1).
  private static List<Example> examples(int count, RandomSource random) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = new int[3 + random.nextInt(10)];
      for (int j = 0; j < ids.length; j++) {
        ids[j] = 4 + random.nextInt(FIRST_SIGN - 4);
      }
      int label = random.nextInt(2);
      ids[0] = 2;
      ids[1 + random.nextInt(ids.length - 1)] = FIRST_SIGN + label;
      examples.add(new Example(RandomBert.sequence(ids), label));
    }
    return examples;
  }

  private static Batch batch(List<Example> examples) {
    return Batch.of(examples.stream().map(Example::text).toList());
  }

  private static int[] labels(List<Example> examples) {
    return examples.stream().mapToInt(Example::label).toArray();
  }

  private record Run(SequenceClassifier model, Map<String, Variable> weights, double lastLoss) {}

  /// Trains all weights with everything switched on: dropout, decay, warm-up, clipping.
  private static Run train(int steps) {
    BertConfig config = CONFIG.withDropout(0.05f, 0.05f);
    Map<String, Variable> weights =
        RandomBert.parameters(RandomBert.weights(config, 2, 0.1f, SEED));
    SequenceClassifier model = RandomBert.classifier(config, 2, weights);
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(RandomBert.trained(weights), 0.01)));
    LearningRate rate = LearningRate.linear(3e-3, steps / 10, steps);
    RandomSource random = RandomSource.of(SEED).split("data");
    double loss = Double.NaN;
    for (int t = 0; t < steps; t++) {
      List<Example> examples = examples(16, random);
      Variable l =
          new TrainingStep(SEED, t)
              .call(() -> Fused.crossEntropy(model.logits(batch(examples)), labels(examples)));
      loss = l.value().item();
      GradientClipping clipped = GradientClipping.clip(Gradients.of(l), 1);
      assertThat(clipped.isFinite()).isTrue();
      optimizer.step(clipped.gradients(), rate.at(t));
    }
    return new Run(model, weights, loss);
  }

  @Test
  void learns_which_of_two_tokens_is_present() {
    SequenceClassifier model = train(150).model();
    List<Example> unseen = examples(200, RandomSource.of(SEED).split("unseen"));

    Tensor logits = model.logits(batch(unseen)).value();

    int right = 0;
    for (int i = 0; i < unseen.size(); i++) {
      int predicted = logits.get(i, 0) > logits.get(i, 1) ? 0 : 1;
      right += predicted == unseen.get(i).label() ? 1 : 0;
    }
    assertThat(right / 200.0).isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void trains_to_the_same_bits_on_any_number_of_threads() {
    Run alone = train(20);
    for (int threads = 2; threads <= 4; threads++) {
      try (Workers workers = Workers.of(threads)) {
        Run shared = workers.call(() -> train(20));

        assertThat(shared.lastLoss()).isEqualTo(alone.lastLoss());
        alone
            .weights()
            .forEach(
                (name, weight) ->
                    assertThat(shared.weights().get(name).value().array())
                        .as("%s", name)
                        .isEqualTo(weight.value().array()));
      }
    }
  }
}
