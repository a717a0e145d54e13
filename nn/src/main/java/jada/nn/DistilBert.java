package jada.nn;

import static jada.nn.files.ConfigJson.decimal;

import jada.autograd.Ops;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// DistilBERT (Sanh et al. 2019): BERT without token types, under other names; transformers'
/// `DistilBertForSequenceClassification`.
public final class DistilBert extends NamedFamily {
  /// The modules of a layer.
  public static final BlockNames BLOCKS =
      new BlockNames(
          "transformer.layer.",
          List.of("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"),
          "sa_layer_norm",
          List.of("ffn.lin1", "ffn.lin2"),
          "output_layer_norm");

  private static final String ALIAS = "it is another name of ";

  private static final KeyLedger KEYS =
      KeyLedger.of(KeyLedger.Unknown.ACCEPTED_UP_TO_CHECKED_RELEASE)
          .honoured(
              "a size of the encoder",
              "vocab_size",
              "dim",
              "n_layers",
              "n_heads",
              "hidden_dim",
              "max_position_embeddings")
          .honoured(
              "a probability of dropout in training",
              "dropout",
              "attention_dropout",
              "seq_classif_dropout")
          .withoutEffect("a probability of dropout of another head", "qa_dropout")
          .withoutEffect(
              "positions that once were sinusoids are in the weights",
              "sinusoidal_pos_embds",
              "tie_weights_")
          .refusedUnless("the activation is the exact GELU", "activation", "gelu")
          .refusedUnless(ALIAS + "dim", "hidden_size")
          .refusedUnless(ALIAS + "n_layers", "num_hidden_layers")
          .refusedUnless(ALIAS + "n_heads", "num_attention_heads")
          .refusedUnless(
              ConfigKeys.TOKENIZER,
              "tokenizer_class",
              "DistilBertTokenizer",
              "DistilBertTokenizerFast",
              "BertTokenizer",
              "BertTokenizerFast")
          .and(ConfigKeys.COMMON);

  private static final HeadForm HEAD =
      new HeadForm("pre_classifier", "classifier", Ops::relu, HeadForm.Input.AS_IT_IS);

  DistilBert() {
    super(BLOCKS, HEAD);
  }

  @Override
  public String type() {
    return "distilbert";
  }

  @Override
  public KeyLedger keys() {
    return KEYS;
  }

  @Override
  public DistilBertConfig read(ConfigJson json) {
    return new DistilBertConfig(
        json.count("vocab_size"),
        json.count("dim"),
        json.count("n_layers"),
        json.count("n_heads"),
        json.count("hidden_dim"),
        json.count("max_position_embeddings"),
        json.number("dropout", 0.1f),
        json.number("attention_dropout", 0.1f),
        json.number("seq_classif_dropout", 0.2f));
  }

  @Override
  public void write(EncoderConfig config, ObjectNode json) {
    json.put("vocab_size", config.vocabularySize());
    json.put("dim", config.hiddenSize());
    json.put("n_layers", config.layers());
    json.put("n_heads", config.heads());
    json.put("hidden_dim", config.intermediateSize());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("sinusoidal_pos_embds", false);
    json.put("activation", "gelu");
    json.put("dropout", decimal(config.hiddenDropout()));
    json.put("attention_dropout", decimal(config.attentionDropout()));
    json.put("seq_classif_dropout", decimal(config.headDropout()));
  }

  @Override
  public List<String> tokenizers() {
    return List.of("WordPiece");
  }

  @Override
  public String architecture(boolean classifies) {
    return classifies ? "DistilBertForSequenceClassification" : "DistilBertModel";
  }

  @Override
  public List<String> besideEncoder() {
    return List.of("pre_classifier", "classifier");
  }

  @Override
  public List<String> attentionTargets() {
    return List.of("q_lin", "k_lin", "v_lin", "out_lin");
  }
}
