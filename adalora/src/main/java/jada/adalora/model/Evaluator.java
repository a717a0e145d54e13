package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.autograd.Variable;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Scores a model on labelled examples. Dropout is off, and the orthogonality penalty is not part
/// of the loss.
public final class Evaluator {
  /// Examples scored together: enough rows for the matrix products, and no more memory than a step
  /// of training takes.
  public static final int BATCH = 32;

  private Evaluator() {}

  /// Loss and metrics of a model on a data set: accuracy, F1 and Matthews' correlation for
  /// classification, Pearson's and Spearman's correlation for regression.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  public static Evaluation evaluate(AdaptedModel model, Dataset data, int maxLength) {
    EncodedExamples examples = EncodedExamples.of(data, model.task(), model.base(), maxLength);
    return evaluate(
        positions -> model.logits(examples.batch(positions)),
        model.task(),
        examples,
        0,
        new Workspace());
  }

  /// Scores whatever gives logits (B, K) for the examples at B positions.
  public static Evaluation evaluate(
      Function<int[], Variable> model,
      Task task,
      EncodedExamples examples,
      int step,
      Workspace workspace) {
    List<Scored> batches = new ArrayList<>();
    for (int from = 0; from < examples.size(); from += BATCH) {
      int[] positions = IntStream.range(from, Math.min(examples.size(), from + BATCH)).toArray();
      batches.add(
          workspace.call(
              () -> {
                Variable logits = model.apply(positions); // (B, K)
                float loss = examples.answers().loss(logits, positions).value().item();
                return new Scored((double) loss * positions.length, logits.value().copy());
              }));
    }
    double loss = batches.stream().mapToDouble(Scored::loss).sum() / examples.size();
    Tensor[] logits = batches.stream().map(Scored::logits).toArray(Tensor[]::new);
    return new Evaluation(step, loss, metrics(task, logits, examples.answers()));
  }

  /// @param loss the sum over the examples of a batch, in nats or squared units of the target
  private record Scored(double loss, Tensor logits) {}

  private static Map<String, Double> metrics(Task task, Tensor[] logits, Answers answers) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    switch (answers) {
      case Answers.Classes classes -> {
        int[] predicted = Arrays.stream(logits).flatMapToInt(Evaluator::largest).toArray();
        int[] expected = classes.indices();
        metrics.put("accuracy", Metrics.accuracy(predicted, expected));
        metrics.put("f1", Metrics.f1(predicted, expected, task.outputs()));
        metrics.put("matthews", Metrics.matthews(predicted, expected, task.outputs()));
      }
      case Answers.Numbers numbers -> {
        double[] predicted =
            Arrays.stream(logits)
                .flatMapToDouble(t -> IntStream.range(0, t.size()).mapToDouble(i -> t.array()[i]))
                .toArray();
        float[] targets = numbers.targets();
        double[] expected =
            IntStream.range(0, targets.length).mapToDouble(i -> targets[i]).toArray();
        metrics.put("pearson", Metrics.pearson(predicted, expected));
        metrics.put("spearman", Metrics.spearman(predicted, expected));
      }
    }
    return metrics;
  }

  /// The index of the largest logit of each row, the first where several are equal.
  private static IntStream largest(Tensor logits) {
    int classes = logits.shape().columns();
    return IntStream.range(0, logits.shape().rows())
        .map(
            row -> {
              int best = 0;
              for (int k = 1; k < classes; k++) {
                if (logits.array()[row * classes + k] > logits.array()[row * classes + best]) {
                  best = k;
                }
              }
              return best;
            });
  }
}
