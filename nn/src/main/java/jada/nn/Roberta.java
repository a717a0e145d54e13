package jada.nn;

import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// RoBERTa (Liu et al. 2019): transformers' `RobertaForSequenceClassification`.
///
/// The blocks are BERT's, under BERT's names. There is one token type, whose vector is added to
/// every token. Positions count from p + 1, with p the id of the padding token: a table of 514 rows
/// serves 512 tokens. A padding token within a text keeps position p and is not counted. The head
/// is beside the encoder: `classifier.dense`, tanh, `classifier.out_proj`.
public final class Roberta extends NamedFamily {
  private static final KeyLedger KEYS =
      KeyLedger.of(KeyLedger.Unknown.ACCEPTED_UP_TO_CHECKED_RELEASE)
          .honoured("positions count from it; 1 if it is missing", "pad_token_id")
          .refusedUnless("there is one token type", "type_vocab_size", 1)
          .refusedUnless(
              ConfigKeys.TOKENIZER, "tokenizer_class", "RobertaTokenizer", "RobertaTokenizerFast")
          .and(Bert.KEYS);

  private static final HeadForm HEAD =
      new HeadForm("classifier.dense", "classifier.out_proj", Ops::tanh, HeadForm.Input.DROPPED);

  Roberta() {
    super(Bert.BLOCKS, HEAD);
  }

  /// The sizes of a RoBERTa encoder and the constants of its layers.
  ///
  /// @param sizes those that a BERT has, too; one token type
  /// @param paddingId p, the id of the padding token
  public record Config(BertConfig sizes, int paddingId) implements EncoderConfig {
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

    @Override
    public Family family() {
      return Families.ROBERTA;
    }

    /// The positions behind that of the padding token.
    @Override
    public int maxTokens() {
      return maxPositions() - paddingId - 1;
    }

    @Override
    public int vocabularySize() {
      return sizes.vocabularySize();
    }

    @Override
    public int hiddenSize() {
      return sizes.hiddenSize();
    }

    @Override
    public int layers() {
      return sizes.layers();
    }

    @Override
    public int heads() {
      return sizes.heads();
    }

    @Override
    public int intermediateSize() {
      return sizes.intermediateSize();
    }

    @Override
    public int maxPositions() {
      return sizes.maxPositions();
    }

    @Override
    public int tokenTypes() {
      return sizes.tokenTypes();
    }

    @Override
    public float layerNormEpsilon() {
      return sizes.layerNormEpsilon();
    }

    @Override
    public float hiddenDropout() {
      return sizes.hiddenDropout();
    }

    @Override
    public float attentionOutputDropout() {
      return sizes.attentionOutputDropout();
    }

    @Override
    public float attentionDropout() {
      return sizes.attentionDropout();
    }

    @Override
    public float headDropout() {
      return sizes.headDropout();
    }

    @Override
    public Config withDropout(float hidden, float attention) {
      return new Config(sizes.withDropout(hidden, attention), paddingId);
    }
  }

  @Override
  public String type() {
    return "roberta";
  }

  @Override
  public KeyLedger keys() {
    return KEYS;
  }

  @Override
  public Config read(ConfigJson json) {
    return new Config(
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
    return List.of("BPE");
  }

  @Override
  public String architecture(boolean classifies) {
    return classifies ? "RobertaForSequenceClassification" : "RobertaModel";
  }

  @Override
  public Encoder encoder(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    int padding = ((Config) config).paddingId();
    Encoder bert = super.encoder(config, weights, linears);
    return (batch, rows) -> {
      BertEmbeddings.requireShort(batch, config.maxTokens());
      return bert.forward(batch.withPositions(positions(batch, padding)), rows);
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
