package jada.nn.text;

import jada.nn.files.ConfigJson;
import jada.nn.files.InputException;
import jada.nn.files.KeyLedger;
import jada.nn.files.KeyLedger.Unknown;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say about a
/// tokenizer of the BERT kind, read as transformers' `BertTokenizer` reads them.
///
/// @param source what errors name
/// @param whole whether `tokenizer.json` alone describes the tokenizer: that is so for
///   transformers' general class. `BertTokenizer` takes the vocabulary from it and makes its
///   normalizer from the rules here, whatever `tokenizer.json` says
/// @param normalizer the normalizer that the rules ask for
/// @param tokenTypes whether the tokens of a second text have type 1
/// @param added the tokens of `added_tokens_decoder` by id; none if there is no such key
/// @param legacy the tokens of `added_tokens.json` by id, which count where that key is missing
/// @param special tokens that are special whatever the vocabulary says
record BertRules(
    String source,
    boolean whole,
    BertNormalizer normalizer,
    boolean tokenTypes,
    Optional<SortedMap<Integer, AddedToken>> added,
    SortedMap<Integer, AddedToken> legacy,
    List<AddedToken> special) {

  private static final Set<String> BERT =
      Set.of("BertTokenizer", "ElectraTokenizer", "DistilBertTokenizer");
  private static final Set<String> GENERAL = Set.of("PreTrainedTokenizer", "TokenizersBackend");
  private static final List<String> NAMED = List.of("bos_token", "eos_token");
  static final String EXTRA = "extra_special_tokens";
  static final String ADDITIONAL = "additional_special_tokens";
  private static final List<String> STANDARD =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  /// The keys of every tokenizer.
  static final KeyLedger COMMON =
      KeyLedger.of(Unknown.ACCEPTED_UNLESS_TOKEN)
          .refusedUnless("special tokens in a text are found", "split_special_tokens", false)
          .refusedUnless("texts are cut at their end", "truncation_side", "right")
          .refusedUnless("code that comes with a model is not run", "auto_map", Map.of())
          .refusedUnless(
              "tokens under names of their own", "model_specific_special_tokens", Map.of())
          .refusedUnless("the vocabulary is a file", "vocab")
          .refusedUnless("arguments without names", "init_inputs", List.of())
          .withoutEffect(
              "how long a text may be says who encodes it; nothing is padded",
              "model_max_length",
              "max_length",
              "max_len",
              "stride",
              "truncation",
              "truncation_strategy",
              "padding",
              "padding_side",
              "pad_to_multiple_of",
              "pad_token_type_id")
          .withoutEffect(
              "what becomes of ids that are turned into text again, or of conversations",
              "clean_up_tokenization_spaces",
              "chat_template",
              "response_schema",
              "response_template")
          .withoutEffect(
              "a name or a note",
              "name_or_path",
              "tokenizer_file",
              "special_tokens_map_file",
              "vocab_file",
              "processor_class",
              "backend",
              "use_fast",
              "verbose",
              "files_loaded",
              "is_local",
              "local_files_only",
              "transformers_version");

  private static final KeyLedger TOKENS =
      KeyLedger.of(Unknown.ACCEPTED_UNLESS_TOKEN)
          .honoured("a special token, found in texts", "bos_token", "eos_token")
          .honoured("more special tokens, found in texts", EXTRA)
          .honoured("the same where extra_special_tokens is missing", ADDITIONAL)
          .refusedUnless("BERT's special tokens have their names", "unk_token", "[UNK]")
          .refusedUnless("BERT's special tokens have their names", "sep_token", "[SEP]")
          .refusedUnless("BERT's special tokens have their names", "pad_token", "[PAD]")
          .refusedUnless("BERT's special tokens have their names", "cls_token", "[CLS]")
          .refusedUnless("BERT's special tokens have their names", "mask_token", "[MASK]");

  /// The keys of `special_tokens_map.json`.
  static final KeyLedger SPECIAL_TOKENS_MAP = TOKENS;

  /// The keys of `tokenizer_config.json`.
  static final KeyLedger CONFIG =
      TOKENS
          .honoured("lower case; true if it is missing", "do_lower_case")
          .honoured("accents; follows do_lower_case if it is missing", "strip_accents")
          .honoured("ideographs set apart; true if it is missing", "tokenize_chinese_chars")
          .honoured("whether these rules count or tokenizer.json's", "tokenizer_class")
          .honoured("tokens added to the vocabulary", "added_tokens_decoder")
          .honoured("whether a second text has token type 1", "model_input_names")
          .refusedUnless("words are split at punctuation", "do_basic_tokenize", true)
          .refusedUnless("control characters are removed", "clean_text", true)
          .refusedUnless("pieces within a word begin with ##", "wordpieces_prefix", "##")
          .refusedUnless("every word is split", "never_split", List.of())
          .and(COMMON);

  /// The rules of a folder.
  ///
  /// @param config `tokenizer_config.json`, if it is there
  /// @param map `special_tokens_map.json`, if it is there
  /// @param legacy `added_tokens.json`, if it is there
  static BertRules of(
      String source,
      Optional<ConfigJson> config,
      Optional<ConfigJson> map,
      Optional<ConfigJson> legacy) {
    config.ifPresent(json -> json.check(CONFIG));
    map.ifPresent(json -> json.check(SPECIAL_TOKENS_MAP));
    String name = config.flatMap(json -> json.text("tokenizer_class")).orElse("BertTokenizer");
    String kind = name.replaceFirst("Fast$", "");
    if (!BERT.contains(kind) && !GENERAL.contains(kind)) {
      throw config.orElseThrow().refusal("tokenizer_class", "is a tokenizer that is not supported");
    }
    boolean lowercase = config.map(json -> json.truth("do_lower_case", true)).orElse(true);
    BertNormalizer normalizer =
        new BertNormalizer(
            true,
            config.map(json -> json.truth("tokenize_chinese_chars", true)).orElse(true),
            config.map(json -> json.truth("strip_accents", lowercase)).orElse(lowercase),
            lowercase);
    Optional<SortedMap<Integer, AddedToken>> added =
        config.flatMap(json -> json.object("added_tokens_decoder").map(d -> decoder(json, d)));
    List<AddedToken> special = new ArrayList<>();
    STANDARD.forEach(token -> special.add(special(token)));
    // The older name counts where the newer one is not used.
    config.ifPresent(
        json -> special.addAll(special(json, hasKey(json, EXTRA) ? EXTRA : ADDITIONAL)));
    // Where the tokens are in tokenizer_config.json, transformers leaves the older files unread.
    Optional<ConfigJson> older = added.isPresent() ? Optional.empty() : map;
    older.ifPresent(json -> special.addAll(special(json, EXTRA)));
    // It looks at these too late to compare them with added_tokens.json.
    Set<String> early = special.stream().map(AddedToken::content).collect(Collectors.toSet());
    boolean named =
        Stream.concat(config.stream(), older.stream()).anyMatch(json -> hasKey(json, EXTRA))
            || config.filter(json -> hasKey(json, ADDITIONAL)).isPresent();
    older.filter(_ -> !named).ifPresent(json -> special.addAll(special(json, ADDITIONAL)));
    return new BertRules(
        source,
        GENERAL.contains(kind),
        normalizer,
        tokenTypes(config, kind),
        added,
        legacy.map(json -> legacy(json, early)).orElseGet(TreeMap::new),
        List.copyOf(special));
  }

  /// Whether a class of tokenizers is of the BERT kind.
  static boolean isBert(String name) {
    return BERT.contains(name.replaceFirst("Fast$", ""));
  }

  /// Whether a class is transformers' general one, whose tokenizer `tokenizer.json` describes.
  static boolean isGeneral(String name) {
    return GENERAL.contains(name.replaceFirst("Fast$", ""));
  }

  /// The same rules with or without lower case, and accents as BERT then has them.
  BertRules withLowercase(boolean lowercase) {
    return new BertRules(
        source,
        whole,
        new BertNormalizer(true, true, lowercase, lowercase),
        tokenTypes,
        added,
        legacy,
        special);
  }

  private static boolean tokenTypes(Optional<ConfigJson> config, String kind) {
    return config
        .filter(json -> json.has("model_input_names"))
        .map(json -> json.node("model_input_names").valueStream())
        .map(names -> names.anyMatch(name -> name.asString("").equals("token_type_ids")))
        .orElse(!kind.equals("DistilBertTokenizer") && !GENERAL.contains(kind));
  }

  static SortedMap<Integer, AddedToken> decoder(ConfigJson json, JsonNode tokens) {
    SortedMap<Integer, AddedToken> byId = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : tokens.properties()) {
      if (!entry.getKey().matches("0|[1-9][0-9]{0,8}") || !entry.getValue().isObject()) {
        throw json.refusal(
            "added_tokens_decoder", "holds an id that is no number or a token that is no object");
      }
      int id = Integer.parseInt(entry.getKey());
      byId.put(id, token(json, "added_tokens_decoder", id, entry.getValue()));
    }
    return byId;
  }

  private static AddedToken token(ConfigJson json, String key, int id, JsonNode token) {
    if (!token.path("content").isString()) {
      throw json.refusal(key, "holds a token without content");
    }
    boolean special = token.path("special").asBoolean(false);
    return new AddedToken(
        id,
        token.get("content").stringValue(),
        token.path("single_word").asBoolean(false),
        token.path("lstrip").asBoolean(false),
        token.path("rstrip").asBoolean(false),
        token.path("normalized").asBoolean(!special));
  }

  static AddedToken special(String content) {
    return new AddedToken(AddedToken.UNNUMBERED, content, false, false, false, false);
  }

  /// The special tokens that a file names beside BERT's own five.
  private static List<AddedToken> special(ConfigJson json, String list) {
    List<AddedToken> found = new ArrayList<>();
    NAMED.stream().filter(json::has).forEach(key -> found.add(special(json, key, json.node(key))));
    found.addAll(listed(json, list));
    return found;
  }

  /// The special tokens of a list.
  static List<AddedToken> listed(ConfigJson json, String list) {
    if (json.has(list) && !json.node(list).isArray()) {
      throw json.refusal(list, "is not a list, which alone is supported");
    }
    return json.node(list).valueStream().map(value -> special(json, list, value)).toList();
  }

  /// Whether a file has a key, be its value null.
  private static boolean hasKey(ConfigJson json, String key) {
    return !json.node(key).isMissingNode();
  }

  static AddedToken special(ConfigJson json, String key, JsonNode value) {
    if (value.isString()) {
      return special(value.stringValue());
    }
    AddedToken token = token(json, key, AddedToken.UNNUMBERED, value);
    return new AddedToken(
        token.id(),
        token.content(),
        token.singleWord(),
        token.stripLeft(),
        token.stripRight(),
        value.path("normalized").asBoolean(false));
  }

  static SortedMap<Integer, AddedToken> legacy(ConfigJson json, Set<String> special) {
    SortedMap<Integer, AddedToken> byId = new TreeMap<>();
    for (String content : json.keys()) {
      int id = json.count(content);
      boolean normalized = !special.contains(content);
      if (byId.put(id, new AddedToken(id, content, false, false, false, normalized)) != null) {
        throw json.refusal(InputText.quote(content), "has the id of another token");
      }
    }
    return byId;
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
    if (whole) {
      if (!byId.equals(json)) {
        throw new InputException(
            source
                + ": tokenizer_config.json or added_tokens.json and tokenizer.json have other added"
                + " tokens; save the tokenizer again");
      }
      return inJson;
    }
    return numbered(
        source,
        vocabulary,
        byId.values(),
        special.stream()
            .filter(t -> !STANDARD.contains(t.content()) || vocabulary.containsKey(t.content()))
            .toList());
  }

  /// Tokens that have ids, which must be those they would get, then those of `special` that are not
  /// among them, with ids.
  static List<AddedToken> numbered(
      String source,
      Map<String, Integer> vocabulary,
      Collection<AddedToken> given,
      List<AddedToken> special) {
    List<AddedToken> tokens = new ArrayList<>(given);
    int next = vocabulary.size();
    for (AddedToken token : tokens) {
      int id = vocabulary.containsKey(token.content()) ? vocabulary.get(token.content()) : next++;
      if (id != token.id()) {
        throw new InputException(
            source
                + ": the added token "
                + InputText.quote(token.content())
                + " has the id "
                + token.id()
                + ", but it would be "
                + id
                + "; save the tokenizer again");
      }
    }
    Set<String> known = tokens.stream().map(AddedToken::content).collect(Collectors.toSet());
    for (AddedToken token : special) {
      if (known.add(token.content())) {
        boolean inVocabulary = vocabulary.containsKey(token.content());
        tokens.add(token.numbered(inVocabulary ? vocabulary.get(token.content()) : next++));
      }
    }
    return tokens;
  }
}
