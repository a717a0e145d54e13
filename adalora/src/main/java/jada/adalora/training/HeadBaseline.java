package jada.adalora.training;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.data.Dataset;
import jada.adalora.data.Progress;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.model.SequenceTask;
import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.SequenceClassifier;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.optim.AdamW;
import jada.nn.optim.LearningRate;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/// The baseline of a trained head on the frozen encoder, which an adapter has to beat.
///
/// The encoder runs once over the examples; the head (pooler, where the checkpoint has none, and
/// classifier) is then trained on the hidden states of the first tokens by a fixed recipe: AdamW at
/// 1e-3 in batches of 32, for 15 epochs or 500 steps, whichever is longer. That is several times as
/// long as a usual run with adapters, so the baseline is a good head, at the cost of one forward
/// pass.
public final class HeadBaseline {
  /// Epochs over the kept hidden states; on the built-in data accuracy no longer rises after about
  /// 10.
  private static final int EPOCHS = 15;

  private static final double LEARNING_RATE = 1e-3;

  private static final int BATCH = 32;

  /// Few examples need more epochs; a step on kept hidden states costs little.
  private static final int LEAST_STEPS = 500;

  private final SequenceClassifier network;

  private HeadBaseline(SequenceClassifier network) {
    this.network = network;
  }

  /// Trains a head and scores it. Seed, threads and maximal length are taken from the options.
  ///
  /// @param progress receives the number of examples that the encoder has read
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  public static Evaluation measure(
      PretrainedModel base,
      SequenceTask task,
      TrainingOptions options,
      Dataset train,
      Dataset dev,
      Progress progress) {
    AdaptedModel model =
        AdaLora.adapt(base, task, AdaLoraConfig.defaults().withMethod(Method.HEAD), options.seed());
    HeadBaseline baseline = new HeadBaseline(model.network());
    try (Workers workers = Workers.of(options.threads())) {
      return workers.call(
          () -> {
            EncodedExamples trainExamples = task.prepare(train, base, options.maxLength());
            EncodedExamples devExamples = task.prepare(dev, base, options.maxLength());
            int channels = base.config().hiddenSize();
            int all = trainExamples.size() + devExamples.size();
            progress.started("encoder for the head alone", "examples", all);
            Tensor trainFeatures = baseline.features(channels, trainExamples, 0, progress);
            Tensor devFeatures =
                baseline.features(channels, devExamples, trainExamples.size(), progress);
            progress.finished();
            baseline.train(model, trainExamples, trainFeatures, options.seed());
            return devExamples.evaluateRows(
                positions -> baseline.logits(devExamples, devFeatures, positions),
                0,
                new Workspace());
          });
    }
  }

  /// The first token's hidden state of every example: (n, C).
  private Tensor features(int channels, EncodedExamples examples, int before, Progress progress) {
    Tensor all = Tensor.zeros(Shape.of(examples.size(), channels));
    Workspace workspace = new Workspace();
    for (int from = 0; from < examples.size(); from += Evaluator.BATCH) {
      int first = from;
      int[] positions = new int[Math.min(Evaluator.BATCH, examples.size() - from)];
      Arrays.setAll(positions, i -> first + i);
      workspace.run(
          () -> {
            Tensor hidden =
                network.encoder().forward(examples.batch(positions), network.head().rows()).value();
            System.arraycopy(hidden.array(), 0, all.array(), first * channels, hidden.size());
          });
      progress.advanced(before + from + positions.length);
    }
    return all;
  }

  private void train(AdaptedModel model, EncodedExamples examples, Tensor features, long seed) {
    int perEpoch = (examples.size() + BATCH - 1) / BATCH;
    int steps = Math.max(LEAST_STEPS, perEpoch * EPOCHS);
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(model.parameters(), 0)));
    LearningRate rate = LearningRate.linear(LEARNING_RATE, steps / 16, steps);
    int[] order = new int[examples.size()];
    Arrays.setAll(order, i -> i);
    RandomSource random = RandomSource.of(seed).split("order of the head alone");
    for (int t = 0; t < steps; t++) {
      int first = t % perEpoch * BATCH;
      if (first == 0) {
        random.shuffle(order);
      }
      int[] positions = Arrays.copyOfRange(order, first, Math.min(order.length, first + BATCH));
      Variable loss = examples.targets().loss(logits(examples, features, positions), positions);
      optimizer.step(Gradients.of(loss), rate.at(t));
    }
  }

  private Variable logits(EncodedExamples examples, Tensor features, int[] positions) {
    Batch batch = examples.batch(positions);
    return network.head().forward(Constant.of(features.gatherRows(positions)), batch);
  }
}
