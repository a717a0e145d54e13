package jada.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import jada.nn.BlockNames;
import jada.nn.EncoderConfig;
import java.util.Optional;

/// The nodes of an encoder, from token ids to hidden states: what `BertEncoder` of module nn
/// computes, for a padded batch.
///
///     x      = LayerNorm(word[id] + type[type] + position[i])                       (B, T, C)
///     a      = LayerNorm(x + softmax(q·kᵀ/√D + bias + masked)·v·W_oᵀ + b_o)         (B, T, C)
///     x′     = LayerNorm(a + gelu(a·W₁ᵀ + b₁)·W₂ᵀ + b₂)                             (B, T, C)
///
/// where masked (B, 1, 1, T) is 0 for tokens and the lowest float for padding, whose e^score is then
/// exactly 0, and bias (1, H, T, T) is MPNet's by distance.
record EncoderNodes(Nodes all, EncoderConfig config, GraphForm form) {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";

  /// Appends the inputs, in the order in which programs feed them that do not look at names.
  void inputs() {
    all.input(IDS);
    all.input(MASK);
    if (form.types() == GraphForm.Types.GIVEN) {
      all.input(TYPES);
    }
  }

  /// The last hidden states, (B, T, C).
  String hidden() {
    String x = embeddings();
    String masked = masked();
    Optional<String> bias =
        form.relative()
            ? Optional.of(new RelativeBiasNodes(all.in("encoder"), config).bias(tokens()))
            : Optional.empty(); // (1, H, T, T)
    for (int i = 0; i < config.layers(); i++) {
      x = layer(x, masked, bias, form.blocks().layer(i));
    }
    return x;
  }

  private String embeddings() {
    Nodes nodes = all.in("embeddings");
    String words = nodes.gather(nodes.weight("embeddings.word_embeddings.weight"), IDS, 0);
    String typed =
        switch (form.types()) {
          case GIVEN -> nodes.node("Add", words, nodes.gather(types(nodes), TYPES, 0));
          case ONE -> nodes.node("Add", words, types(nodes)); // (B, T, C) and (1, C)
          case NONE -> words;
        };
    return norm(nodes.node("Add", typed, positions(nodes)), "embeddings.LayerNorm");
  }

  private static String types(Nodes nodes) {
    return nodes.weight("embeddings.token_type_embeddings.weight");
  }

  // The vectors of the positions, (T, C), or (B, T, C) where they depend on the tokens.
  private String positions(Nodes nodes) {
    String table = nodes.weight("embeddings.position_embeddings.weight");
    return switch (form.positions()) {
      case FROM_ZERO -> nodes.node("Slice", table, nodes.whole(0), tokens(), nodes.whole(0));
      case FROM_PADDING -> {
        // The positions in front of the first token are that of padding and those before it.
        String padding = nodes.scalar(config.maxPositions() - config.maxTokens() - 1);
        String kept =
            nodes.cast(nodes.node("Not", nodes.node("Equal", IDS, padding)), DataType.INT64);
        String counted = nodes.node("CumSum", kept, nodes.scalar(1)); // (B, T): 1, 2, …
        String numbers = nodes.node("Add", nodes.node("Mul", counted, kept), padding);
        yield nodes.gather(table, numbers, 0);
      }
    };
  }

  /// T, as a list of one number.
  private String tokens() {
    Nodes nodes = all.in("sizes");
    return nodes.gather(nodes.node("Shape", IDS), nodes.whole(1), 0);
  }

  // (B, T) -> (B, 1, 1, T): 0 for tokens, the lowest float for padding
  private String masked() {
    Nodes nodes = all.in("mask");
    String kept = nodes.cast(nodes.node("Unsqueeze", MASK, nodes.whole(1, 2)), DataType.FLOAT);
    String padding = nodes.node("Sub", nodes.number(1), kept);
    return nodes.node("Mul", padding, nodes.number(-Float.MAX_VALUE));
  }

  private String layer(String x, String masked, Optional<String> bias, String path) {
    BlockNames names = form.blocks();
    Nodes nodes = all.in(path.substring(0, path.length() - 1));
    String told = attention(x, masked, bias, path);
    String a = norm(nodes.node("Add", told, x), path + names.attentionNorm());
    String up = linear(a, path + names.feedForward().get(0)); // (B, T, C) -> (B, T, F)
    String down = linear(gelu(nodes, up), path + names.feedForward().get(1));
    return norm(nodes.node("Add", down, a), path + names.outputNorm());
  }

  private String attention(String x, String masked, Optional<String> bias, String path) {
    Nodes nodes = all.in(path + "attention");
    String q = heads(nodes, x, path, 0, 0, 2, 1, 3); // (B, H, T, D)
    String k = heads(nodes, x, path, 1, 0, 2, 3, 1); // (B, H, D, T)
    String v = heads(nodes, x, path, 2, 0, 2, 1, 3); // (B, H, T, D)
    String root = nodes.number((float) Math.sqrt(config.headSize()));
    String scores = nodes.node("Div", nodes.node("MatMul", q, k), root); // (B, H, T, T)
    String biased = bias.map(distances -> nodes.node("Add", scores, distances)).orElse(scores);
    String weights = nodes.softmax(nodes.node("Add", biased, masked));
    String told = nodes.transpose(nodes.node("MatMul", weights, v), 0, 2, 1, 3); // (B, T, H, D)
    String joined = nodes.node("Reshape", told, nodes.whole(0, 0, config.hiddenSize()));
    return linear(joined, path + form.blocks().attention().get(3)); // (B, T, C)
  }

  // A projection, cut into heads: (B, T, C) -> (B, T, H, D) -> in this order
  private String heads(Nodes nodes, String x, String path, int which, long... order) {
    String projected = linear(x, path + form.blocks().attention().get(which));
    String shape = nodes.whole(0, 0, config.heads(), config.headSize()); // 0: as it is
    return nodes.transpose(nodes.node("Reshape", projected, shape), order);
  }

  private String linear(String x, String path) {
    return all.in(path).linear(x, path);
  }

  // x/2·(1 + erf(x/√2)), in the order that engines recognise.
  private static String gelu(Nodes nodes, String x) {
    String erf = nodes.node("Erf", nodes.node("Div", x, nodes.number((float) Math.sqrt(2))));
    String product = nodes.node("Mul", x, nodes.node("Add", erf, nodes.number(1)));
    return nodes.node("Mul", product, nodes.number(0.5f));
  }

  // γ ⊙ (x − μ) / √(σ² + ε) + β, in the order that engines recognise.
  private String norm(String x, String path) {
    Nodes nodes = all.in(path);
    String centred = nodes.node("Sub", x, nodes.mean(x));
    String variance = nodes.mean(nodes.node("Pow", centred, nodes.number(2)));
    String above = nodes.node("Add", variance, nodes.number(config.layerNormEpsilon()));
    String normed = nodes.node("Div", centred, nodes.node("Sqrt", above));
    String scaled = nodes.node("Mul", normed, nodes.weight(path + ".weight"));
    return nodes.node("Add", scaled, nodes.weight(path + ".bias"));
  }
}
