package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Labels;
import jada.adalora.data.OddLabels;
import jada.autograd.Fused;
import jada.autograd.Variable;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Multi-label classification: a text has none, some or all of several labels.
///
/// Output k is the logit of label k, whose probability is σ(z_k) = 1/(1 + e^(−z_k)); the model
/// gives the labels with a probability above 1/2. The loss is the binary cross entropy, mean over
/// texts and labels, in nats, as transformers' `multi_label_classification` has it. Metrics: F1
/// over all pairs of text and label (micro), mean of the labels' F1 (macro), and accuracy, the
/// share of texts whose labels are all correct.
///
/// @param labels at least two, in order of their index in the output
public record MultiLabelTask(List<String> labels) implements SequenceTask {
  /// The kind: `multi-label`.
  public static final TaskType TYPE = new Type();

  /// @throws jada.nn.files.InputException if there are fewer than two labels, or one occurs twice
  public MultiLabelTask {
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
    return labels.size() + " labels, any number of them a text";
  }

  @Override
  public Targets targets(Dataset data) {
    return new LabelSets(Labels.of(labels).sets(data), labels.size());
  }

  @Override
  public Prediction predict(float[] output) {
    Map<String, Double> scores = new LinkedHashMap<>();
    List<String> given = new ArrayList<>();
    double joint = 1; // of all labels being as said, each independent of the others
    for (int k = 0; k < outputs(); k++) {
      double probability = 1 / (1 + StrictMath.exp(-output[k]));
      scores.put(labels.get(k), probability);
      joint *= Math.max(probability, 1 - probability);
      if (output[k] > 0) {
        given.add(labels.get(k));
      }
    }
    return new Prediction(String.join(", ", given), joint, given, scores, output);
  }

  /// Which labels each example has.
  private static final class LabelSets implements Targets {
    private final List<BitSet> expected;
    private final int labels;

    LabelSets(List<BitSet> expected, int labels) {
      this.expected = expected;
      this.labels = labels;
    }

    @Override
    public Variable loss(Variable logits, int[] positions) {
      float[] wanted = new float[positions.length * labels]; // (B, K), 1 where it has the label
      for (int i = 0; i < positions.length; i++) {
        int row = i * labels;
        expected.get(positions[i]).stream().forEach(k -> wanted[row + k] = 1);
      }
      return Fused.binaryCrossEntropy(logits, wanted);
    }

    /// The mean over labels of −p·ln p − (1 − p)·ln(1 − p), in nats, with the share p of the
    /// examples that have the label.
    @Override
    public double lossOfGuessing() {
      double sum = 0;
      for (int k = 0; k < labels; k++) {
        int label = k;
        long has = expected.stream().filter(set -> set.get(label)).count();
        double share = (double) has / expected.size();
        sum += entropy(share) + entropy(1 - share);
      }
      return sum / labels;
    }

    private static double entropy(double share) {
      return share == 0 ? 0 : -share * StrictMath.log(share);
    }

    @Override
    public Map<String, Double> metrics(Tensor logits) {
      int[] hits = new int[labels]; // per label: predicted and expected
      int[] predicted = new int[labels];
      int[] wanted = new int[labels];
      int right = 0;
      for (int i = 0; i < expected.size(); i++) {
        boolean same = true;
        for (int k = 0; k < labels; k++) {
          boolean says = logits.array()[i * labels + k] > 0;
          boolean has = expected.get(i).get(k);
          hits[k] += says && has ? 1 : 0;
          predicted[k] += says ? 1 : 0;
          wanted[k] += has ? 1 : 0;
          same &= says == has;
        }
        right += same ? 1 : 0;
      }
      double macro = 0;
      for (int k = 0; k < labels; k++) {
        macro += f1(hits[k], predicted[k], wanted[k]) / labels;
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("micro_f1", f1(sum(hits), sum(predicted), sum(wanted)));
      metrics.put("macro_f1", macro);
      metrics.put("accuracy", (double) right / expected.size());
      return metrics;
    }

    private static int sum(int[] counts) {
      return Arrays.stream(counts).sum();
    }

    /// 2·hits/(predicted + wanted), and 0 where both are 0, as scikit-learn has it.
    private static double f1(int hits, int predicted, int wanted) {
      return predicted + wanted == 0 ? 0 : 2.0 * hits / (predicted + wanted);
    }
  }

  private record Type() implements TaskType {
    @Override
    public String name() {
      return "multi-label";
    }

    @Override
    public String problemType() {
      return "multi_label_classification";
    }

    @Override
    public Task of(List<String> labels) {
      return new MultiLabelTask(labels);
    }

    @Override
    public Task fit(Dataset train, OddLabels odd) {
      return new MultiLabelTask(Labels.of(train, odd).names());
    }

    @Override
    public boolean isEvident(Dataset train) {
      return train.examples().stream().anyMatch(example -> example.labels().size() != 1);
    }
  }
}
