package jada.nn;

import jada.autograd.Variable;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// How a family's classification head is built: two matrices with an activation between them.
///
/// @param pooling the module of the first matrix (C, C)
/// @param classifier the module of the second matrix (K, C)
/// @param activation between the two
/// @param input whether there is dropout before the first matrix, too
record HeadForm(
    String pooling, String classifier, UnaryOperator<Variable> activation, Input input) {
  /// What is done with the hidden state before the first matrix.
  enum Input {
    AS_IT_IS,
    DROPPED
  }

  List<String> modules() {
    return List.of(pooling, classifier);
  }

  Stream<WeightSpec> weights(EncoderConfig config, int outputs) {
    return Stream.concat(
        WeightSpec.linear(pooling, config.hiddenSize(), config.hiddenSize()),
        WeightSpec.linear(classifier, outputs, config.hiddenSize()));
  }
}
