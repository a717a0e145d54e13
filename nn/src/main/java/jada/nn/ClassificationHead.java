package jada.nn;

import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// BERT's head for whole sequences, as transformers' `BertForSequenceClassification` has it.
///
/// From the hidden state h (C) of a sequence's first token, with the pooler W_p (C, C) and the
/// classifier W_c (K, C):
///
///     logits = W_c·dropout(tanh(W_p·h + b_p)) + b_c
///
/// K is the number of classes; with K = 1 the output is the estimate of a regression.
public final class ClassificationHead implements Head {
  /// Standard deviation of weights that no checkpoint gives: BERT's `initializer_range`.
  private static final float INITIAL_STD = 0.02f;

  private final Layer pooler;
  private final Dropout dropout;
  private final Layer classifier;

  private ClassificationHead(Layer pooler, Dropout dropout, Layer classifier) {
    this.pooler = pooler;
    this.dropout = dropout;
    this.classifier = classifier;
  }

  /// The head with the given weights.
  ///
  /// @param config the encoder's sizes; its hidden dropout is the head's, too
  /// @param outputs K, at least 1
  /// @param weights gives `pooler.dense.weight`, `pooler.dense.bias`, `classifier.weight` and
  ///   `classifier.bias`; `Map::get` will do
  /// @param linears makes the layers `bert.pooler.dense` and `classifier`
  /// @throws IllegalArgumentException if K is less than 1
  /// @throws InputException if a weight is missing or its shape does not fit
  public static ClassificationHead build(
      BertConfig config, int outputs, Function<String, Variable> weights, LinearFactory linears) {
    requireOutputs(outputs);
    NamedWeights named = new NamedWeights("classification head", weights, linears);
    int channels = config.hiddenSize();
    return new ClassificationHead(
        named.linear("bert.", "pooler.dense", channels, channels),
        Dropout.of("classifier", config.hiddenDropout()),
        named.linear("", "classifier", outputs, channels));
  }

  /// Weights to start from where the checkpoint has none: matrices from N(0, 0.02²), biases 0. Each
  /// matrix depends on the source's seed and its name only.
  ///
  /// @param outputs K, at least 1
  /// @throws IllegalArgumentException if K is less than 1
  public static Map<String, Tensor> initial(BertConfig config, int outputs, RandomSource random) {
    requireOutputs(outputs);
    int channels = config.hiddenSize();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("pooler.dense.weight", normal("pooler.dense.weight", channels, channels, random));
    weights.put("pooler.dense.bias", Tensor.zeros(Shape.of(channels)));
    weights.put("classifier.weight", normal("classifier.weight", outputs, channels, random));
    weights.put("classifier.bias", Tensor.zeros(Shape.of(outputs)));
    return weights;
  }

  @Override
  public Rows rows() {
    return Rows.FIRST;
  }

  @Override
  public Variable forward(Variable hidden, Batch batch) {
    Variable pooled = Ops.tanh(pooler.forward(hidden)); // (B, C)
    return classifier.forward(dropout.forward(pooled)); // (B, C) -> (B, K)
  }

  private static Tensor normal(String name, int out, int in, RandomSource random) {
    return Tensor.normal(Shape.of(out, in), INITIAL_STD, random.split(name));
  }

  private static void requireOutputs(int outputs) {
    if (outputs < 1) {
      throw new IllegalArgumentException(
          "classification head: K must be at least 1, got "
              + outputs
              + "; give the number of classes, or 1 for regression");
    }
  }
}
