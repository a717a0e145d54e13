/// Models as ONNX files.
///
/// An ONNX file is a graph: named constants, which are the model's weights, and nodes, each of which
/// computes one named value of others by an operator. Inference engines read it without knowing what
/// a BERT is.
///
/// [jada.onnx.OnnxFolder] writes a folder with such a file and all that stands beside it, its
/// tokenizer above all; [jada.onnx.OnnxModel] the file alone. [jada.onnx.OnnxGraph] reads a file
/// again and computes it, operator by operator, in a page of plain loops; with it
/// [jada.onnx.OnnxCheck] says how far the file is from the network that it was written from.
///
/// **The graph.** With B texts of T tokens, padding included, C channels and K classes:
///
///     input_ids        int64 (B, T)      the tokens
///     attention_mask   int64 (B, T)      1, and 0 for padding
///     token_type_ids   int64 (B, T)      of BERT alone: 0, and 1 in a second text
///
///     an encoder gives   last_hidden_state   float32 (B, T, C)
///                        sentence_embedding  float32 (B, C)
///     a classifier       logits              float32 (B, K)
///
/// These are the names, types and places that the exports of transformers have, by which other
/// programs find them. Padding changes nothing: it is masked before each softmax, and not counted by
/// the mean.
///
/// Operators are those of ONNX's operator set 14, so that engines of the last years all read it. No
/// operator is specific to an engine; LayerNorm and GELU are spelled out in the way that engines
/// recognise and compute at once.
///
/// The messages of the file format are generated classes (`ai.onnx.proto`) out of Tribuo, which are
/// pure Java.
package jada.onnx;
