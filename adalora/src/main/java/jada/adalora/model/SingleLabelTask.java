package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Labels;
import jada.adalora.data.OddLabels;
import jada.autograd.Fused;
import jada.autograd.Variable;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Classification: a text has exactly one of several labels.
///
/// The loss is the cross entropy of softmax(z), in nats. Metrics: accuracy, F1 (of the second class
/// where there are two, as GLUE has it, else the mean over classes), Matthews' correlation, and the
/// share of the commonest class, which an accuracy has to beat.
///
/// @param labels at least two, in order of their index in the output
public record SingleLabelTask(List<String> labels) implements SequenceTask {
  /// The kind: `classification`.
  public static final TaskType TYPE = new Type();

  /// @throws InputException if there are fewer than two labels, or one occurs twice
  public SingleLabelTask {
    labels = DistinctLabels.of(labels);
  }

  @Override
  public TaskType type() {
    return TYPE;
  }

  @Override
  public int outputs() {
    return labels.size();
  }

  @Override
  public String description() {
    return labels.size() + " labels";
  }

  @Override
  public Targets targets(Dataset data) {
    return new Classes(Labels.of(labels).indices(data), outputs(), ClassLoss.PLAIN);
  }

  @Override
  public EncodedExamples prepare(
      Dataset data, PretrainedModel base, int maxLength, ClassLoss loss) {
    int[] expected = Labels.of(labels).indices(data);
    return EncodedExamples.of(data, new Classes(expected, outputs(), loss), base, maxLength);
  }

  @Override
  public Prediction predict(float[] output) {
    Tensor probabilities = Tensor.of(Shape.of(1, outputs()), output.clone()).softmax(); // (1, K)
    Map<String, Double> scores = new LinkedHashMap<>();
    for (int k = 0; k < outputs(); k++) {
      scores.put(labels.get(k), (double) probabilities.get(0, k));
    }
    String label = labels.get(largest(probabilities.array(), 0, outputs()));
    return new Prediction(label, scores.get(label), List.of(label), scores, output);
  }

  /// The index of the largest of n values, the first where several are equal.
  private static int largest(float[] values, int from, int n) {
    int best = 0;
    for (int k = 1; k < n; k++) {
      if (values[from + k] > values[from + best]) {
        best = k;
      }
    }
    return best;
  }

  /// Class indices.
  private static final class Classes implements Targets {
    private final int[] expected;
    private final ClassLoss form;
    private final float[] weights;

    Classes(int[] expected, int classes, ClassLoss form) {
      this.expected = expected;
      this.form = form;
      this.weights = form.of(expected, classes);
    }

    @Override
    public Variable loss(Variable logits, int[] positions) {
      int[] wanted = new int[positions.length];
      for (int i = 0; i < positions.length; i++) {
        wanted[i] = expected[positions[i]];
      }
      return form.equals(ClassLoss.PLAIN)
          ? Fused.crossEntropy(logits, wanted)
          : Fused.crossEntropy(logits, wanted, weights, form.smoothing());
    }

    @Override
    public double weight(int[] positions) {
      return Arrays.stream(positions).mapToDouble(i -> weights[expected[i]]).sum();
    }

    /// −Σₖ qₖ·ln(qₖ/Σq), in nats, with the shares qₖ that the classes have of the loss; those of
    /// plain cross entropy add up to 1.
    @Override
    public double lossOfGuessing() {
      double all = 0;
      double[] shares = new double[weights.length];
      for (int k : expected) {
        all += weights[k];
        shares[k] += (1 - form.smoothing()) * weights[k];
      }
      double sum = 0;
      for (int k = 0; k < shares.length; k++) {
        shares[k] += form.smoothing() / shares.length * weights[k] * expected.length;
        shares[k] /= all;
        sum += shares[k];
      }
      double entropy = 0;
      for (double share : shares) {
        entropy -= share == 0 ? 0 : share * StrictMath.log(share / sum);
      }
      return entropy;
    }

    @Override
    public Map<String, Double> metrics(Tensor logits) {
      int classes = logits.shape().columns();
      int[] predicted = new int[expected.length];
      for (int i = 0; i < predicted.length; i++) {
        predicted[i] = largest(logits.array(), i * classes, classes);
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("accuracy", Metrics.accuracy(predicted, expected));
      metrics.put("f1", Metrics.f1(predicted, expected, classes));
      metrics.put("matthews", Metrics.matthews(predicted, expected, classes));
      metrics.put(Evaluator.COMMONEST_CLASS, Metrics.commonestClass(expected, classes));
      return metrics;
    }
  }

  private record Type() implements TaskType {
    @Override
    public String name() {
      return "classification";
    }

    @Override
    public String problemType() {
      return "single_label_classification";
    }

    @Override
    public Task of(List<String> labels) {
      return new SingleLabelTask(labels);
    }

    @Override
    public Task fit(Dataset train, OddLabels odd) {
      Labels labels = Labels.of(train, odd);
      labels.indices(train); // every example has exactly one
      return new SingleLabelTask(labels.names());
    }
  }
}
