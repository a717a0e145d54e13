package jada.adalora;

import jada.adalora.TrainingListener.Evaluation;
import jada.adalora.data.Dataset;
import jada.adalora.data.Metrics;
import jada.autograd.Variable;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Scores a model on labelled examples. Dropout is off, and the orthogonality penalty is not part
/// of the loss.
public final class Evaluator {
  /// Examples scored together; enough rows for the matrix products, little memory.
  static final int BATCH = 64;

  private Evaluator() {}

  /// Loss and metrics of a model on a data set: accuracy, F1 and Matthews' correlation for
  /// classification, Pearson's and Spearman's correlation for regression.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.InputException if a label does not fit the task, naming its place
  public static Evaluation evaluate(AdaptedModel model, Dataset data, int maxLength) {
    EncodedExamples examples = EncodedExamples.of(data, model.task(), model.base(), maxLength);
    return evaluate(
        positions -> model.logits(examples.batch(positions)), model.task(), examples, 0);
  }

  /// Scores whatever gives logits (B, K) for the examples at B positions.
  static Evaluation evaluate(
      Function<int[], Variable> model, Task task, EncodedExamples examples, int step) {
    double loss = 0;
    Tensor[] logits = new Tensor[(examples.size() + BATCH - 1) / BATCH];
    for (int b = 0; b < logits.length; b++) {
      int[] positions =
          IntStream.range(b * BATCH, Math.min(examples.size(), (b + 1) * BATCH)).toArray();
      Variable output = model.apply(positions);
      loss += examples.answers().loss(output, positions).value().item() * (double) positions.length;
      logits[b] = output.value();
    }
    return new Evaluation(step, loss / examples.size(), metrics(task, logits, examples.answers()));
  }

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
