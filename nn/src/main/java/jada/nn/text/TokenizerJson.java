package jada.nn.text;

import jada.nn.files.InputException;
import jada.nn.files.KeyLedger;
import java.util.ArrayList;
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
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads Hugging Face's `tokenizer.json`.
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
          // Scores are read as the reference reads them, digit by digit.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /// The keys of the file; those of its parts are in [PartKeys].
  static final KeyLedger KEYS =
      KeyLedger.of(KeyLedger.Unknown.REFUSED)
          .refusedUnless("it is the only version there is", "version", "1.0")
          .withoutEffect("the length is for the caller to say; nothing is padded", "truncation")
          .withoutEffect("the length is for the caller to say; nothing is padded", "padding")
          .withoutEffect("ids are not turned into text", "decoder")
          .honoured("a part, see below", "normalizer", "pre_tokenizer", "model", "post_processor")
          .honoured("tokens that are found in texts", "added_tokens")
          .honoured(
              "a token that is found in texts",
              "added_tokens[].id",
              "added_tokens[].content",
              "added_tokens[].single_word",
              "added_tokens[].lstrip",
              "added_tokens[].rstrip",
              "added_tokens[].normalized")
          .withoutEffect(
              "what becomes of ids that are turned into text again", "added_tokens[].special");

  private final JsonSection root;

  private TokenizerJson(JsonSection root) {
    this.root = root;
  }

  /// Reads the text of a file.
  ///
  /// @param file its name for errors
  static TokenizerJson read(String text, String file) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new InputException(
          "%s: %snot the JSON of a tokenizer (%s): download or export it again"
              .formatted(file, place(e.getLocation()), firstLine(e.getOriginalMessage())),
          e);
    }
    return new TokenizerJson(new JsonSection(file, "", tree));
  }

  /// The ids of the tokens in a `vocab.json`.
  ///
  /// @param file its name for errors
  static Map<String, Integer> ids(String text, String file) {
    return PartsJson.ids(read(text, file).root);
  }

  private static String place(TokenStreamLocation location) {
    // Exceptions of exceeded limits have no location.
    return location == null
        ? ""
        : "line %s, column %s: ".formatted(location.getLineNr(), location.getColumnNr());
  }

  private static String firstLine(String message) {
    String line = message.lines().findFirst().orElse("unreadable");
    return line.length() <= 200 ? line : line.substring(0, 200) + "…"; // it quotes the file
  }

  /// Whether the file describes a tokenizer of the BERT kind, which [#bert] makes.
  boolean isBert() {
    JsonNode node = root.node();
    return node.path("model").path("type").asString("WordPiece").equals("WordPiece")
        && !node.path("model").has("merges")
        && typeOf("normalizer").equals("BertNormalizer")
        && typeOf("pre_tokenizer").equals("BertPreTokenizer")
        && (typeOf("post_processor").equals("BertProcessing")
            || typeOf("post_processor").equals("TemplateProcessing"));
  }

  private String typeOf(String part) {
    return root.node().path(part).path("type").asString("");
  }

  /// The tokenizer of a file of the BERT kind.
  ///
  /// @param rules what the files beside it say, if it lies in a folder
  /// @param files the text of this file and those beside it, by name
  WordPieceTokenizer bert(Optional<BertRules> rules, SequencedMap<String, String> files) {
    JsonSection model = root.section("model");
    if (model.has("type")) { // files of early versions lack it
      model.requireValue("type", "WordPiece");
    }
    root.section("pre_tokenizer").requireValue("type", "BertPreTokenizer");
    root.section("normalizer").requireValue("type", "BertNormalizer");
    PartsJson parts = new PartsJson(root);
    parts.preTokenizer(PartsJson.Overrides.NONE);
    parts.normalizer();
    BertNormalizer normalizer = PartsJson.bertNormalizer(root.section("normalizer"));
    PartsJson.Read read = parts.model(false);
    List<AddedToken> inFile = addedTokens();
    List<AddedToken> added = rules.map(r -> r.tokens(read.ids(), inFile)).orElse(inFile);
    Vocabulary vocabulary = new Vocabulary(root.file() + ": model.vocab", read.ids(), added);
    Optional<BertRules> others = rules.filter(r -> !r.whole());
    others.ifPresent(_ -> requireWhatBertTokenizerAssumes(model));
    KEYS.check(root.file(), root.node());
    List<Template.Part> frame = bertFrame(parts, vocabulary);
    return new WordPieceTokenizer(
        vocabulary,
        others.map(BertRules::normalizer).orElse(normalizer),
        (WordPiece) read.model(),
        added,
        frame.getFirst().ids().getFirst(),
        frame.getLast().ids().getFirst(),
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

  /// The tokens around a single text, the first and the last of which are one each.
  private List<Template.Part> bertFrame(PartsJson parts, Vocabulary vocabulary) {
    Template template = parts.postProcessor(vocabulary).template();
    List<Template.Part> single = template.single();
    JsonSection section = root.section("post_processor");
    if (single.size() != 3
        || single.getFirst().ids().size() != 1
        || single.getLast().ids().size() != 1
        || !template.equals(
            Template.bert(single.getFirst().ids().getFirst(), single.getLast().ids().getFirst()))) {
      throw section.refusal(
          "single", "and pair are not of the form [CLS] A [SEP] and [CLS] A [SEP] B [SEP]");
    }
    return single;
  }

  /// The tokenizer of a file of any kind.
  ///
  /// @param rules what the files beside it say
  /// @param files the text of this file and those beside it, by name
  PipelineTokenizer pipeline(TokenizerRules rules, SequencedMap<String, String> files) {
    KEYS.check(root.file(), root.node());
    PartsJson parts = new PartsJson(root);
    PartsJson.Read read = parts.model(rules.whole());
    rules.requireKind(isBert(), read.kind());
    List<AddedToken> added = rules.tokens(read.ids(), addedTokens());
    Vocabulary vocabulary =
        new Vocabulary(root.file() + ": model.vocab", read.ids(), read.overridden(), added);
    PartsJson.Frame frame = parts.postProcessor(vocabulary);
    rules.requireSameCase(root);
    Template template = rules.tokenTypes() ? frame.template() : frame.template().withoutTypes();
    return new PipelineTokenizer(
        new PipelineTokenizer.Parts(
            read.kind(),
            vocabulary,
            added,
            parts.normalizer(),
            parts.preTokenizer(new PartsJson.Overrides(rules.blankBefore())),
            read.model(),
            template,
            frame.trim(),
            rules.padding(
                vocabulary,
                Optional.of(root.node().path("padding").path("pad_token").asString("")))),
        files);
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
}
