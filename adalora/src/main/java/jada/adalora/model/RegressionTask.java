package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.OddLabels;
import jada.autograd.Fused;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Regression: the prediction of a number. The loss is the mean squared error; metrics: Pearson's
/// and Spearman's correlation.
public record RegressionTask() implements SequenceTask {
  /// The kind: `regression`.
  public static final TaskType TYPE = new Type();

  @Override
  public TaskType type() {
    return TYPE;
  }

  @Override
  public List<String> labels() {
    return List.of();
  }

  @Override
  public int outputs() {
    return 1;
  }

  @Override
  public String description() {
    return "a number";
  }

  @Override
  public Targets targets(Dataset data) {
    return new Numbers(data.targets());
  }

  @Override
  public Prediction predict(float[] output) {
    return new Prediction(Float.toString(output[0]), 1, List.of(), Map.of(), output);
  }

  /// Numbers.
  private static final class Numbers implements Targets {
    private final float[] expected;

    Numbers(float[] expected) {
      this.expected = expected;
    }

    @Override
    public Variable loss(Variable output, int[] positions) {
      float[] wanted = new float[positions.length];
      for (int i = 0; i < positions.length; i++) {
        wanted[i] = expected[positions[i]];
      }
      return Fused.meanSquaredError(output, wanted);
    }

    /// Σᵢ (yᵢ − ȳ)² / n.
    @Override
    public double lossOfGuessing() {
      double mean = 0;
      for (float target : expected) {
        mean += (double) target / expected.length;
      }
      double squares = 0;
      for (float target : expected) {
        squares += (target - mean) * (target - mean);
      }
      return squares / expected.length;
    }

    @Override
    public Map<String, Double> metrics(Tensor output) {
      double[] predicted = new double[expected.length];
      double[] wanted = new double[expected.length];
      for (int i = 0; i < expected.length; i++) {
        predicted[i] = output.array()[i];
        wanted[i] = expected[i];
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("pearson", Metrics.pearson(predicted, wanted));
      metrics.put("spearman", Metrics.spearman(predicted, wanted));
      return metrics;
    }
  }

  private record Type() implements TaskType {
    @Override
    public String name() {
      return "regression";
    }

    @Override
    public String problemType() {
      return "regression";
    }

    @Override
    public Task of(List<String> labels) {
      if (!labels.isEmpty()) {
        throw new InputException(
            "task: regression has no labels, got " + labels.size() + "; is it a classification?");
      }
      return new RegressionTask();
    }

    @Override
    public Task fit(Dataset train, OddLabels odd) {
      train.targets(); // every label is a number
      return new RegressionTask();
    }
  }
}
