package jada.nn;

import jada.autograd.Variable;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import jada.nn.text.Tokenizer;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// A family of encoders: what transformers calls a model type. All that depends on the family is
/// here: its configuration, the names and shapes of its weights, its network and its head.
///
/// [Families] finds the family of a model. Jada's own are [Bert], [DistilBert], [Roberta], which
/// XLM-RoBERTa and CamemBERT are instances of, and [Mpnet]; others are found as providers of this
/// service.
///
/// Weights have Hugging Face's names. Checkpoints of the encoder alone leave the prefix ([#prefix])
/// out of every name, and so does Jada; [#path] and [#bare] add and remove it.
public interface Family {
  /// The `model_type` in a `config.json`: `bert`.
  String type();

  /// The name of the encoder in a model that classifies, with which the names of its modules begin:
  /// `bert`; transformers' `base_model_prefix`.
  default String prefix() {
    return type();
  }

  /// What Jada does with each key of a `config.json` of this family.
  KeyLedger keys();

  /// The configuration that a `config.json` describes, whose keys [#keys] lets pass.
  ///
  /// @throws jada.nn.files.InputException if a key is missing or asks for what this family cannot
  ///   compute
  /// @throws IllegalArgumentException if the sizes do not fit each other
  EncoderConfig read(ConfigJson json);

  /// Writes the keys of a configuration of this family into a `config.json`: the inverse of
  /// [#read].
  void write(EncoderConfig config, ObjectNode json);

  /// The kinds of tokenizers that models of this family have ([Tokenizer#kind]). A folder with
  /// another is refused.
  List<String> tokenizers();

  /// The class of transformers that reads the saved model.
  ///
  /// @param classifies whether there is a classification head
  String architecture(boolean classifies);

  /// The weights of the encoder, in the order of the layers. The stream is lazy: a configuration
  /// that claims a billion layers costs nothing before the first missing weight is found.
  Stream<WeightSpec> weights(EncoderConfig config);

  /// The weights of the classification head, in the order of their use.
  ///
  /// @param outputs K
  Stream<WeightSpec> headWeights(EncoderConfig config, int outputs);

  /// The encoder with the given weights.
  ///
  /// @param weights gives each weight by its name without the prefix, or null
  /// @param linears makes the layer of each matrix, by its path with the prefix
  /// @throws jada.nn.files.InputException if a weight is missing or has another shape
  Encoder encoder(EncoderConfig config, Function<String, Variable> weights, LinearFactory linears);

  /// The classification head with the given weights.
  ///
  /// @param outputs K
  /// @param weights gives each weight by its name without the prefix, or null
  /// @param linears makes the layer of each matrix, by its path with the prefix
  /// @throws jada.nn.files.InputException if a weight is missing or has another shape
  Head head(
      EncoderConfig config, int outputs, Function<String, Variable> weights, LinearFactory linears);

  /// The modules of the classification head, in the order of their use; the last one makes the
  /// logits.
  List<String> headModules();

  /// The modules beside the encoder: the first parts of the names of the head's modules that have
  /// no prefix.
  List<String> besideEncoder();

  /// The shortest names that match the matrices of attention and nothing else: the default targets
  /// of adapters.
  List<String> attentionTargets();

  /// The six matrices of a layer as they are called within it: query, key, value, output of
  /// attention, then up and down of the feed-forward part.
  List<String> layerMatrices();

  /// The module that makes the logits.
  default String classifier() {
    return headModules().getLast();
  }

  /// Whether a module or weight is beside the encoder, not part of it: `classifier` is; BERT's
  /// pooler is a part of `bert`.
  default boolean isBeside(String name) {
    return besideEncoder().contains(name.split("\\.", 2)[0]);
  }

  /// The whole name of a module or weight in a model that classifies, for example
  /// `bert.pooler.dense` for `pooler.dense`.
  default String path(String name) {
    return isBeside(name) ? name : prefix() + "." + name;
  }

  /// The name without the prefix, if it has one: the inverse of [#path].
  default String bare(String path) {
    return path.startsWith(prefix() + ".") ? path.substring(prefix().length() + 1) : path;
  }
}
