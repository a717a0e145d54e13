package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.OddLabels;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Network;
import jada.adalora.model.Objective;
import jada.adalora.model.Prediction;
import jada.adalora.model.Task;
import jada.adalora.model.TaskType;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.autograd.Fused;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.EncoderConfig;
import jada.nn.Head;
import jada.nn.LinearFactory;
import jada.nn.Rows;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A task that Jada does not have, made with what is public: of two texts that belong together, the
/// hidden state of one shall be closer to that of its partner than to those of the other pairs of
/// the batch. The loss needs two passes of the network, and the head has no weights.
class ContrastiveTaskTest {
  private record Pairing(int channels) implements Task {
    @Override
    public TaskType type() {
      return new PairingType(channels);
    }

    @Override
    public List<String> labels() {
      return List.of();
    }

    @Override
    public int outputs() {
      return channels;
    }

    @Override
    public String description() {
      return "pairs";
    }

    @Override
    public Objective prepare(Dataset data, PretrainedModel base, int maxLength) {
      return new Pairs(
          data.examples().stream()
              .map(e -> EncodedExamples.encode(Input.of(e.text()), base, maxLength))
              .toList(),
          data.examples().stream()
              .map(e -> EncodedExamples.encode(Input.of(e.pair().orElseThrow()), base, maxLength))
              .toList());
    }

    @Override
    public Prediction predict(float[] output) {
      return new Prediction("", 1, List.of(), Map.of(), List.of());
    }

    @Override
    public Head head(
        EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
      return new Head() {
        @Override
        public Rows rows() {
          return Rows.FIRST;
        }

        @Override
        public Variable forward(Variable hidden, Batch batch) {
          return hidden;
        }
      };
    }

    @Override
    public Map<String, Tensor> initialHead(EncoderConfig config, RandomSource random) {
      return Map.of();
    }
  }

  private record PairingType(int channels) implements TaskType {
    @Override
    public String name() {
      return "pairing";
    }

    @Override
    public String problemType() {
      return "pairing";
    }

    @Override
    public Task of(List<String> labels) {
      return new Pairing(channels);
    }

    @Override
    public Task fit(Dataset train, OddLabels odd) {
      return new Pairing(channels);
    }
  }

  private record Pairs(List<Encoding> first, List<Encoding> second) implements Objective {
    @Override
    public String name() {
      return "pairs";
    }

    @Override
    public int size() {
      return first.size();
    }

    @Override
    public int cut() {
      return 0;
    }

    @Override
    public int tokens(int[] positions) {
      return batch(first, positions).tokens() + batch(second, positions).tokens();
    }

    @Override
    public Variable loss(Network network, int[] positions) {
      int[] partners = IntStream.range(0, positions.length).toArray();
      return Fused.crossEntropy(similarities(network, positions), partners);
    }

    /// Row i: the products of the first text of pair i with the second texts of all pairs, (B, B).
    private Variable similarities(Network network, int[] positions) {
      Variable a = network.output(batch(first, positions)); // (B, C)
      Variable b = network.output(batch(second, positions)); // (B, C)
      return Ops.scale(Ops.matmulTransposed(a, b), 0.25f);
    }

    @Override
    public Evaluation evaluate(Network network, int step, Workspace workspace) {
      int[] all = IntStream.range(0, size()).toArray();
      return workspace.call(
          () -> {
            Tensor similarities = similarities(network, all).value();
            long found = Arrays.stream(all).filter(i -> closest(similarities, i) == i).count();
            return new Evaluation(
                step,
                loss(network, all).value().item(),
                Map.of("accuracy", (double) found / size()));
          });
    }

    private int closest(Tensor similarities, int row) {
      return IntStream.range(0, size())
          .reduce((i, j) -> similarities.get(row, j) > similarities.get(row, i) ? j : i)
          .orElseThrow();
    }

    private static Batch batch(List<Encoding> encodings, int[] positions) {
      return Batch.of(Arrays.stream(positions).mapToObj(encodings::get).toList());
    }
  }

  /// Pairs of texts that share one word, which no other pair of the same batch has.
  private static Dataset pairs(int count, long seed) {
    RandomSource random = RandomSource.of(seed);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      char shared = (char) ('a' + i % 8);
      String first = shared + " " + (char) ('i' + random.nextInt(2));
      String second = (char) ('i' + random.nextInt(2)) + " " + shared;
      examples.add(Example.of(first, second, "together"));
    }
    return Dataset.of("pairs", examples);
  }

  @Test
  void a_loss_over_two_batches_of_texts_is_trained_like_any_other() {
    Task task = new Pairing(TinyBert.CONFIG.hiddenSize());
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), task, TinyRun.CONFIG, 3);
    Objective dev = task.prepare(pairs(8, 2), model.base(), 12);
    Evaluation before = dev.evaluate(model, 0, new Workspace());

    Evaluation after =
        FineTuner.of(model)
            .options(TinyRun.OPTIONS.withEpochs(16).withShuffle(false))
            .run(pairs(64, 1), pairs(8, 2))
            .evaluation()
            .orElseThrow();

    assertThat(after.loss()).isLessThan(0.75 * before.loss());
    assertThat(after.main()).isGreaterThan(before.main()).isGreaterThan(0.5); // by lot: 1 of 8;
  }
}
