package jada.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import jada.nn.Family;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;

/// The nodes behind the encoder: a classifier's, as [jada.nn.ClassificationHead] computes, or those
/// that make a vector of a text, as [jada.nn.EmbeddingHead] does.
record HeadNodes(Nodes nodes) {
  // As in sentence-transformers, for texts without tokens and vectors without length.
  private static final float FEWEST = 1e-9f;
  private static final float SHORTEST = 1e-12f;

  /// The logits, (B, T, C) -> (B, K).
  String logits(String hidden, Family family, String activation) {
    String pooling = family.headModules().getFirst();
    String classifier = family.headModules().getLast();
    String pooled = nodes.in(pooling).linear(first(hidden), pooling);
    String active = nodes.in(pooling).node(activation, pooled);
    return nodes.in(classifier).linear(active, classifier);
  }

  /// The sentence embeddings, (B, T, C) -> (B, C).
  String embedding(String hidden, EmbeddingForm form) {
    String pooled = form.pooling() == Pooling.CLS ? first(hidden) : mean(hidden);
    return form.normalize()
        ? nodes.node("Div", pooled, nodes.node("Max", nodes.length(pooled), nodes.number(SHORTEST)))
        : pooled;
  }

  private String first(String hidden) {
    return nodes.gather(hidden, nodes.scalar(0), 1);
  }

  // The mean over what is no padding.
  private String mean(String hidden) {
    String mask = nodes.node("Unsqueeze", EncoderNodes.MASK, nodes.whole(2)); // (B, T, 1)
    String kept = nodes.cast(mask, DataType.FLOAT);
    String sum = nodes.sum(nodes.node("Mul", hidden, kept), 1); // (B, C)
    String count = nodes.node("Max", nodes.sum(kept, 1), nodes.number(FEWEST)); // (B, 1)
    return nodes.node("Div", sum, count);
  }
}
