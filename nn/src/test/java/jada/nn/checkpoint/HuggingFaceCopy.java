package jada.nn.checkpoint;

import java.nio.file.Path;

/// Writes all-MiniLM-L6-v2 out of its artifact as a Hugging Face folder, for comparisons with
/// Python. `src/test/python/hugging_face_copy.py` says how to run it.
final class HuggingFaceCopy {
  private HuggingFaceCopy() {}

  /// @param args the artifact's jar, and the folder to write
  public static void main(String[] args) {
    HuggingFaceFolder.write(
        Path.of(args[1]),
        OnnxBert.fromJar(
            "all-minilm-l6-v2",
            Path.of(args[0]),
            "all-minilm-l6-v2.onnx",
            "all-minilm-l6-v2-tokenizer.json",
            12));
  }
}
