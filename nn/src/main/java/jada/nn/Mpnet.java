package jada.nn;

import jada.autograd.Variable;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// MPNet (Song et al. 2020): transformers' `MPNetForSequenceClassification`.
///
/// The blocks are BERT's under other names, without token types. Positions count as RoBERTa's, from
/// p + 1 with p = 1, the id of the padding token; beside the learned positions attention adds a
/// bias by distance ([RelativeBias]), one table for all layers. The head is RoBERTa's.
public final class Mpnet extends NamedFamily {
  /// The modules of a layer.
  public static final BlockNames BLOCKS =
      new BlockNames(
          "encoder.layer.",
          List.of("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o"),
          "attention.LayerNorm",
          List.of("intermediate.dense", "output.dense"),
          "output.LayerNorm");

  private static final String BIAS = "encoder.relative_attention_bias";
  private static final int RANGES = 32;
  private static final int PADDING = 1; // transformers' MPNetEmbeddings has it in its code

  private static final KeyLedger KEYS =
      KeyLedger.of(KeyLedger.Unknown.ACCEPTED_UP_TO_CHECKED_RELEASE)
          .honoured(
              "a size of the encoder",
              "vocab_size",
              "hidden_size",
              "num_hidden_layers",
              "num_attention_heads",
              "intermediate_size",
              "max_position_embeddings")
          .honoured("a constant of every norm", "layer_norm_eps")
          .honoured(
              "a probability of dropout in training",
              "hidden_dropout_prob",
              "attention_probs_dropout_prob")
          .withoutEffect("a probability of dropout of another head", "classifier_dropout")
          .refusedUnless("the activation is the exact GELU", "hidden_act", "gelu")
          .refusedUnless(
              "transformers computes 32 ranges of distances whatever it says",
              "relative_attention_num_buckets",
              RANGES)
          .refusedUnless("there are no token types", "type_vocab_size", 0, 1, 2)
          .refusedUnless(
              ConfigKeys.TOKENIZER, "tokenizer_class", "MPNetTokenizer", "MPNetTokenizerFast")
          .and(ConfigKeys.COMMON);

  Mpnet() {
    super(BLOCKS, Roberta.HEAD);
  }

  /// The sizes of an MPNet encoder and the constants of its layers.
  ///
  /// @param sizes those that a BERT has, too, with one token type, which is not used
  public record Config(BertConfig sizes) implements BertSized {
    /// @throws IllegalArgumentException if no position is left behind that of the padding token
    public Config {
      ConfigChecks check = new ConfigChecks("MpnetConfig");
      check.require(
          sizes.maxPositions() > PADDING + 1,
          "maxPositions must be more than " + (PADDING + 1) + ", got " + sizes.maxPositions());
    }

    @Override
    public Family family() {
      return Families.MPNET;
    }

    /// The positions behind that of the padding token.
    @Override
    public int maxTokens() {
      return maxPositions() - PADDING - 1;
    }

    /// None.
    @Override
    public int tokenTypes() {
      return 0;
    }

    @Override
    public Config withDropout(float hidden, float attention) {
      return new Config(sizes.withDropout(hidden, attention));
    }
  }

  @Override
  public String type() {
    return "mpnet";
  }

  @Override
  public KeyLedger keys() {
    return KEYS;
  }

  @Override
  public Config read(ConfigJson json) {
    return new Config(Bert.sizes(json, 1, json.number("hidden_dropout_prob", 0.1f)));
  }

  @Override
  public void write(EncoderConfig config, ObjectNode json) {
    Families.BERT.write(config, json);
    json.remove("type_vocab_size");
    json.put("relative_attention_num_buckets", RANGES);
  }

  @Override
  public List<String> tokenizers() {
    return List.of("WordPiece");
  }

  @Override
  public String architecture(boolean classifies) {
    return classifies ? "MPNetForSequenceClassification" : "MPNetModel";
  }

  @Override
  public Stream<WeightSpec> weights(EncoderConfig config) {
    return Stream.concat(
        super.weights(config), Stream.of(WeightSpec.table(BIAS, RANGES, config.heads())));
  }

  @Override
  public Encoder encoder(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    NamedWeights named = new NamedWeights("encoder", this, weights, linears);
    Variable table = named.get(BIAS + ".weight", RANGES, config.heads());
    RelativeBias bias = new RelativeBias(new Embedding(table));
    return Roberta.countedFrom(
        PADDING, config, BertEncoder.of(config, BLOCKS, weights, linears, Optional.of(bias)));
  }

  @Override
  public List<String> besideEncoder() {
    return List.of("classifier");
  }

  @Override
  public List<String> attentionTargets() {
    return List.of("q", "k", "v", "o");
  }
}
