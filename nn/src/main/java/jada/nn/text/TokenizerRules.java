package jada.nn.text;

import jada.nn.files.ConfigJson;
import jada.nn.files.InputException;
import jada.nn.files.KeyLedger;
import jada.nn.files.KeyLedger.Unknown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say about a
/// tokenizer that is not of the BERT kind.
///
/// @param source what errors name
/// @param kind the class of the tokenizer, without `Fast`
/// @param whole whether `tokenizer.json` alone counts, as for transformers' general class
/// @param blankBefore whether ByteLevel puts a blank before the text; nothing if `tokenizer.json`
///   says it
/// @param tokenTypes whether the tokens of a second text have type 1
/// @param added the tokens of `added_tokens_decoder` by id; none if there is no such key
/// @param legacy the tokens of `added_tokens.json` by id, which count where that key is missing
/// @param special tokens that are special whatever the vocabulary says
/// @param names special tokens by the key that names them
/// @param lowercase whether texts are put in lower case, if that is said
/// @param framed whether a token is put before or behind texts where `tokenizer.json` is missing
record TokenizerRules(
    String source,
    String kind,
    boolean whole,
    Optional<Boolean> blankBefore,
    boolean tokenTypes,
    Optional<SortedMap<Integer, AddedToken>> added,
    SortedMap<Integer, AddedToken> legacy,
    List<AddedToken> special,
    Map<String, String> names,
    Optional<Boolean> lowercase,
    boolean framed) {

  /// What counts if there is nothing beside `tokenizer.json`.
  static final TokenizerRules NONE =
      new TokenizerRules(
          "",
          "PreTrainedTokenizer",
          true,
          Optional.empty(),
          true,
          Optional.empty(),
          new TreeMap<>(),
          List.of(),
          Map.of(),
          Optional.empty(),
          false);

  /// The classes that put a blank before the text only if their configuration says so.
  private static final Set<String> BYTE_LEVEL =
      Set.of(
          "RobertaTokenizer",
          "BartTokenizer",
          "LongformerTokenizer",
          "GPT2Tokenizer",
          "Qwen2Tokenizer");

  /// The type of the model that other classes make.
  private static final Map<String, String> MODELS =
      Map.ofEntries(
          Map.entry("LlamaTokenizer", "BPE"),
          Map.entry("CodeLlamaTokenizer", "BPE"),
          Map.entry("GemmaTokenizer", "BPE"),
          Map.entry("DebertaTokenizer", "BPE"),
          Map.entry("XLMRobertaTokenizer", "Unigram"),
          Map.entry("CamembertTokenizer", "Unigram"),
          Map.entry("T5Tokenizer", "Unigram"),
          Map.entry("AlbertTokenizer", "Unigram"),
          Map.entry("XLNetTokenizer", "Unigram"),
          Map.entry("MBartTokenizer", "Unigram"),
          Map.entry("DebertaV2Tokenizer", "Unigram"));

  private static final Set<String> GENERAL = Set.of("PreTrainedTokenizer", "TokenizersBackend");

  /// The classes whose models have token types.
  private static final Set<String> TYPED =
      Set.of("AlbertTokenizer", "DebertaTokenizer", "DebertaV2Tokenizer", "XLNetTokenizer");

  private static final List<String> NAMED =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private static final Set<String> GPT2 = Set.of("bos_token", "eos_token", "unk_token");
  private static final Set<String> QWEN2 = Set.of("eos_token", "unk_token", "pad_token");
  private static final Map<String, String> ROBERTA =
      Map.of(
          "bos_token", "<s>",
          "eos_token", "</s>",
          "unk_token", "<unk>",
          "sep_token", "</s>",
          "pad_token", "<pad>",
          "cls_token", "<s>",
          "mask_token", "<mask>");

  private static final KeyLedger TOKENS =
      KeyLedger.of(Unknown.ACCEPTED_UNLESS_TOKEN)
          .honoured("a special token, found in texts", NAMED.toArray(String[]::new))
          .honoured("more special tokens, found in texts", BertRules.EXTRA, BertRules.ADDITIONAL);

  /// The keys of `special_tokens_map.json`.
  static final KeyLedger SPECIAL_TOKENS_MAP = TOKENS;

  /// The keys of `tokenizer_config.json`.
  static final KeyLedger CONFIG =
      TOKENS
          .honoured(
              "whether tokenizer.json alone counts, and which tokens and types there are",
              "tokenizer_class")
          .honoured("a blank before the text, for RoBERTa and GPT-2", "add_prefix_space")
          .honoured("tokens added to the vocabulary", "added_tokens_decoder")
          .honoured("whether a second text has token type 1", "model_input_names")
          .honoured("lower case; tokenizer.json must say the same", "do_lower_case")
          .and(BertRules.COMMON)
          .withoutEffect(
              "tokenizer.json says it",
              "add_bos_token",
              "add_eos_token",
              "legacy",
              "keep_accents",
              "strip_accents",
              "tokenize_chinese_chars",
              "split_by_punct",
              "sp_model_kwargs",
              "trim_offsets",
              "unk_id",
              "vocab_type",
              "merges_file",
              "extra_ids")
          .withoutEffect("what becomes of ids that are turned into text again", "errors");

  /// The rules of a folder.
  ///
  /// @param config `tokenizer_config.json`, if it is there
  /// @param map `special_tokens_map.json`, if it is there
  /// @param legacy `added_tokens.json`, if it is there
  /// @param defaultClass the class if none is named
  static TokenizerRules of(
      String source,
      Optional<ConfigJson> config,
      Optional<ConfigJson> map,
      Optional<ConfigJson> legacy,
      String defaultClass) {
    config.ifPresent(json -> json.check(CONFIG));
    map.ifPresent(json -> json.check(SPECIAL_TOKENS_MAP));
    String kind =
        config
            .flatMap(json -> json.text("tokenizer_class"))
            .orElse(defaultClass)
            .replaceFirst("Fast$", "");
    Optional<SortedMap<Integer, AddedToken>> added =
        config.flatMap(
            json -> json.object("added_tokens_decoder").map(d -> BertRules.decoder(json, d)));
    // Where the tokens are in tokenizer_config.json, transformers leaves the older files unread.
    List<ConfigJson> files =
        Stream.concat(config.stream(), added.isPresent() ? Stream.empty() : map.stream()).toList();
    List<AddedToken> special = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    for (String key : NAMED) {
      files.stream()
          .filter(json -> json.has(key))
          .reduce((_, later) -> later)
          .map(json -> BertRules.special(json, key, json.node(key)))
          .or(() -> BYTE_LEVEL.contains(kind) ? defaultToken(kind, key) : Optional.empty())
          .ifPresent(
              token -> {
                special.add(token);
                names.put(key, token.content());
              });
    }
    for (ConfigJson json : files) {
      String list = json.has(BertRules.EXTRA) ? BertRules.EXTRA : BertRules.ADDITIONAL;
      special.addAll(BertRules.listed(json, list));
    }
    Set<String> known = new HashSet<>();
    special.forEach(token -> known.add(token.content()));
    return new TokenizerRules(
        source,
        kind,
        GENERAL.contains(kind),
        BYTE_LEVEL.contains(kind)
            ? Optional.of(config.map(json -> json.truth("add_prefix_space", false)).orElse(false))
            : Optional.empty(),
        tokenTypes(config, kind),
        added,
        legacy.map(json -> BertRules.legacy(json, known)).orElseGet(TreeMap::new),
        List.copyOf(special),
        Map.copyOf(names),
        config
            .filter(json -> json.has("do_lower_case"))
            .map(json -> json.truth("do_lower_case", false)),
        config
            .filter(
                json -> json.truth("add_bos_token", false) || json.truth("add_eos_token", false))
            .isPresent());
  }

  /// What transformers' class calls a special token where no file does.
  private static Optional<AddedToken> defaultToken(String kind, String key) {
    Optional<String> content =
        switch (kind) {
          case "GPT2Tokenizer" -> Optional.of("<|endoftext|>").filter(_ -> GPT2.contains(key));
          case "Qwen2Tokenizer" -> Optional.of("<|endoftext|>").filter(_ -> QWEN2.contains(key));
          default -> Optional.of(ROBERTA.get(key));
        };
    return content.map(BertRules::special);
  }

  private static boolean tokenTypes(Optional<ConfigJson> config, String kind) {
    return config
        .filter(json -> json.has("model_input_names"))
        .map(json -> json.node("model_input_names").valueStream())
        .map(names -> names.anyMatch(name -> name.asString("").equals("token_type_ids")))
        .orElse(TYPED.contains(kind));
  }

  /// All tokens that are searched for in texts, with their ids: those of the files, then special
  /// tokens that no file numbers.
  ///
  /// @param vocabulary the ids of the model
  /// @param inJson the added tokens of `tokenizer.json`, if there is one
  /// @throws InputException if `tokenizer.json` alone counts and the other files contradict it, or
  ///   a token has another id than it would get
  List<AddedToken> tokens(Map<String, Integer> vocabulary, List<AddedToken> inJson) {
    SortedMap<Integer, AddedToken> json = new TreeMap<>();
    inJson.forEach(token -> json.put(token.id(), token));
    SortedMap<Integer, AddedToken> all = new TreeMap<>(legacy);
    all.putAll(json);
    SortedMap<Integer, AddedToken> byId = added.orElse(all);
    if (whole && !byId.equals(json)) {
      throw new InputException(
          source
              + ": tokenizer_config.json or added_tokens.json and tokenizer.json have other added"
              + " tokens; save the tokenizer again");
    }
    return BertRules.numbered(source, vocabulary, byId.values(), special);
  }

  /// Whether the class is RoBERTa's, or one that is the same.
  boolean isRoberta() {
    return BYTE_LEVEL.contains(kind)
        && !kind.equals("GPT2Tokenizer")
        && !kind.equals("Qwen2Tokenizer");
  }

  /// A special token of a class whose tokens all have names.
  ///
  /// @param key that names it, for example `cls_token`
  String named(String key) {
    return names.get(key);
  }

  /// Refuses a class whose tokenizer `vocab.json` and `merges.txt` do not describe, or which is
  /// asked to put tokens around texts.
  void requireByteLevelClass() {
    if (!BYTE_LEVEL.contains(kind)) {
      throw new InputException(
          source
              + ": a tokenizer of the class "
              + InputText.quote(kind)
              + " is read from tokenizer.json alone; save it with transformers as tokenizer.json");
    }
    if (framed) {
      throw new InputException(
          source
              + ": tokenizer_config.json asks for add_bos_token or add_eos_token, which is read"
              + " from tokenizer.json alone; save the tokenizer with transformers as"
              + " tokenizer.json");
    }
  }

  /// Refuses a `tokenizer.json` of another kind than the class makes. transformers makes the parts
  /// of such a class anew, and takes nothing but the vocabulary from the file.
  ///
  /// @param bert whether the file is of the BERT kind
  /// @param model the type of the model in the file
  void requireKind(boolean bert, String model) {
    String needed = BYTE_LEVEL.contains(kind) ? "BPE" : MODELS.getOrDefault(kind, model);
    if (!whole && (bert || !needed.equals(model))) {
      throw new InputException(
          source
              + ": tokenizer_class "
              + InputText.quote(kind)
              + " makes another tokenizer than tokenizer.json describes, "
              + (bert ? "which is one of BERT's kind" : "whose model is " + InputText.quote(model))
              + "; save the tokenizer again");
    }
  }

  /// Refuses a `tokenizer.json` that contradicts `do_lower_case`.
  void requireSameCase(JsonSection root) {
    JsonNode normalizer = root.node().path("normalizer");
    if (lowercase.isPresent()
        && normalizer.path("type").asString("").equals("BertNormalizer")
        && normalizer.path("lowercase").asBoolean(false) != lowercase.get()) {
      throw new InputException(
          source
              + ": tokenizer_config.json says do_lower_case "
              + lowercase.get()
              + ", tokenizer.json the contrary; save the tokenizer again");
    }
  }

  /// The id of the padding token, by its name here, in `tokenizer.json`, or as it is usually
  /// called; 0 if there is none.
  int padding(Vocabulary vocabulary, Optional<String> inJson) {
    return Stream.of(
            Optional.ofNullable(names.get("pad_token")).stream(),
            inJson.stream(),
            Stream.of("<pad>", "[PAD]"))
        .flatMap(candidates -> candidates)
        .filter(vocabulary::contains)
        .findFirst()
        .map(vocabulary::require)
        .orElse(0);
  }
}
