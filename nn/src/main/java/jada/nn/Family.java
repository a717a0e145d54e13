package jada.nn;

import java.util.List;
import java.util.stream.Stream;

/// A kind of encoder, and what transformers calls its modules.
///
/// BERT and DistilBERT compute the same block under different names. DistilBERT has no token types,
/// and its head is its own. Checkpoints of the encoder alone leave the prefix out of every name,
/// and so does Jada; [#path] and [#bare] put it in and take it away.
public enum Family {
  /// Devlin et al. 2019; transformers' `BertForSequenceClassification`.
  BERT(
      "bert",
      "encoder.layer.",
      List.of(
          "attention.self.query",
          "attention.self.key",
          "attention.self.value",
          "attention.output.dense"),
      "attention.output.LayerNorm",
      List.of("intermediate.dense", "output.dense"),
      "output.LayerNorm",
      "pooler.dense"),

  /// Sanh et al. 2019; transformers' `DistilBertForSequenceClassification`.
  DISTILBERT(
      "distilbert",
      "transformer.layer.",
      List.of("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"),
      "sa_layer_norm",
      List.of("ffn.lin1", "ffn.lin2"),
      "output_layer_norm",
      "pre_classifier");

  /// The last matrix of a model that classifies: from the pooled vector to the logits.
  static final String CLASSIFIER = "classifier";

  private final String type;
  private final String layers;
  private final List<String> attention;
  private final String attentionNorm;
  private final List<String> feedForward;
  private final String outputNorm;
  private final String pooling;

  Family(
      String type,
      String layers,
      List<String> attention,
      String attentionNorm,
      List<String> feedForward,
      String outputNorm,
      String pooling) {
    this.type = type;
    this.layers = layers;
    this.attention = attention;
    this.attentionNorm = attentionNorm;
    this.feedForward = feedForward;
    this.outputNorm = outputNorm;
    this.pooling = pooling;
  }

  /// The word for it in a `config.json`, and the prefix of its modules: `bert`, `distilbert`.
  public String type() {
    return type;
  }

  /// What the names of a layer's modules begin with, for example `encoder.layer.3.`.
  public String layer(int index) {
    return layers + index + ".";
  }

  /// The four matrices of a layer's attention: query, key, value, output.
  public List<String> attention() {
    return attention;
  }

  /// The LayerNorm after a layer's attention.
  public String attentionNorm() {
    return attentionNorm;
  }

  /// The two matrices of a layer's feed-forward part: up, down.
  public List<String> feedForward() {
    return feedForward;
  }

  /// The LayerNorm at the end of a layer.
  public String outputNorm() {
    return outputNorm;
  }

  /// All modules of a layer that hold a weight and a bias, in the same order in every family.
  public List<String> modulesOfLayer() {
    return Stream.of(attention, List.of(attentionNorm), feedForward, List.of(outputNorm))
        .flatMap(List::stream)
        .toList();
  }

  /// The modules of the head, in the order of their use: `pooler.dense` or `pre_classifier`, then
  /// `classifier`.
  public List<String> head() {
    return List.of(pooling, CLASSIFIER);
  }

  /// Whether a module or weight stands beside the encoder's model, not in it: `classifier` and
  /// `pre_classifier` do; BERT's pooler is a part of `bert`.
  public boolean isBeside(String name) {
    String first = name.substring(0, name.indexOf('.') < 0 ? name.length() : name.indexOf('.'));
    return first.equals(CLASSIFIER) || first.equals(pooling);
  }

  /// The whole name of a module or weight in a model that classifies, for example
  /// `bert.pooler.dense` for `pooler.dense`.
  public String path(String name) {
    return isBeside(name) ? name : type + "." + name;
  }

  /// The name without the prefix, if it has it: the reverse of [#path].
  public String bare(String path) {
    return path.startsWith(type + ".") ? path.substring(type.length() + 1) : path;
  }
}
