package jada.nn;

import static jada.nn.files.ConfigJson.decimal;

import jada.autograd.Ops;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// BERT (Devlin et al. 2019): transformers' `BertForSequenceClassification`.
public final class Bert extends NamedFamily {
  /// The modules of a layer.
  public static final BlockNames BLOCKS =
      new BlockNames(
          "encoder.layer.",
          List.of(
              "attention.self.query",
              "attention.self.key",
              "attention.self.value",
              "attention.output.dense"),
          "attention.output.LayerNorm",
          List.of("intermediate.dense", "output.dense"),
          "output.LayerNorm");

  // position_embedding_type is of releases before 5, where the others were computed.
  static final KeyLedger KEYS =
      KeyLedger.of(KeyLedger.Unknown.ACCEPTED_UP_TO_CHECKED_RELEASE)
          .honoured(
              "a size of the encoder",
              "vocab_size",
              "hidden_size",
              "num_hidden_layers",
              "num_attention_heads",
              "intermediate_size",
              "max_position_embeddings",
              "type_vocab_size")
          .honoured("a constant of every norm", "layer_norm_eps")
          .honoured(
              "a probability of dropout in training",
              "hidden_dropout_prob",
              "attention_probs_dropout_prob",
              "classifier_dropout")
          .refusedUnless("the activation is the exact GELU", "hidden_act", "gelu")
          .refusedUnless("positions are learnt and absolute", "position_embedding_type", "absolute")
          .refusedUnless(
              ConfigKeys.TOKENIZER,
              "tokenizer_class",
              "BertTokenizer",
              "BertTokenizerFast",
              "XLMRobertaTokenizer",
              "XLMRobertaTokenizerFast")
          .and(ConfigKeys.COMMON);

  // The pooler belongs to the model, the classifier does not.
  private static final HeadForm HEAD =
      new HeadForm("pooler.dense", "classifier", Ops::tanh, HeadForm.Input.AS_IT_IS);

  Bert() {
    super(BLOCKS, HEAD);
  }

  @Override
  public String type() {
    return "bert";
  }

  @Override
  public KeyLedger keys() {
    return KEYS;
  }

  @Override
  public BertConfig read(ConfigJson json) {
    float hiddenDropout = json.number("hidden_dropout_prob", 0.1f);
    return sizes(
        json, json.count("type_vocab_size"), json.number("classifier_dropout", hiddenDropout));
  }

  /// The sizes under BERT's keys, in families that have them, too.
  static BertConfig sizes(ConfigJson json, int tokenTypes, float headDropout) {
    return new BertConfig(
        json.count("vocab_size"),
        json.count("hidden_size"),
        json.count("num_hidden_layers"),
        json.count("num_attention_heads"),
        json.count("intermediate_size"),
        json.count("max_position_embeddings"),
        tokenTypes,
        json.number("layer_norm_eps", 1e-12f),
        json.number("hidden_dropout_prob", 0.1f),
        json.number("attention_probs_dropout_prob", 0.1f),
        headDropout);
  }

  @Override
  public void write(EncoderConfig config, ObjectNode json) {
    json.put("vocab_size", config.vocabularySize());
    json.put("hidden_size", config.hiddenSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("intermediate_size", config.intermediateSize());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("type_vocab_size", config.tokenTypes());
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", decimal(config.layerNormEpsilon()));
    json.put("hidden_dropout_prob", decimal(config.hiddenDropout()));
    json.put("attention_probs_dropout_prob", decimal(config.attentionDropout()));
    if (config.headDropout() != config.hiddenDropout()) {
      json.put("classifier_dropout", decimal(config.headDropout()));
    }
  }

  @Override
  public List<String> tokenizers() {
    return List.of("WordPiece", "BPE", "Unigram"); // multilingual ones have the latter
  }

  @Override
  public String architecture(boolean classifies) {
    return classifies ? "BertForSequenceClassification" : "BertModel";
  }

  @Override
  public List<String> besideEncoder() {
    return List.of("classifier");
  }

  // "dense" alone would also name the two matrices of the feed-forward part.
  @Override
  public List<String> attentionTargets() {
    return List.of("query", "key", "value", "attention.output.dense");
  }
}
