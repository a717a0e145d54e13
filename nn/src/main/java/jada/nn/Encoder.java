package jada.nn;

import jada.autograd.Variable;
import java.util.function.Function;

/// Turns tokens into contextual hidden states.
///
/// Next: `BertEncoder`.
public interface Encoder {
  /// The encoder of a configuration's family with the given weights.
  ///
  /// The caller decides which weights are trained: a [jada.autograd.Constant] is frozen and costs
  /// no gradient work, a [jada.autograd.Parameter] is trained.
  ///
  /// @param weights gives each weight by its Hugging Face name without the prefix `bert.` or that
  ///   of another family, for example `encoder.layer.0.attention.self.query.weight`; `Map::get`
  ///   will do
  /// @param linears makes the layer of each matrix, by its path with the prefix
  /// @throws jada.nn.files.InputException if a weight is missing or its shape does not fit the
  ///   configuration
  static Encoder build(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    return config.family().encoder(config, weights, linears);
  }

  /// The wanted rows of the last hidden states: T tokens -> (N, C). A row does not depend on which
  /// other rows are wanted.
  Variable forward(Batch batch, Rows rows);

  /// The last hidden states of all tokens: (T, C).
  default Variable forward(Batch batch) {
    return forward(batch, Rows.ALL);
  }
}
