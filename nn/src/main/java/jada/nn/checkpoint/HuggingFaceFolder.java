package jada.nn.checkpoint;

import jada.nn.EncoderConfig;
import jada.nn.Family;
import jada.nn.files.AtomicFile;
import jada.nn.files.AtomicFolder;
import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import jada.nn.files.Quoted;
import jada.nn.files.Safetensors;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A model in Hugging Face's layout: `config.json`, `model.safetensors`, and `tokenizer.json` or
/// `vocab.txt`.
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
    Path file = requirePart(folder, WEIGHTS);
    SequencedMap<String, Tensor> weights = weights(file, config);
    Optional.ofNullable(weights.get(family.classifier() + ".weight"))
        .ifPresent(head -> json.requireClasses(head.shape().dim(0)));
    try {
      return new PretrainedModel(
          nameOf(folder),
          config,
          tokenizer,
          weights,
          Checksum.of(file),
          folder.toString(),
          labels,
          problemType);
    } catch (IOException e) {
      throw InputFile.unreadable(folder, e);
    }
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
          model
              .tokenizer()
              .files()
              .forEach((name, text) -> AtomicFile.writeText(aside.resolve(name), text));
        });
  }

  static SequencedMap<String, Tensor> weights(Path file, EncoderConfig config) {
    Safetensors opened = Safetensors.open(file);
    Map<String, String> inFile = new HashMap<>();
    for (String name : opened.names()) {
      String canonical = EncoderWeights.canonical(config.family(), name);
      String twin = inFile.put(canonical, name);
      if (twin != null) {
        throw new InputException(
            file
                + ": holds "
                + Quoted.of(twin)
                + " and "
                + Quoted.of(name)
                + ", which name the same weight; save the model again");
      }
    }
    EncoderWeights wanted = new EncoderWeights(config);
    wanted.check(file.toString(), name -> Optional.ofNullable(inFile.get(name)).map(opened::sizes));
    SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    wanted.forEach((name, _) -> names.add(name));
    wanted.head().stream().filter(inFile::containsKey).forEach(names::add);
    for (String name : names) {
      Tensor weight = opened.tensor(inFile.get(name));
      weights.put(name, EncoderWeights.finite(file.toString(), inFile.get(name), weight));
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
    String remedy = "name the folder of a model in Hugging Face layout";
    if (name.equals(WEIGHTS) && Files.exists(folder.resolve("model.safetensors.index.json"))) {
      remedy = "its weights are split: save them with max_shard_size larger than the model";
    } else if (name.equals(WEIGHTS) && Files.exists(folder.resolve("pytorch_model.bin"))) {
      remedy = "pytorch_model.bin is not read: save the model with transformers as safetensors";
    }
    throw new InputException(folder + ": holds no " + name + "; " + remedy);
  }

  private static String nameOf(Path folder) {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return last == null ? folder.toString() : last.toString();
  }
}
