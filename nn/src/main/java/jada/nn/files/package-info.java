/// Model files: weights in and out, and the folders and archives that hold them.
///
/// | what there is | read by |
/// |---|---|
/// | a folder as Hugging Face has it | [jada.nn.files.HuggingFaceFolder] |
/// | safetensors: a JSON header of names, types, shapes and offsets, then the numbers | [jada.nn.files.Safetensors] |
/// | ONNX: a protobuf whose initializers are the weights | [jada.nn.files.OnnxBert] |
/// | TensorFlow: an index of names, and a file of numbers | [jada.nn.files.TensorFlowBert] |
///
/// Whatever the format, weights end up as 32-bit floats under Hugging Face's names, a matrix as
/// (out, in): ONNX and TensorFlow, which keep it as (in, out), are transposed while they are read.
///
/// Every reader here treats its file as hostile until checked: lengths are compared with what is
/// there before memory is taken, sums and products cannot overflow, nesting and counts have limits.
/// What cannot be used ends in a [jada.nn.InputException] whose one line names the file, the place
/// in it and the remedy; nothing else is ever thrown for what a file contains.
///
/// Every writer writes aside, forces the bytes to disk and renames, so a target is either what it
/// was before or complete.
package jada.nn.files;
