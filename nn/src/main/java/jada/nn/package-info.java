/// Transformer encoders as in the papers, with optimizers.
///
/// **A walk.** [jada.nn.Encoder] → `BertEncoder` → `BertLayer` → `Attention` →
/// [jada.autograd.Fused]; each is a page. [jada.nn.SequenceClassifier] puts a [jada.nn.Head] on an
/// encoder. [jada.nn.optim.AdamW], [jada.nn.optim.LearningRate] and [jada.nn.optim.GradientClipping] train it.
///
/// **Batches are ragged.** A [jada.nn.Batch] is the tokens of all its sequences, end to end, and
/// the offsets where each begins. Nothing is padded, so nothing needs a mask, and no work is spent
/// on tokens that are not there. Row-wise operations (linear maps, norms, activations) see one (T,
/// C) matrix and no sequences; only attention reads the offsets.
///
/// **Letters.**
///
///     B  sequences of a batch            H  attention heads
///     T  tokens of a batch, all told     D  channels of a head, C / H
///     N  rows of T that are wanted       F  channels inside the feed-forward part
///     C  channels of a token             V  vocabulary
///     K  outputs: classes, or 1 for regression
///
/// **BERT.** From token ids to logits, dropout left out:
///
///     x₀     = LayerNorm(word[id] + type[type] + position[i])                   (T, C)
///     q,k,v  = x·W_qᵀ + b_q, x·W_kᵀ + b_k, x·W_vᵀ + b_v                         (T, C) each
///     headₕ  = softmax(qₕ·kₕᵀ/√D)·vₕ             within each sequence            (n, D)
///     a      = LayerNorm(x + (head₁ … head_H)·W_oᵀ + b_o)                       (T, C)
///     x′     = LayerNorm(a + gelu(a·W₁ᵀ + b₁)·W₂ᵀ + b₂)                         (T, C)
///     logits = tanh(x′[first]·W_pᵀ + b_p)·W_cᵀ + b_c                            (B, K)
///
/// The last three lines of the last block need only the rows that the head reads ([jada.nn.Rows]).
///
/// **DistilBERT** (Sanh et al. 2019) is the same without token types and with relu instead of tanh;
/// **RoBERTa** (Liu et al. 2019), with **XLM-RoBERTa** and **CamemBERT**, counts positions from the
/// padding token's id + 1; so does **MPNet** (Song et al. 2020), whose attention adds a bias for the
/// distance of two tokens. What differs from family to family is in one class each:
/// [jada.nn.Family], [jada.nn.Bert], [jada.nn.DistilBert], [jada.nn.Roberta], [jada.nn.Mpnet].
///
/// **No modes.** A weight is trained if it is a [jada.autograd.Parameter] and frozen if it is a
/// [jada.autograd.Constant]. A forward pass is training while a [jada.nn.TrainingStep] is bound to
/// the thread. An adapter replaces a [jada.nn.Linear] through [jada.nn.LinearFactory], and this
/// module knows nothing of adapters.
///
/// What a user gave and cannot be used is an [jada.nn.files.InputException]; a call that breaks a rule of
/// the API is an [IllegalArgumentException].
package jada.nn;
