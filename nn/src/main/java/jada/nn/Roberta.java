package jada.nn;

import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// RoBERTa (Liu et al. 2019) and the families that share its network: XLM-RoBERTa (Conneau et al.
/// 2020) and CamemBERT (Martin et al. 2020), which differ in the tokenizer only; transformers'
/// `RobertaForSequenceClassification`, `XLMRoberta…` and `Camembert…`. The encoder is called
/// `roberta` in all of them.
///
/// The blocks are BERT's, under BERT's names. There is one token type, whose vector is added to
/// every token. Positions count from p + 1, with p the id of the padding token: a table of 514 rows
/// serves 512 tokens. A padding token within a text keeps position p and is not counted. The head
/// is beside the encoder: `classifier.dense`, tanh, `classifier.out_proj`.
public final class Roberta extends NamedFamily {
  static final HeadForm HEAD =
      new HeadForm("classifier.dense", "classifier.out_proj", Ops::tanh, HeadForm.Input.DROPPED);

  private final String type;
  private final String classes;
  private final List<String> tokenizers;
  private final KeyLedger keys;

  /// @param type the `model_type`
  /// @param classes with which the names of transformers' classes begin
  /// @param tokenizers the kinds of tokenizers
  /// @param tokenizerClass the class of the tokenizer in transformers
  Roberta(String type, String classes, List<String> tokenizers, String tokenizerClass) {
    super(Bert.BLOCKS, HEAD);
    this.type = type;
    this.classes = classes;
    this.tokenizers = tokenizers;
    this.keys =
        KeyLedger.of(KeyLedger.Unknown.ACCEPTED_UP_TO_CHECKED_RELEASE)
            .honoured("positions count from it; 1 if it is missing", "pad_token_id")
            .refusedUnless("there is one token type", "type_vocab_size", 1)
            .refusedUnless(
                ConfigKeys.TOKENIZER, "tokenizer_class", tokenizerClass, tokenizerClass + "Fast")
            .and(Bert.KEYS);
  }

  /// The sizes of a RoBERTa encoder and the constants of its layers.
  ///
  /// @param family RoBERTa or one that shares its network
  /// @param sizes those that a BERT has, too; one token type
  /// @param paddingId p, the id of the padding token
  public record Config(Family family, BertConfig sizes, int paddingId) implements BertSized {
    /// @throws IllegalArgumentException if there is not one token type, or no position is left
    ///   behind that of the padding token
    public Config {
      ConfigChecks check = new ConfigChecks("RobertaConfig");
      check.require(sizes.tokenTypes() == 1, "tokenTypes must be 1, got " + sizes.tokenTypes());
      check.require(
          paddingId >= 0 && paddingId < sizes.maxPositions() - 1,
          "paddingId must lie between 0 and maxPositions - 2 (%s), got %s"
              .formatted(sizes.maxPositions() - 2, paddingId));
    }

    /// The configuration of a RoBERTa.
    public Config(BertConfig sizes, int paddingId) {
      this(Families.ROBERTA, sizes, paddingId);
    }

    /// The positions behind that of the padding token.
    @Override
    public int maxTokens() {
      return maxPositions() - paddingId - 1;
    }

    @Override
    public Config withDropout(float hidden, float attention) {
      return new Config(family, sizes.withDropout(hidden, attention), paddingId);
    }
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public String prefix() {
    return "roberta";
  }

  @Override
  public KeyLedger keys() {
    return keys;
  }

  @Override
  public Config read(ConfigJson json) {
    return new Config(
        this,
        ((Bert) Families.BERT).read(json),
        json.has("pad_token_id") ? json.count("pad_token_id") : 1);
  }

  @Override
  public void write(EncoderConfig config, ObjectNode json) {
    Families.BERT.write(config, json);
    json.put("pad_token_id", ((Config) config).paddingId());
  }

  @Override
  public List<String> tokenizers() {
    return tokenizers;
  }

  @Override
  public String architecture(boolean classifies) {
    return classes + (classifies ? "ForSequenceClassification" : "Model");
  }

  @Override
  public Encoder encoder(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    return countedFrom(
        ((Config) config).paddingId(), config, super.encoder(config, weights, linears));
  }

  /// An encoder whose positions count from p + 1.
  ///
  /// @param padding p, the id of the padding token
  static Encoder countedFrom(int padding, EncoderConfig config, Encoder encoder) {
    return (batch, rows) -> {
      BertEmbeddings.requireShort(batch, config.maxTokens());
      return encoder.forward(batch.withPositions(positions(batch, padding)), rows);
    };
  }

  /// p + the index, from 1, of the token among those that are no padding; p for padding.
  private static int[] positions(Batch batch, int padding) {
    int[] ids = batch.ids();
    int[] offsets = batch.offsets();
    int[] positions = new int[ids.length];
    for (int i = 0; i < batch.sequences(); i++) {
      int counted = 0;
      for (int t = offsets[i]; t < offsets[i + 1]; t++) {
        positions[t] = ids[t] == padding ? padding : padding + ++counted;
      }
    }
    return positions;
  }

  @Override
  public List<String> besideEncoder() {
    return List.of("classifier");
  }

  @Override
  public List<String> attentionTargets() {
    return Families.BERT.attentionTargets();
  }
}
