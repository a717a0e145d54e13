package jada.nn.text;

import jada.nn.files.KeyLedger;
import jada.nn.text.PipelineTokenizer.Trim;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// Reads the parts of a `tokenizer.json`: normalizer, pre-tokenizer, model and post-processor. Each
/// part is checked against its ledger in [PartKeys].
final class PartsJson {
  private static final int MOST_STEPS = 64;
  private static final int LONGEST_STRING = 4096;

  /// GPT-2's expression (Radford et al. 2019): contractions, words, numbers, the rest, white space.
  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private final JsonSection root;
  private int steps;

  /// @param root the whole document
  PartsJson(JsonSection root) {
    this.root = root;
  }

  /// Checks the keys of a part and gives its kind.
  private static String kind(JsonSection part, SequencedMap<String, KeyLedger> kinds) {
    String type = part.string("type");
    KeyLedger ledger = kinds.get(type);
    if (ledger == null) {
      throw part.refusal(
          "type",
          "is %s, but only %s are supported"
              .formatted(InputText.quote(type), String.join(", ", kinds.keySet())));
    }
    ledger.check(part.file() + ": " + part.path(), part.node());
    return type;
  }

  private void countStep(JsonSection part) {
    if (++steps > MOST_STEPS) {
      throw part.refusal("type", "is one step more than the " + MOST_STEPS + " that are read");
    }
  }

  /// The normalizer; that which changes nothing if there is none.
  Normalizing normalizer() {
    return root.has("normalizer") ? normalizer(root.section("normalizer")) : Normalizing.NONE;
  }

  private Normalizing normalizer(JsonSection part) {
    countStep(part);
    return switch (kind(part, PartKeys.NORMALIZERS)) {
      case "Sequence" -> Normalizing.sequence(each(part, "normalizers", this::normalizer));
      case "BertNormalizer" -> bertNormalizer(part);
      case "NFC" -> new UnicodeForm(Form.NFC);
      case "NFD" -> new UnicodeForm(Form.NFD);
      case "NFKC" -> new UnicodeForm(Form.NFKC);
      case "NFKD" -> new UnicodeForm(Form.NFKD);
      case "Lowercase" -> Normalizing.lowercase();
      case "StripAccents" -> Normalizing.without(Characters::isAccent);
      case "Strip" -> Normalizing.strip(part.bool("strip_left"), part.bool("strip_right"));
      case "Replace" -> Normalizing.replace(pattern(part), string(part, "content"));
      case "Prepend" -> Normalizing.prepend(string(part, "prepend"));
      case "Precompiled" ->
          CharacterMap.decode(part.string("precompiled_charsmap"))
              .orElseThrow(
                  () -> part.refusal("precompiled_charsmap", "is not a map of characters"));
      case "Nmt" -> Normalizing.nmt();
      default -> Normalizing.bytes();
    };
  }

  /// BERT's normalizer.
  static BertNormalizer bertNormalizer(JsonSection section) {
    boolean lowercase = section.bool("lowercase");
    return new BertNormalizer(
        section.bool("clean_text"),
        section.bool("handle_chinese_chars"),
        section.has("strip_accents") ? section.bool("strip_accents") : lowercase,
        lowercase);
  }

  private <T> List<T> each(JsonSection part, String key, Function<JsonSection, T> reader) {
    List<T> read = new ArrayList<>();
    for (int i = 0; i < part.array(key).size(); i++) {
      read.add(reader.apply(part.element(key, i)));
    }
    return read;
  }

  private static String string(JsonSection part, String key) {
    String string = part.string(key);
    if (string.length() > LONGEST_STRING) {
      throw part.refusal(key, "has more than " + LONGEST_STRING + " characters");
    }
    return string;
  }

  private static Pattern pattern(JsonSection part) {
    JsonSection pattern = part.section("pattern");
    if (pattern.has("Regex")) {
      return expression(pattern, "Regex", pattern.string("Regex"));
    }
    String string = string(pattern, "String");
    if (string.isEmpty()) {
      throw pattern.refusal("String", "is empty");
    }
    return Pattern.literal(string);
  }

  private static Pattern expression(JsonSection part, String key, String source) {
    try {
      return ExpressionParser.parse(source);
    } catch (ExpressionParser.Refused e) {
      throw part.refusal(key, e.getMessage());
    }
  }

  /// An expression of a tokenizer in use.
  static Pattern known(String source) {
    try {
      return ExpressionParser.parse(source);
    } catch (ExpressionParser.Refused e) {
      throw new IllegalStateException(e);
    }
  }

  /// What the tokenizer's configuration says about parts that `tokenizer.json` describes, too.
  ///
  /// @param blankBefore whether ByteLevel puts a blank before the text, if it says so
  record Overrides(Optional<Boolean> blankBefore) {
    static final Overrides NONE = new Overrides(Optional.empty());
  }

  /// The pre-tokenizer; that which cuts nothing if there is none.
  PreTokenizing preTokenizer(Overrides overrides) {
    return root.has("pre_tokenizer")
        ? preTokenizer(root.section("pre_tokenizer"), overrides)
        : PreTokenizing.NONE;
  }

  private PreTokenizing preTokenizer(JsonSection part, Overrides overrides) {
    countStep(part);
    return switch (kind(part, PartKeys.PRE_TOKENIZERS)) {
      case "Sequence" ->
          PreTokenizing.sequence(
              each(part, "pretokenizers", step -> preTokenizer(step, overrides)));
      case "BertPreTokenizer" -> PreTokenizing.bert();
      case "Whitespace" -> whitespace();
      case "WhitespaceSplit" -> removing(Pattern.each(Characters::isSpace));
      case "CharDelimiterSplit" -> removing(Pattern.literal(character(part, "delimiter")));
      case "Punctuation" ->
          new Split(
              Pattern.each(BertCharacters::isPunctuation),
              part.has("behavior") ? behavior(part) : Split.Behavior.ISOLATED,
              false);
      case "Digits" ->
          new Split(
              Pattern.each(Characters::isNumeric),
              part.bool("individual_digits") ? Split.Behavior.ISOLATED : Split.Behavior.CONTIGUOUS,
              false);
      case "Split" -> new Split(pattern(part), behavior(part), part.bool("invert"));
      case "ByteLevel" ->
          PreTokenizing.bytes(
              overrides.blankBefore().orElseGet(() -> part.bool("add_prefix_space")),
              !part.has("use_regex") || part.bool("use_regex")
                  ? new Split(known(GPT2), Split.Behavior.ISOLATED, false)
                  : PreTokenizing.NONE);
      default -> metaspace(part);
    };
  }

  private static PreTokenizing removing(Pattern pattern) {
    return new Split(pattern, Split.Behavior.REMOVED, false);
  }

  /// `\w+|[^\w\s]+`: runs of word characters, and runs of what is neither these nor white space.
  private static PreTokenizing whitespace() {
    return new Split(
        (text, from, to, found) -> {
          int begin = from;
          int kind = 0; // of the run that begins there: 0 white space, 1 words, 2 the rest
          int size;
          for (int i = from; i < to; i += size) {
            int codePoint = text.codePointAt(i);
            size = Character.charCount(codePoint);
            int now = Characters.isWord(codePoint) ? 1 : Characters.isSpace(codePoint) ? 0 : 2;
            if (now != kind) {
              if (kind != 0) {
                found.match(begin, i);
              }
              begin = i;
              kind = now;
            }
          }
          if (kind != 0 && begin < to) {
            found.match(begin, to);
          }
        },
        Split.Behavior.REMOVED,
        true);
  }

  private static Split.Behavior behavior(JsonSection part) {
    return switch (part.string("behavior")) {
      case "Removed" -> Split.Behavior.REMOVED;
      case "Isolated" -> Split.Behavior.ISOLATED;
      case "MergedWithPrevious" -> Split.Behavior.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> Split.Behavior.MERGED_WITH_NEXT;
      case "Contiguous" -> Split.Behavior.CONTIGUOUS;
      default ->
          throw part.refusal(
              "behavior",
              "is none of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
    };
  }

  private static String character(JsonSection part, String key) {
    String character = part.string(key);
    if (character.length() != 1 || Character.isSurrogate(character.charAt(0))) {
      throw part.refusal(key, "is not one character of the basic plane");
    }
    return character;
  }

  private static PreTokenizing metaspace(JsonSection part) {
    Optional<PreTokenizing.Prepend> scheme =
        part.has("prepend_scheme") ? Optional.of(scheme(part)) : Optional.empty();
    boolean never = part.has("add_prefix_space") && !part.bool("add_prefix_space");
    if (never && scheme.filter(s -> s != PreTokenizing.Prepend.NEVER).isPresent()) {
      throw part.refusal("add_prefix_space", "is false, but prepend_scheme is not never");
    }
    return PreTokenizing.metaspace(
        character(part, "replacement").charAt(0),
        never ? PreTokenizing.Prepend.NEVER : scheme.orElse(PreTokenizing.Prepend.ALWAYS),
        !part.has("split") || part.bool("split"));
  }

  private static PreTokenizing.Prepend scheme(JsonSection part) {
    return switch (part.string("prepend_scheme")) {
      case "always" -> PreTokenizing.Prepend.ALWAYS;
      case "first" -> PreTokenizing.Prepend.FIRST;
      case "never" -> PreTokenizing.Prepend.NEVER;
      default -> throw part.refusal("prepend_scheme", "is none of always, first, never");
    };
  }

  /// The model and its tokens.
  ///
  /// @param kind its type
  /// @param ids of the tokens
  /// @param overridden tokens by ids that another id of the same token overrides
  record Read(
      String kind, Model model, Map<String, Integer> ids, Map<Integer, String> overridden) {}

  /// The model.
  ///
  /// @param quick whether scores are read as by `tokenizers`, see [QuickDecimal]
  Read model(boolean quick) {
    JsonSection part = root.section("model");
    return switch (part.has("type") ? kind(part, PartKeys.MODELS) : kindOfOlderFile(part)) {
      case "WordPiece" -> wordPiece(part);
      case "BPE" -> bpe(part);
      case "Unigram" -> unigram(part, quick);
      default -> wordLevel(part);
    };
  }

  // Files of early versions do not name the kind.
  private static String kindOfOlderFile(JsonSection part) {
    String kind = part.has("merges") ? "BPE" : part.has("unk_id") ? "Unigram" : "WordPiece";
    PartKeys.MODELS.get(kind).check(part.file() + ": " + part.path(), part.node());
    return kind;
  }

  /// The ids of tokens.
  static Map<String, Integer> ids(JsonSection vocab) {
    Map<String, Integer> ids = HashMap.newHashMap(vocab.node().size());
    for (Map.Entry<String, JsonNode> entry : vocab.node().properties()) {
      ids.put(entry.getKey(), vocab.count(entry.getKey(), entry.getValue()));
    }
    return ids;
  }

  private static void requireToken(JsonSection part, Map<String, Integer> ids, String token) {
    if (!ids.containsKey(token)) {
      throw part.refusal("vocab", "lacks the unknown token " + InputText.quote(token));
    }
  }

  private static Read wordPiece(JsonSection part) {
    Map<String, Integer> ids = ids(part.section("vocab"));
    return new Read("WordPiece", wordPiece(part, ids), ids, Map.of());
  }

  /// A WordPiece model with these tokens.
  static WordPiece wordPiece(JsonSection part, Map<String, Integer> ids) {
    String unknown = part.string("unk_token");
    requireToken(part, ids, unknown);
    return new WordPiece(
        ids,
        part.string("continuing_subword_prefix"),
        unknown,
        part.count("max_input_chars_per_word"));
  }

  private static Read wordLevel(JsonSection part) {
    Map<String, Integer> ids = ids(part.section("vocab"));
    String unknown = part.string("unk_token");
    requireToken(part, ids, unknown);
    return new Read("WordLevel", new WordLevel(ids, ids.get(unknown)), ids, Map.of());
  }

  private static Read bpe(JsonSection part) {
    Map<String, Integer> ids = ids(part.section("vocab"));
    Optional<String> unknown =
        part.has("unk_token") ? Optional.of(part.string("unk_token")) : Optional.empty();
    unknown.ifPresent(token -> requireToken(part, ids, token));
    Bpe.Options options =
        new Bpe.Options(
            unknown,
            part.has("fuse_unk") && part.bool("fuse_unk"),
            part.has("continuing_subword_prefix") ? string(part, "continuing_subword_prefix") : "",
            part.has("end_of_word_suffix") ? string(part, "end_of_word_suffix") : "",
            part.has("byte_fallback") && part.bool("byte_fallback"),
            part.has("ignore_merges") && part.bool("ignore_merges"));
    JsonNode merges = part.array("merges");
    Merges ranks = new Merges(ids, options.prefix(), merges.size());
    for (int i = 0; i < merges.size(); i++) {
      JsonNode merge = merges.get(i);
      Optional<String> problem =
          merge.isString()
              ? ranks.add(merge.stringValue())
              : merge.isArray()
                      && merge.size() == 2
                      && merge.get(0).isString()
                      && merge.get(1).isString()
                  ? ranks.add(merge.get(0).stringValue(), merge.get(1).stringValue())
                  : Optional.of("is neither \"a b\" nor [\"a\", \"b\"]");
      if (problem.isPresent()) {
        throw part.refusal("merges[" + i + "]", problem.get());
      }
    }
    return new Read("BPE", ranks.model(options), ids, Map.of());
  }

  private static Read unigram(JsonSection part, boolean quick) {
    JsonNode vocab = part.array("vocab");
    int n = vocab.size();
    Map<String, Integer> ids = HashMap.newHashMap(n);
    Map<Integer, String> overridden = new HashMap<>();
    double[] scores = new double[n];
    for (int i = 0; i < n; i++) {
      JsonNode entry = vocab.get(i);
      if (!entry.isArray()
          || entry.size() != 2
          || !entry.get(0).isString()
          || !entry.get(1).isNumber()
          || !Double.isFinite(entry.get(1).asDouble(Double.NaN))) {
        throw part.refusal("vocab[" + i + "]", "is not a token and its score");
      }
      String token = entry.get(0).stringValue();
      scores[i] = quick ? QuickDecimal.of(entry.get(1).decimalValue()) : entry.get(1).asDouble();
      Integer earlier = ids.put(token, i);
      if (earlier != null) {
        overridden.put(earlier, token);
      }
    }
    int unknown = part.count("unk_id");
    if (unknown >= n) {
      throw part.refusal("unk_id", "is not below the number of tokens, " + n);
    }
    boolean bytes = part.has("byte_fallback") && part.bool("byte_fallback");
    return new Read("Unigram", new Unigram(ids, scores, unknown, bytes), ids, overridden);
  }

  /// What the post-processor says.
  ///
  /// @param template the tokens around the texts
  /// @param trim how the places of tokens are trimmed
  record Frame(Template template, Optional<Trim> trim) {}

  /// The post-processor.
  ///
  /// @param vocabulary against which the ids in it are checked
  Frame postProcessor(Vocabulary vocabulary) {
    List<JsonSection> parts = new ArrayList<>();
    if (root.has("post_processor")) {
      collect(root.section("post_processor"), parts);
    }
    Optional<Template> template = Optional.empty();
    Optional<Trim> trim = Optional.empty();
    for (JsonSection part : parts) {
      String kind = part.string("type");
      if (List.of("ByteLevel", "RobertaProcessing").contains(kind)) {
        if (!part.has("trim_offsets") || part.bool("trim_offsets")) {
          trim = Optional.of(new Trim(part.bool("add_prefix_space")));
        }
        if (kind.equals("ByteLevel")) {
          continue;
        }
      }
      if (template.isPresent()) {
        throw part.refusal("type", "is a second step that adds tokens");
      }
      template = Optional.of(template(part, kind, vocabulary));
    }
    return new Frame(template.orElse(Template.NONE), trim);
  }

  private void collect(JsonSection part, List<JsonSection> parts) {
    countStep(part);
    if (kind(part, PartKeys.POST_PROCESSORS).equals("Sequence")) {
      for (int i = 0; i < part.array("processors").size(); i++) {
        collect(part.element("processors", i), parts);
      }
    } else {
      parts.add(part);
    }
  }

  private static Template template(JsonSection part, String kind, Vocabulary vocabulary) {
    return switch (kind) {
      case "BertProcessing" ->
          Template.bert(tokenAndId(part, "cls", vocabulary), tokenAndId(part, "sep", vocabulary));
      case "RobertaProcessing" ->
          Template.roberta(
              tokenAndId(part, "cls", vocabulary), tokenAndId(part, "sep", vocabulary));
      default ->
          new Template(
              pieces(part, "single", Set.of(0), vocabulary),
              pieces(part, "pair", Set.of(0, 1), vocabulary));
    };
  }

  /// `"cls": ["[CLS]", 101]`, the form of BertProcessing.
  private static int tokenAndId(JsonSection section, String key, Vocabulary vocabulary) {
    JsonNode pair = section.array(key);
    if (pair.size() != 2 || !pair.get(0).isString()) {
      throw section.refusal(key, "is not a token and its id");
    }
    return sameId(
        section, key, section.count(key, pair.get(1)), pair.get(0).stringValue(), vocabulary);
  }

  private static int sameId(
      JsonSection section, String key, int id, String token, Vocabulary vocabulary) {
    int expected = vocabulary.require(token);
    if (id != expected) {
      throw section.refusal(
          key,
          "gives %s the id %s, but the vocabulary %s"
              .formatted(InputText.quote(token), id, expected));
    }
    return id;
  }

  /// The texts and special tokens of a template; types are 0, and from some place on 1.
  ///
  /// @param texts those that must be there, once each
  private static List<Template.Part> pieces(
      JsonSection section, String key, Set<Integer> texts, Vocabulary vocabulary) {
    List<Template.Part> pieces = new ArrayList<>();
    Set<Integer> found = new HashSet<>();
    int last = 0;
    if (section.array(key).size() > MOST_STEPS) {
      throw section.refusal(key, "has more than " + MOST_STEPS + " parts");
    }
    for (int i = 0; i < section.array(key).size(); i++) {
      JsonSection element = section.element(key, i);
      boolean isText = element.has("Sequence");
      JsonSection piece = element.section(isText ? "Sequence" : "SpecialToken");
      int type = piece.count("type_id");
      if (type < last || type > 1) {
        throw section.refusal(key, "has other types than 0 and from some place on 1");
      }
      last = type;
      if (isText) {
        int text = List.of("A", "B").indexOf(piece.string("id"));
        if (!texts.contains(text) || !found.add(text)) {
          throw section.refusal(key, "does not hold each text once");
        }
        pieces.add(Template.Part.text(text, type));
      } else {
        pieces.add(
            new Template.Part(
                Template.Part.SPECIAL, specialIds(section, piece.string("id"), vocabulary), type));
      }
    }
    if (!found.equals(texts)) {
      throw section.refusal(key, "does not hold each text once");
    }
    return pieces;
  }

  /// `{"id": "[CLS]", "ids": [101], "tokens": ["[CLS]"]}`, the form of TemplateProcessing.
  private static List<Integer> specialIds(JsonSection section, String name, Vocabulary vocabulary) {
    JsonSection special = section.section("special_tokens").section(name);
    JsonNode ids = special.array("ids");
    JsonNode tokens = special.array("tokens");
    if (ids.isEmpty() || ids.size() > MOST_STEPS || ids.size() != tokens.size()) {
      throw special.refusal("ids", "does not hold an id for each token");
    }
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      if (!tokens.get(i).isString()) {
        throw special.refusal("tokens", "does not hold tokens");
      }
      all.add(
          sameId(
              special,
              "ids",
              special.count("ids", ids.get(i)),
              tokens.get(i).stringValue(),
              vocabulary));
    }
    return all;
  }
}
