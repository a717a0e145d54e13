package jada.onnx;

import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.AtomicFile;
import jada.nn.files.AtomicFolder;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Writes a folder with a model as ONNX and all that programs look for beside it:
///
/// - `model.onnx`: the graph with the weights, see [OnnxModel]
/// - `tokenizer.json`: the whole tokenizer, and where it cuts texts, see [TokenizerFile]
/// - the other files of the tokenizer, such as `vocab.txt`
/// - `config.json`: the family, the sizes and the names of the classes
/// - of an encoder `modules.json` and the other files of sentence-transformers, which say how a
///   vector is made and with which prompts
///
/// Who reads `model.onnx` and `tokenizer.json` alone, as most programs do, has to be told pooling,
/// normalisation and prompts.
public final class OnnxFolder {
  /// The name of the graph in the folder.
  public static final String MODEL = "model.onnx";

  private static final String WEIGHTS = "model.safetensors";

  private OnnxFolder() {}

  /// Writes a model whose texts are cut where its [form][PretrainedModel#embedding] says, and
  /// otherwise at the number of its positions.
  ///
  /// @param folder must not exist, or be empty
  /// @throws InputException as [OnnxModel#write]; if the folder holds something; or if
  ///   `tokenizer.json` alone cannot describe the tokenizer
  public static void write(PretrainedModel model, Path folder) {
    write(model, Purpose.of(model), folder);
  }

  /// Writes a model whose texts are cut at so many tokens, special tokens included.
  ///
  /// @param folder must not exist, or be empty
  /// @throws InputException as [#write(PretrainedModel, Path)]
  /// @throws IllegalArgumentException if the length is less than 3, the special tokens of a pair,
  ///   or more than the positions of the model
  public static void write(PretrainedModel model, Path folder, int maxLength) {
    write(model, Purpose.of(model).withMaxLength(maxLength, model), folder);
  }

  private static void write(PretrainedModel model, Purpose purpose, Path folder) {
    String tokenizer = TokenizerFile.text(model, purpose.maxLength());
    AtomicFolder.write(
        folder,
        aside -> {
          writeWithoutWeights(aside, model, purpose);
          AtomicFile.writeText(aside.resolve(TokenizerFile.NAME), tokenizer);
          OnnxModel.write(model, purpose, aside.resolve(MODEL));
        });
  }

  // Module nn writes configuration, tokenizer and form. Only a classifier's classes are read off
  // its
  // weights, which otherwise are in the graph and need not be here twice.
  private static void writeWithoutWeights(Path folder, PretrainedModel model, Purpose purpose) {
    String classifier = model.config().family().classifier() + ".weight";
    Map<String, Tensor> weights =
        purpose.classifies() ? Map.of(classifier, model.weights().get(classifier)) : Map.of();
    Optional<EmbeddingForm> form =
        purpose.classifies()
            ? Optional.empty()
            : Optional.of(purpose.form().withMaxLength(purpose.maxLength()));
    HuggingFaceFolder.write(
        folder,
        new PretrainedModel(
            model.name(),
            model.config(),
            model.tokenizer(),
            weights,
            model.checksum(),
            model.source(),
            model.labels(),
            model.problemType(),
            form));
    try {
      Files.delete(folder.resolve(WEIGHTS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
