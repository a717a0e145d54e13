/// Published models: their folders and archives, and the encoder and tokenizer in them.
///
/// | what there is | read by |
/// |---|---|
/// | a folder as Hugging Face has it: config.json, weights in one of four forms, tokenizer.json or vocab.txt | [jada.nn.checkpoint.HuggingFaceFolder] |
/// | ONNX: a protobuf whose initializers are the weights | [jada.nn.checkpoint.OnnxBert] |
/// | TensorFlow: an index of names, and a file of numbers | [jada.nn.checkpoint.TensorFlowBert] |
///
/// Each gives a [jada.nn.checkpoint.PretrainedModel]: configuration, weights and tokenizer.
/// Whatever the format, weights end up as 32-bit floats under Hugging Face's names, a matrix as
/// (out, in): ONNX and TensorFlow, which keep it as (in, out), are transposed while they are read.
package jada.nn.checkpoint;
