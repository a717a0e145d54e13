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
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final String TOKENIZER = "tokenizer.json";
  private static final String VOCABULARY = "vocab.txt";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final List<String> TOKENIZER_FILES =
      List.of(
          TOKENIZER, VOCABULARY, TOKENIZER_CONFIG, "special_tokens_map.json", "added_tokens.json");

  private HuggingFaceFolder() {}

  /// Reads a BERT or DistilBERT model.
  ///
  /// Weights may carry the prefix `bert.` or `distilbert.` or not, and LayerNorm's vectors may be
  /// called gamma and beta. The two matrices of a classifier's head are read if they are there;
  /// other heads are left alone.
  ///
  /// @throws InputException naming the file and what is wrong in it, if the folder holds no
  ///   complete model
  public static PretrainedModel read(Path folder) {
    requireFolder(folder);
    ConfigJson json = ConfigJson.read(requirePart(folder, CONFIG));
    EncoderConfig config = json.encoder();
    List<String> labels = json.labels();
    Optional<String> problemType = json.text("problem_type");
    WordPieceTokenizer tokenizer = tokenizer(folder);
    if (tokenizer.vocabularySize() > config.vocabularySize()) {
      throw new InputException(
          folder
              + ": the tokenizer has "
              + tokenizer.vocabularySize()
              + " tokens, the model only "
              + config.vocabularySize()
              + "; use tokenizer and weights of the same model");
    }
    Path weights = requirePart(folder, WEIGHTS);
    try {
      return new PretrainedModel(
          nameOf(folder),
          config,
          tokenizer,
          weights(weights, config),
          Checksum.of(weights),
          folder.toString(),
          tokenizerFiles(folder),
          labels,
          problemType);
    } catch (IOException e) {
      throw InputFile.unreadable(folder, e);
    }
  }

  /// Writes a model so that transformers loads it: `AutoModel.from_pretrained(folder)`, or
  /// `AutoModelForSequenceClassification` if it has a classifier.
  ///
  /// Everything is written to a folder beside and renamed at the end.
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
              .tokenizerFiles()
              .forEach((name, text) -> AtomicFile.writeText(aside.resolve(name), text));
        });
  }

  private static SequencedMap<String, Tensor> weights(Path file, EncoderConfig config) {
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
    wanted.forEach((name, _) -> weights.put(name, opened.tensor(inFile.get(name))));
    for (String name : wanted.head()) {
      if (inFile.containsKey(name)) {
        weights.put(name, opened.tensor(inFile.get(name)));
      }
    }
    return weights;
  }

  private static WordPieceTokenizer tokenizer(Path folder) {
    Path tokenizer = folder.resolve(TOKENIZER);
    if (Files.exists(tokenizer)) {
      return WordPieceTokenizer.fromTokenizerJson(tokenizer);
    }
    Path vocabulary = folder.resolve(VOCABULARY);
    if (!Files.exists(vocabulary)) {
      throw new InputException(
          folder
              + ": holds neither tokenizer.json nor vocab.txt; copy the model's tokenizer there");
    }
    return WordPieceTokenizer.fromVocabulary(vocabulary, lowercase(folder));
  }

  // The rules of a vocabulary without tokenizer.json: those of BERT, lower case unless told not to.
  private static boolean lowercase(Path folder) {
    Path file = folder.resolve(TOKENIZER_CONFIG);
    if (!Files.exists(file)) {
      return true;
    }
    ConfigJson json = ConfigJson.read(file);
    boolean lowercase = json.truth("do_lower_case", true);
    requireRule(json, "strip_accents", lowercase);
    requireRule(json, "tokenize_chinese_chars", true);
    requireRule(json, "do_basic_tokenize", true);
    return lowercase;
  }

  private static void requireRule(ConfigJson json, String key, boolean only) {
    if (json.truth(key, only) != only) {
      throw json.refusal(
          key, "is " + !only + ", which vocab.txt alone cannot express: add tokenizer.json");
    }
  }

  private static Map<String, String> tokenizerFiles(Path folder) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    for (String name : TOKENIZER_FILES) {
      if (Files.isRegularFile(folder.resolve(name))) {
        files.put(name, Files.readString(folder.resolve(name)));
      }
    }
    return files;
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
