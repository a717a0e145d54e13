package jada.nn.text;

import jada.nn.files.InputException;
import jada.nn.files.KeyLedger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads Hugging Face's `tokenizer.json` of the BERT kind.
///
/// Read are `model`, `normalizer`, `pre_tokenizer`, `post_processor` and `added_tokens`. The
/// sections `truncation` and `padding` are ignored: the caller gives the length, and batches are
/// not padded.
final class TokenizerJson {
  static final int MOST_BYTES = 64 << 20;

  // The deepest part of a real file is level 5. A million vocabulary entries are two million JSON
  // tokens; the tree of so many fits a few hundred megabytes.
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxTokenCount(3_000_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  // The names are mostly tokens, each once: sharing them costs and gains nothing.
                  .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                  .build())
          .build();

  /// The keys of the file.
  static final KeyLedger KEYS =
      KeyLedger.of(KeyLedger.Unknown.REFUSED)
          .refusedUnless("it is the only version there is", "version", "1.0")
          .withoutEffect("the length is for the caller to say; nothing is padded", "truncation")
          .withoutEffect("the length is for the caller to say; nothing is padded", "padding")
          .withoutEffect("ids are not turned into text", "decoder")
          .honoured("the parts of a tokenizer", "model", "normalizer", "pre_tokenizer")
          .honoured("the parts of a tokenizer", "post_processor", "added_tokens")
          .honoured("only WordPiece", "model.type")
          .honoured("the token of words that cannot be covered", "model.unk_token")
          .honoured("the beginning of pieces within a word", "model.continuing_subword_prefix")
          .honoured("longer words are unknown", "model.max_input_chars_per_word")
          .honoured("tokens and their ids", "model.vocab")
          .honoured("only BertNormalizer", "normalizer.type")
          .honoured(
              "a step of it; tokenizer_config.json decides where it is there",
              "normalizer.clean_text",
              "normalizer.handle_chinese_chars",
              "normalizer.strip_accents",
              "normalizer.lowercase")
          .honoured("only BertPreTokenizer", "pre_tokenizer.type")
          .honoured("only TemplateProcessing and BertProcessing", "post_processor.type")
          .honoured(
              "only BERT's form: [CLS] A [SEP] and [CLS] A [SEP] B [SEP]",
              "post_processor.single",
              "post_processor.pair",
              "post_processor.special_tokens",
              "post_processor.cls",
              "post_processor.sep")
          .honoured(
              "a token that is found in texts",
              "added_tokens[].id",
              "added_tokens[].content",
              "added_tokens[].single_word",
              "added_tokens[].lstrip",
              "added_tokens[].rstrip",
              "added_tokens[].normalized")
          .withoutEffect("whether decoding leaves it out", "added_tokens[].special");

  private final JsonSection root;

  private TokenizerJson(JsonSection root) {
    this.root = root;
  }

  /// The tokenizer that the text of a file describes.
  ///
  /// @param rules what the files beside it say, if it lies in a folder
  /// @param files the text of this file and those beside it, by name
  static WordPieceTokenizer parse(
      String text, String file, Optional<BertRules> rules, SequencedMap<String, String> files) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new InputException(
          "%s: %snot the JSON of a tokenizer (%s): download or export it again"
              .formatted(file, place(e.getLocation()), firstLine(e.getOriginalMessage())),
          e);
    }
    return new TokenizerJson(new JsonSection(file, "", tree)).tokenizer(rules, files);
  }

  private static String place(TokenStreamLocation location) {
    // Exceptions of exceeded limits have no location.
    return location == null
        ? ""
        : "line %s, column %s: ".formatted(location.getLineNr(), location.getColumnNr());
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("unreadable");
  }

  private WordPieceTokenizer tokenizer(
      Optional<BertRules> rules, SequencedMap<String, String> files) {
    JsonSection model = root.section("model");
    if (model.has("type")) { // files of early versions lack it
      model.requireValue("type", "WordPiece");
    }
    root.section("pre_tokenizer").requireValue("type", "BertPreTokenizer");
    BertNormalizer normalizer = normalizer(root.section("normalizer"));
    Map<String, Integer> modelIds = modelIds(model.section("vocab"));
    List<AddedToken> inFile = addedTokens();
    List<AddedToken> added = rules.map(r -> r.tokens(modelIds, inFile)).orElse(inFile);
    Vocabulary vocabulary = new Vocabulary(root.file() + ": model.vocab", modelIds, added);
    String unknown = model.string("unk_token");
    if (!modelIds.containsKey(unknown)) {
      throw model.refusal("vocab", "lacks the unknown token " + InputText.quote(unknown));
    }
    WordPiece wordPiece =
        new WordPiece(
            modelIds,
            model.string("continuing_subword_prefix"),
            unknown,
            model.count("max_input_chars_per_word"));
    Optional<BertRules> others = rules.filter(r -> !r.whole());
    others.ifPresent(_ -> requireWhatBertTokenizerAssumes(model));
    KEYS.check(root.file(), root.node());
    Frame frame = frame(root.section("post_processor"), vocabulary);
    return new WordPieceTokenizer(
        vocabulary,
        others.map(BertRules::normalizer).orElse(normalizer),
        wordPiece,
        added,
        frame.opening(),
        frame.separator(),
        rules.map(BertRules::tokenTypes).orElse(true),
        files);
  }

  // transformers' BertTokenizer makes these parts anew, whatever the file says of them.
  private void requireWhatBertTokenizerAssumes(JsonSection model) {
    model.requireValue("unk_token", "[UNK]");
    model.requireValue("continuing_subword_prefix", "##");
    if (model.count("max_input_chars_per_word") != WordPieceTokenizer.LONGEST_WORD) {
      throw model.refusal("max_input_chars_per_word", "is not 100, which BertTokenizer has");
    }
    JsonSection normalizer = root.section("normalizer");
    if (!normalizer.bool("clean_text")) {
      throw normalizer.refusal("clean_text", "is false, but BertTokenizer cleans texts");
    }
  }

  private static BertNormalizer normalizer(JsonSection section) {
    section.requireValue("type", "BertNormalizer");
    boolean lowercase = section.bool("lowercase");
    return new BertNormalizer(
        section.bool("clean_text"),
        section.bool("handle_chinese_chars"),
        section.has("strip_accents") ? section.bool("strip_accents") : lowercase,
        lowercase);
  }

  private static Map<String, Integer> modelIds(JsonSection vocab) {
    Map<String, Integer> ids = HashMap.newHashMap(vocab.node().size());
    for (Map.Entry<String, JsonNode> entry : vocab.node().properties()) {
      ids.put(entry.getKey(), vocab.count(entry.getKey(), entry.getValue()));
    }
    return ids;
  }

  private List<AddedToken> addedTokens() {
    List<AddedToken> tokens = new ArrayList<>();
    if (!root.has("added_tokens")) {
      return tokens;
    }
    for (int i = 0; i < root.array("added_tokens").size(); i++) {
      JsonSection token = root.element("added_tokens", i);
      tokens.add(
          new AddedToken(
              token.count("id"),
              token.string("content"),
              token.bool("single_word"),
              token.bool("lstrip"),
              token.bool("rstrip"),
              token.bool("normalized")));
    }
    return tokens;
  }

  /// The tokens around the texts: `[CLS] first [SEP]` and `[CLS] first [SEP] second [SEP]`.
  private record Frame(int opening, int separator) {}

  private static Frame frame(JsonSection section, Vocabulary vocabulary) {
    if (section.string("type").equals("BertProcessing")) {
      return new Frame(
          tokenAndId(section, "cls", vocabulary), tokenAndId(section, "sep", vocabulary));
    }
    section.requireValue("type", "TemplateProcessing");
    List<Piece> single = template(section, "single");
    if (single.size() != 3) {
      throw section.refusal("single", "is not of the form [CLS] A [SEP]");
    }
    String opening = single.getFirst().id();
    String separator = single.getLast().id();
    Piece start = new Piece(false, opening, 0);
    Piece first = new Piece(true, "A", 0);
    Piece firstEnd = new Piece(false, separator, 0);
    if (!single.equals(List.of(start, first, firstEnd))) {
      throw section.refusal("single", "is not of the form [CLS] A [SEP] with types 0");
    }
    Piece second = new Piece(true, "B", 1);
    Piece secondEnd = new Piece(false, separator, 1);
    if (!template(section, "pair").equals(List.of(start, first, firstEnd, second, secondEnd))) {
      throw section.refusal("pair", "is not of the form [CLS] A [SEP] B [SEP] with types 0 and 1");
    }
    JsonSection specials = section.section("special_tokens");
    return new Frame(
        specialId(specials.section(opening), opening, vocabulary),
        specialId(specials.section(separator), separator, vocabulary));
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

  /// `{"id": "[CLS]", "ids": [101], "tokens": ["[CLS]"]}`, the form of TemplateProcessing.
  private static int specialId(JsonSection section, String token, Vocabulary vocabulary) {
    JsonNode ids = section.array("ids");
    if (ids.size() != 1) {
      throw section.refusal("ids", "does not hold one id");
    }
    return sameId(section, "ids", section.count("ids", ids.get(0)), token, vocabulary);
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

  /// A place in a template: a text (A or B) or a special token, and the type of its tokens.
  private record Piece(boolean isText, String id, int typeId) {}

  private static List<Piece> template(JsonSection section, String key) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < section.array(key).size(); i++) {
      JsonSection element = section.element(key, i);
      boolean isText = element.has("Sequence");
      JsonSection piece = element.section(isText ? "Sequence" : "SpecialToken");
      pieces.add(new Piece(isText, piece.string("id"), piece.count("type_id")));
    }
    return pieces;
  }
}
