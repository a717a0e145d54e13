package jada.nn;

import static jada.autograd.Ops.add;

import jada.autograd.Variable;
import java.util.Optional;

/// One block of BERT (Devlin et al. 2019): attention, then a feed-forward part, each added to its
/// input and normalised afterwards ("post-norm"). DistilBERT's is the same.
///
///     a = LayerNorm(x + Attention(x))
///     y = LayerNorm(a + W₂·gelu(W₁·a + b₁) + b₂)        W₁ (F, C), W₂ (C, F)
///
/// @param attention self-attention
/// @param afterAttention dropout on the output of attention
/// @param attentionNorm the norm that makes a
/// @param feedForward the position-wise feed-forward network
/// @param afterDown dropout on the output of the feed-forward network
/// @param outputNorm the norm that makes y
record BertLayer(
    Attention attention,
    Dropout afterAttention,
    LayerNorm attentionNorm,
    FeedForward feedForward,
    Dropout afterDown,
    LayerNorm outputNorm) {

  /// The wanted rows of y for all rows of x: (T, C) -> (N, C). The other rows are needed for keys
  /// and values only.
  ///
  /// @param bias added to the scores of attention by distance, in families that have one
  Variable forward(Variable x, Batch batch, Rows rows, Optional<Variable> bias) {
    Variable wanted = rows.of(x, batch); // (T, C) -> (N, C)
    Variable told =
        attention.forward(wanted, rows.offsets(batch), x, batch.offsets(), bias); // (N, C)
    Variable a = attentionNorm.forward(add(wanted, afterAttention.forward(told))); // (N, C)
    Variable f = feedForward.forward(a); // (N, C) -> (N, F) -> (N, C)
    return outputNorm.forward(add(a, afterDown.forward(f))); // (N, C)
  }
}
