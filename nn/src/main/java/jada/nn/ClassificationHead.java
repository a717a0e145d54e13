package jada.nn;

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
///     RoBERTa     logits = W_c·dropout(tanh(W_p·dropout(h) + b_p)) + b_c
///                                                 W_p: classifier.dense, W_c: classifier.out_proj
///
/// K is the number of classes; with K = 1 the output is the estimate of a regression.
public final class ClassificationHead implements Head {
  /// Standard deviation of new weights: BERT's `initializer_range`.
  private static final float INITIAL_STD = 0.02f;

  private final UnaryOperator<Variable> input;
  private final Layer pooling;
  private final UnaryOperator<Variable> activation;
  private final Dropout dropout;
  private final Layer classifier;

  private ClassificationHead(
      UnaryOperator<Variable> input,
      Layer pooling,
      UnaryOperator<Variable> activation,
      Dropout dropout,
      Layer classifier) {
    this.input = input;
    this.pooling = pooling;
    this.activation = activation;
    this.dropout = dropout;
    this.classifier = classifier;
  }

  /// The head of the configuration's family with the given weights.
  ///
  /// @param config the encoder's sizes
  /// @param outputs K, at least 1
  /// @param weights gives weight and bias of the modules that [Family#headModules] names, for
  ///   example `classifier.bias`; `Map::get` will do
  /// @param linears makes the layers of the two modules, by their paths with the prefix
  /// @throws IllegalArgumentException if K is less than 1
  /// @throws jada.nn.files.InputException if a weight is missing or its shape does not fit
  public static Head build(
      EncoderConfig config,
      int outputs,
      Function<String, Variable> weights,
      LinearFactory linears) {
    requireOutputs(outputs);
    return config.family().head(config, outputs, weights, linears);
  }

  /// The head of the given form.
  static ClassificationHead of(
      EncoderConfig config,
      HeadForm form,
      int outputs,
      Function<String, Variable> weights,
      LinearFactory linears) {
    NamedWeights named = new NamedWeights("classification head", config.family(), weights, linears);
    int channels = config.hiddenSize();
    Dropout dropout = Dropout.of("classifier", config.headDropout());
    return new ClassificationHead(
        form.input() == HeadForm.Input.DROPPED
            ? Dropout.of("classifier.input", config.headDropout())::forward
            : UnaryOperator.identity(),
        named.linear(form.pooling(), channels, channels),
        form.activation(),
        dropout,
        named.linear(form.classifier(), outputs, channels));
  }

  /// Initial weights where the checkpoint has none: matrices from N(0, 0.02²), biases 0. A matrix
  /// depends only on the seed of the source and on its own name.
  ///
  /// @param outputs K, at least 1
  /// @throws IllegalArgumentException if K is less than 1
  public static Map<String, Tensor> initial(
      EncoderConfig config, int outputs, RandomSource random) {
    requireOutputs(outputs);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    config
        .family()
        .headWeights(config, outputs)
        .forEach(weight -> weights.put(weight.name(), initial(weight, random)));
    return weights;
  }

  private static Tensor initial(WeightSpec weight, RandomSource random) {
    Shape shape = Shape.of(weight.sizes().stream().mapToInt(Math::toIntExact).toArray());
    return weight.decays()
        ? Tensor.normal(shape, INITIAL_STD, random.split(weight.name()))
        : Tensor.zeros(shape);
  }

  @Override
  public Rows rows() {
    return Rows.FIRST;
  }

  @Override
  public Variable forward(Variable hidden, Batch batch) {
    Variable pooled = activation.apply(pooling.forward(input.apply(hidden))); // (B, C)
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
