package jada.nn;

import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The head for whole sequences, as transformers' `…ForSequenceClassification` has it.
///
/// From the hidden state h (C) of a sequence's first token, with a matrix W_p (C, C) and the
/// classifier W_c (K, C):
///
///     BERT        logits = W_c·dropout(tanh(W_p·h + b_p)) + b_c        W_p: pooler.dense
///     DistilBERT  logits = W_c·dropout(relu(W_p·h + b_p)) + b_c        W_p: pre_classifier
///
/// K is the number of classes; with K = 1 the output is the estimate of a regression.
public final class ClassificationHead implements Head {
  /// Standard deviation of weights that no checkpoint gives: BERT's `initializer_range`.
  private static final float INITIAL_STD = 0.02f;

  private final Layer pooling;
  private final UnaryOperator<Variable> activation;
  private final Dropout dropout;
  private final Layer classifier;

  private ClassificationHead(
      Layer pooling, UnaryOperator<Variable> activation, Dropout dropout, Layer classifier) {
    this.pooling = pooling;
    this.activation = activation;
    this.dropout = dropout;
    this.classifier = classifier;
  }

  /// The head with the given weights.
  ///
  /// @param config the encoder's sizes
  /// @param outputs K, at least 1
  /// @param weights gives weight and bias of the modules that [Family#head] names, for example
  ///   `classifier.bias`; `Map::get` will do
  /// @param linears makes the layers of the two modules, by their paths with the prefix
  /// @throws IllegalArgumentException if K is less than 1
  /// @throws jada.nn.files.InputException if a weight is missing or its shape does not fit
  public static ClassificationHead build(
      EncoderConfig config,
      int outputs,
      Function<String, Variable> weights,
      LinearFactory linears) {
    requireOutputs(outputs);
    Family names = config.family();
    NamedWeights named = new NamedWeights("classification head", names, weights, linears);
    int channels = config.hiddenSize();
    return new ClassificationHead(
        named.linear(names.head().getFirst(), channels, channels),
        switch (names) {
          case BERT -> Ops::tanh;
          case DISTILBERT -> Ops::relu;
        },
        Dropout.of("classifier", config.headDropout()),
        named.linear(names.head().getLast(), outputs, channels));
  }

  /// Weights to start from where the checkpoint has none: matrices from N(0, 0.02²), biases 0. Each
  /// matrix depends on the source's seed and its name only.
  ///
  /// @param outputs K, at least 1
  /// @throws IllegalArgumentException if K is less than 1
  public static Map<String, Tensor> initial(
      EncoderConfig config, int outputs, RandomSource random) {
    requireOutputs(outputs);
    int channels = config.hiddenSize();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String module : config.family().head()) {
      int rows = module.equals(Family.CLASSIFIER) ? outputs : channels;
      String matrix = module + ".weight";
      weights.put(
          matrix, Tensor.normal(Shape.of(rows, channels), INITIAL_STD, random.split(matrix)));
      weights.put(module + ".bias", Tensor.zeros(Shape.of(rows)));
    }
    return weights;
  }

  @Override
  public Rows rows() {
    return Rows.FIRST;
  }

  @Override
  public Variable forward(Variable hidden, Batch batch) {
    Variable pooled = activation.apply(pooling.forward(hidden)); // (B, C)
    return classifier.forward(dropout.forward(pooled)); // (B, C) -> (B, K)
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
