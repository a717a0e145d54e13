package jada.nn.text;

import jada.nn.files.ConfigJson;
import jada.nn.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// The tokenizer in the folder of a model.
///
/// `tokenizer.json`, or else `vocab.txt`, holds the tokens. Where `tokenizer_config.json` sets
/// lower case, accents, ideographs or added tokens, it overrides `tokenizer.json`, as in
/// transformers.
public final class Tokenizers {
  private static final String JSON = "tokenizer.json";
  private static final String VOCABULARY = "vocab.txt";
  private static final String CONFIG = "tokenizer_config.json";
  private static final List<String> FILES =
      List.of(JSON, VOCABULARY, CONFIG, "special_tokens_map.json", "added_tokens.json");

  private Tokenizers() {}

  /// Reads the tokenizer of a folder. Its saved form is these files.
  ///
  /// @throws InputException naming the file and what is wrong in it, if the folder holds no
  ///   tokenizer that is supported
  public static Tokenizer read(Path folder) {
    SequencedMap<String, String> files = files(folder);
    BertRules rules =
        BertRules.of(
            folder.toString(),
            json(folder, CONFIG),
            json(folder, "special_tokens_map.json"),
            json(folder, "added_tokens.json"));
    if (files.containsKey(JSON)) {
      return TokenizerJson.parse(
          files.get(JSON), folder.resolve(JSON).toString(), Optional.of(rules), files);
    }
    if (!files.containsKey(VOCABULARY)) {
      throw new InputException(
          folder
              + ": holds neither tokenizer.json nor vocab.txt; copy the model's tokenizer there");
    }
    if (rules.whole()) {
      throw new InputException(
          folder
              + ": tokenizer_config.json asks for a tokenizer that tokenizer.json describes, and"
              + " there is none; copy it there");
    }
    return WordPieceTokenizer.ofVocabulary(
        files.get(VOCABULARY), folder.resolve(VOCABULARY).toString(), rules, files);
  }

  private static Optional<ConfigJson> json(Path folder, String name) {
    Path file = folder.resolve(name);
    return Files.exists(file) ? Optional.of(ConfigJson.read(file)) : Optional.empty();
  }

  private static SequencedMap<String, String> files(Path folder) {
    SequencedMap<String, String> files = new LinkedHashMap<>();
    for (String name : FILES) {
      if (Files.exists(folder.resolve(name))) {
        files.put(name, InputText.read(folder.resolve(name), TokenizerJson.MOST_BYTES));
      }
    }
    return files;
  }
}
