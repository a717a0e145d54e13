package jada.nn.checkpoint;

import jada.nn.EncoderConfig;
import jada.nn.Family;
import jada.nn.files.AtomicFile;
import jada.nn.files.AtomicFolder;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.nn.files.Safetensors;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import jada.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// A model in Hugging Face's layout: `config.json`, weights ([WeightFiles]), and `tokenizer.json`,
/// `vocab.txt` or `vocab.json` with `merges.txt`; of a sentence encoder also the files of
/// sentence-transformers ([EmbeddingFiles]).
public final class HuggingFaceFolder {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";

  private HuggingFaceFolder() {}

  /// Reads a model of one of the [families][jada.nn.Families].
  ///
  /// Weights may carry the prefix of their family (`bert.`) or not, and LayerNorm's vectors may be
  /// called gamma and beta. The two matrices of a classifier's head are read if they are there;
  /// other heads are ignored.
  ///
  /// @throws InputException naming the file and what is wrong in it, if the folder holds no
  ///   complete model
  public static PretrainedModel read(Path folder) {
    requireFolder(folder);
    ModelConfigJson json = ModelConfigJson.read(requirePart(folder, CONFIG));
    EncoderConfig config = json.encoder();
    List<String> labels = json.labels();
    Optional<String> problemType = json.json().text("problem_type");
    Tokenizer tokenizer = Tokenizers.read(folder);
    Family family = config.family();
    if (!family.tokenizers().contains(tokenizer.kind())) {
      throw new InputException(
          folder
              + ": the tokenizer is a "
              + tokenizer.kind()
              + ", a model of type '"
              + family.type()
              + "' has "
              + String.join(" or ", family.tokenizers())
              + "; use tokenizer and weights of the same model");
    }
    if (tokenizer.vocabularySize() > config.vocabularySize()) {
      throw new InputException(
          folder
              + ": the tokenizer has "
              + tokenizer.vocabularySize()
              + " tokens, the model only "
              + config.vocabularySize()
              + "; use tokenizer and weights of the same model");
    }
    WeightFiles files = WeightFiles.of(folder);
    SequencedMap<String, Tensor> weights = weights(files, config);
    Optional.ofNullable(weights.get(family.classifier() + ".weight"))
        .ifPresent(head -> json.requireClasses(head.shape().dim(0)));
    return new PretrainedModel(
        nameOf(folder),
        config,
        tokenizer,
        weights,
        files.checksum(),
        folder.toString(),
        labels,
        problemType,
        EmbeddingFiles.read(folder));
  }

  /// The number of elements of all weights that a folder holds, read from the heads of its files;
  /// empty if it holds none.
  ///
  /// @throws InputException if a file is not sound
  public static OptionalLong parameters(Path folder) {
    return WeightFiles.find(folder).stream()
        .mapToLong(files -> (long) files.elements())
        .findFirst();
  }

  /// Writes a model so that transformers loads it: `AutoModel.from_pretrained(folder)`, or
  /// `AutoModelForSequenceClassification` if it has a classifier.
  ///
  /// Everything is written to a temporary folder, which is renamed at the end.
  ///
  /// @param folder must not exist, or be empty
  /// @throws InputException if the folder holds something or cannot be written
  public static void write(Path folder, PretrainedModel model) {
    SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
    Family family = model.config().family();
    model.weights().forEach((name, tensor) -> weights.put(family.path(name), tensor));
    AtomicFolder.write(
        folder,
        aside -> {
          AtomicFile.writeText(aside.resolve(CONFIG), ConfigText.of(model));
          Safetensors.write(aside.resolve(WEIGHTS), weights);
          AtomicFile.writeTexts(aside, files(model));
        });
  }

  /// The texts of the files beside configuration and weights, by their paths in the folder: those
  /// of the tokenizer, and of a sentence encoder those of sentence-transformers.
  public static SequencedMap<String, String> files(PretrainedModel model) {
    SequencedMap<String, String> files = new LinkedHashMap<>(model.tokenizer().files());
    model
        .embedding()
        .ifPresent(form -> files.putAll(EmbeddingFiles.texts(form, model.config().hiddenSize())));
    return files;
  }

  static SequencedMap<String, Tensor> weights(WeightFiles files, EncoderConfig config) {
    String source = files.source();
    Map<String, String> inFile = new HashMap<>();
    for (String name : files.names()) {
      String canonical = EncoderWeights.canonical(config.family(), name);
      String twin = inFile.put(canonical, name);
      if (twin != null) {
        throw new InputException(
            source
                + ": holds "
                + Quoted.of(twin)
                + " and "
                + Quoted.of(name)
                + ", which name the same weight; save the model again");
      }
    }
    EncoderWeights wanted = new EncoderWeights(config);
    wanted.check(source, name -> Optional.ofNullable(inFile.get(name)).map(files::sizes));
    SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    wanted.forEach((name, _) -> names.add(name));
    wanted.head().stream().filter(inFile::containsKey).forEach(names::add);
    for (String name : names) {
      Tensor weight = files.tensor(inFile.get(name));
      weights.put(name, EncoderWeights.finite(source, inFile.get(name), weight));
    }
    return weights;
  }

  private static void requireFolder(Path folder) {
    if (!Files.exists(folder)) {
      throw new InputException(folder + ": no such folder; check the path");
    }
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          folder + ": is a file; name the folder that holds config.json and model.safetensors");
    }
    if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
      throw new InputException(folder + ": is not readable; check its permissions");
    }
  }

  private static Path requirePart(Path folder, String name) {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      return file;
    }
    throw new InputException(
        folder + ": holds no " + name + "; name the folder of a model in Hugging Face layout");
  }

  private static String nameOf(Path folder) {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return last == null ? folder.toString() : last.toString();
  }
}
