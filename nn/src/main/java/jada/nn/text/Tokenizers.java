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
/// `tokenizer.json` describes it, or else `vocab.txt` (WordPiece, as BERT has it) or `vocab.json`
/// and `merges.txt` (byte-level BPE, as RoBERTa, GPT-2 and Qwen2 have it). Where
/// `tokenizer_config.json` sets lower case, accents, ideographs, a blank before the text or added
/// tokens, it overrides `tokenizer.json`, as in transformers.
public final class Tokenizers {
  private static final String JSON = "tokenizer.json";
  private static final String VOCABULARY = "vocab.txt";
  private static final String VOCABULARY_JSON = "vocab.json";
  private static final String MERGES = "merges.txt";
  private static final String CONFIG = "tokenizer_config.json";
  private static final List<String> FILES =
      List.of(
          JSON,
          VOCABULARY,
          VOCABULARY_JSON,
          MERGES,
          CONFIG,
          "special_tokens_map.json",
          "added_tokens.json");

  private Tokenizers() {}

  /// Reads the tokenizer of a folder. Its saved form is these files.
  ///
  /// @throws InputException naming the file and what is wrong in it, if the folder holds no
  ///   tokenizer that is supported
  public static Tokenizer read(Path folder) {
    SequencedMap<String, String> files = files(folder);
    Optional<ConfigJson> config = json(folder, CONFIG);
    Optional<TokenizerJson> json =
        Optional.ofNullable(files.get(JSON))
            .map(text -> TokenizerJson.read(text, folder.resolve(JSON).toString()));
    if (isBert(config, json, files)) {
      return bert(folder, json, files);
    }
    TokenizerRules rules =
        TokenizerRules.of(
            folder.toString(),
            config,
            json(folder, "special_tokens_map.json"),
            json(folder, "added_tokens.json"),
            classOf(folder).orElse(json.isPresent() ? "PreTrainedTokenizer" : "RobertaTokenizer"));
    if (json.isPresent()) {
      return json.get().pipeline(rules, files);
    }
    rules.requireByteLevelClass();
    for (String name : List.of(VOCABULARY_JSON, MERGES)) {
      if (!files.containsKey(name)) {
        throw new InputException(
            folder
                + ": holds neither tokenizer.json nor "
                + name
                + ", which its tokenizer_class "
                + InputText.quote(rules.kind())
                + " needs; copy the model's tokenizer there");
      }
    }
    return BpeFiles.read(
        files.get(VOCABULARY_JSON), files.get(MERGES), folder.toString(), rules, files);
  }

  /// The class that transformers takes for a model whose files name none, if it is one that makes
  /// parts of its own.
  private static Optional<String> classOf(Path folder) {
    return json(folder, "config.json")
        .flatMap(config -> config.text("model_type"))
        .flatMap(
            type ->
                switch (type) {
                  case "roberta" -> Optional.of("RobertaTokenizer");
                  case "xlm-roberta" -> Optional.of("XLMRobertaTokenizer");
                  case "mpnet" -> Optional.of("MPNetTokenizer");
                  case "camembert" -> Optional.of("CamembertTokenizer");
                  case "gpt2" -> Optional.of("GPT2Tokenizer");
                  case "qwen2", "qwen3" -> Optional.of("Qwen2Tokenizer");
                  default -> Optional.empty();
                });
  }

  /// Whether the tokenizer is of the BERT kind: by the class that `tokenizer_config.json` names, or
  /// where it names none by the files themselves.
  private static boolean isBert(
      Optional<ConfigJson> config,
      Optional<TokenizerJson> json,
      SequencedMap<String, String> files) {
    Optional<String> named = config.flatMap(c -> c.text("tokenizer_class"));
    boolean looksSo = json.map(TokenizerJson::isBert).orElse(!files.containsKey(MERGES));
    return named
        .map(name -> BertRules.isBert(name) || BertRules.isGeneral(name) && looksSo)
        .orElse(looksSo);
  }

  private static WordPieceTokenizer bert(
      Path folder, Optional<TokenizerJson> json, SequencedMap<String, String> files) {
    BertRules rules =
        BertRules.of(
            folder.toString(),
            json(folder, CONFIG),
            json(folder, "special_tokens_map.json"),
            json(folder, "added_tokens.json"));
    if (json.isPresent()) {
      return json.get().bert(Optional.of(rules), files);
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
