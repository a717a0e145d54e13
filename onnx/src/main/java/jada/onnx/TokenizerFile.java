package jada.onnx;

import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The `tokenizer.json` of a folder with an ONNX file. Programs that read such folders read this
/// file and no other of the tokenizer, so all must be in it:
///
/// - `truncation`: cut at the length of training, the longer text of a pair first. Many published
///   files have another length, with which their models were not trained
/// - `padding`: null. A fixed padding in the file makes each text as long as the longest
/// - what `tokenizer_config.json` says otherwise than `tokenizer.json`, such as lower case, which
///   transformers and Jada heed and these programs do not read
/// - everything, where the model has a `vocab.txt` alone
///
/// Whether the file gives the ids of the model's tokenizer is tried before it is written
/// ([TokenizerProbe]).
final class TokenizerFile {
  static final String NAME = "tokenizer.json";
  private static final String VOCABULARY = "vocab.txt";
  private static final String CONFIG = "tokenizer_config.json";

  // Of a tokenizer that was read before, so the limits need not be narrow.
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxStringLength(1 << 26)
                          .build())
                  .build())
          // Scores keep their digits.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final PretrainedModel model;
  private final SequencedMap<String, String> files;

  private TokenizerFile(PretrainedModel model) {
    this.model = model;
    this.files = model.tokenizer().files();
  }

  /// The text of the file.
  ///
  /// @param maxLength the most tokens of a text, special tokens included
  /// @throws InputException if no such file can describe the tokenizer
  static String text(PretrainedModel model, int maxLength) {
    TokenizerFile file = new TokenizerFile(model);
    for (ObjectNode json : file.candidates()) {
      if (TokenizerProbe.sameIds(model.tokenizer(), MAPPER.writeValueAsString(json))) {
        file.setTypes(json);
        json.putObject("truncation")
            .put("direction", "Right")
            .put("max_length", maxLength)
            .put("strategy", "LongestFirst")
            .put("stride", 0);
        json.putNull("padding");
        return MAPPER.writeValueAsString(json) + "\n";
      }
    }
    throw new InputException(
        "onnx: the tokenizer of %s does what its %s alone does not say; save it again with transformers"
            .formatted(model.name(), file.files.containsKey(NAME) ? NAME : VOCABULARY));
  }

  /// What may describe the tokenizer: its own file as it is or with BERT's rules as
  /// `tokenizer_config.json` has them, or else its vocabulary with these rules.
  private List<ObjectNode> candidates() {
    if (files.containsKey(NAME)) {
      ObjectNode own = read(NAME);
      return own.path("normalizer").path("type").asString("").equals("BertNormalizer")
          ? List.of(own, own.deepCopy().set("normalizer", normalizer()))
          : List.of(own);
    }
    if (files.containsKey(VOCABULARY)) {
      return List.of(ofVocabulary());
    }
    throw new InputException(
        "onnx: the tokenizer of %s has no tokenizer.json, which programs that read ONNX files need;"
                .formatted(model.name())
            + " save it again with transformers");
  }

  private ObjectNode read(String name) {
    return (ObjectNode) MAPPER.readTree(files.get(name));
  }

  // ---- of a vocabulary -----------------------------------------------------------------------

  /// BERT's tokenizer with these tokens, one a line, as transformers makes it.
  private ObjectNode ofVocabulary() {
    ObjectNode json = object().put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    ObjectNode vocabulary = object();
    String[] lines = files.get(VOCABULARY).split("\r?\n");
    for (int i = 0; i < lines.length; i++) {
      vocabulary.put(lines[i], i); // of equal lines the last counts
    }
    List<String> special =
        List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]").stream()
            .filter(vocabulary::has)
            .toList();
    for (String token : special) {
      json.withArray("/added_tokens")
          .addObject()
          .put("id", vocabulary.get(token).intValue())
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    json.set("normalizer", normalizer());
    json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    json.set(
        "post_processor",
        template(
            new Framed("[CLS]", vocabulary.path("[CLS]").asInt()),
            new Framed("[SEP]", vocabulary.path("[SEP]").asInt()),
            1));
    json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    json.putObject("model")
        .put("type", "WordPiece")
        .put("unk_token", "[UNK]")
        .put("continuing_subword_prefix", "##")
        .put("max_input_chars_per_word", 100)
        .set("vocab", vocabulary);
    return json;
  }

  /// BERT's rules as `tokenizer_config.json` has them; without it, those of an uncased model.
  private ObjectNode normalizer() {
    JsonNode config = files.containsKey(CONFIG) ? read(CONFIG) : object();
    boolean lowercase = config.path("do_lower_case").asBoolean(true);
    return object()
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", config.path("tokenize_chinese_chars").asBoolean(true))
        .put("strip_accents", config.path("strip_accents").asBoolean(lowercase))
        .put("lowercase", lowercase);
  }

  // ---- token types ---------------------------------------------------------------------------

  /// A special token around a text.
  private record Framed(String token, int id) {}

  /// Makes the second text of a pair of type 0 where the model's tokenizer does so and the graph
  /// reads types.
  private void setTypes(ObjectNode json) {
    Tokenizer tokenizer = model.tokenizer();
    boolean read = GraphForm.of(model.config()).types() == GraphForm.Types.GIVEN;
    int[] types = tokenizer.encode(Input.of("a", "a"), model.config().maxTokens()).typeIds();
    if (!read || IntStream.of(types).anyMatch(type -> type == 1)) {
      return;
    }
    JsonNode post = json.path("post_processor");
    if (post.path("type").asString("").equals("BertProcessing")) {
      json.set("post_processor", template(framed(post, "cls"), framed(post, "sep"), 0));
    }
    for (JsonNode part : json.path("post_processor").path("pair")) {
      part.forEach(inner -> ((ObjectNode) inner).put("type_id", 0));
    }
  }

  private static Framed framed(JsonNode post, String key) {
    return new Framed(post.path(key).path(0).asString(), post.path(key).path(1).asInt());
  }

  /// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`.
  ///
  /// @param second the type of the second text
  private static ObjectNode template(Framed opening, Framed separator, int second) {
    ObjectNode template = object().put("type", "TemplateProcessing");
    for (String frame : List.of("single", "pair")) {
      putPart(template, frame, "SpecialToken", opening.token(), 0);
      putPart(template, frame, "Sequence", "A", 0);
      putPart(template, frame, "SpecialToken", separator.token(), 0);
    }
    putPart(template, "pair", "Sequence", "B", second);
    putPart(template, "pair", "SpecialToken", separator.token(), second);
    ObjectNode special = template.putObject("special_tokens");
    for (Framed framed : List.of(opening, separator)) {
      ObjectNode token = special.putObject(framed.token()).put("id", framed.token());
      token.putArray("ids").add(framed.id());
      token.putArray("tokens").add(framed.token());
    }
    return template;
  }

  private static void putPart(ObjectNode template, String frame, String kind, String id, int type) {
    template.withArray("/" + frame).addObject().putObject(kind).put("id", id).put("type_id", type);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
