package jada.nn.checkpoint;

import jada.nn.BertConfig;
import jada.nn.DistilBertConfig;
import jada.nn.EncoderConfig;
import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import jada.nn.files.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One of the small JSON files of a model folder: an object whose values are read with checks, each
/// error naming file and key.
final class ConfigJson {
  // A config with a hundred thousand labels has 6 MB.
  private static final long MOST_BYTES = 16 << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final JsonNode node;

  private ConfigJson(Path file, JsonNode node) {
    this.file = file;
    this.node = node;
  }

  /// Reads a file.
  static ConfigJson read(Path file) {
    InputFile.require(file);
    JsonNode node;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InputException(
            file + ": has more than " + MOST_BYTES + " bytes; use the file as it was published");
      }
      // As text first: strict UTF-8, and no guessing of encodings by the JSON reader.
      node = MAPPER.readTree(Files.readString(file));
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    } catch (JacksonException e) {
      throw new InputException(
          file
              + ": is not sound JSON: "
              + Quoted.of(e.getOriginalMessage())
              + "; use the file as it was published",
          e);
    }
    if (!node.isObject()) {
      throw new InputException(file + ": is not a JSON object; use the file as it was published");
    }
    return new ConfigJson(file, node);
  }

  /// The encoder that a `config.json` describes.
  EncoderConfig encoder() {
    String type = text("model_type").orElseThrow(() -> refusal("model_type", "is missing"));
    for (String key : List.of("is_decoder", "add_cross_attention")) {
      if (truth(key, false)) {
        throw refusal(key, "is true, but only encoders are supported");
      }
    }
    try {
      return switch (type) {
        case "bert" -> bert();
        case "distilbert" -> distilBert();
        default ->
            throw new InputException(
                file
                    + ": model_type "
                    + Quoted.of(type)
                    + " is not supported; use a model whose model_type is 'bert' or 'distilbert'");
      };
    } catch (IllegalArgumentException e) {
      throw new InputException(
          file + ": " + e.getMessage() + "; use the file as it was published", e);
    }
  }

  private BertConfig bert() {
    requireText("hidden_act", "gelu");
    requireText("position_embedding_type", "absolute");
    return new BertConfig(
        count("vocab_size"),
        count("hidden_size"),
        count("num_hidden_layers"),
        count("num_attention_heads"),
        count("intermediate_size"),
        count("max_position_embeddings"),
        count("type_vocab_size"),
        number("layer_norm_eps", 1e-12f),
        number("hidden_dropout_prob", 0.1f),
        number("attention_probs_dropout_prob", 0.1f));
  }

  // Whether positions once were sinusoids (sinusoidal_pos_embds) does not matter: they are in the
  // weights.
  private DistilBertConfig distilBert() {
    requireText("activation", "gelu");
    return new DistilBertConfig(
        count("vocab_size"),
        count("dim"),
        count("n_layers"),
        count("n_heads"),
        count("hidden_dim"),
        count("max_position_embeddings"),
        number("dropout", 0.1f),
        number("attention_dropout", 0.1f),
        number("seq_classif_dropout", 0.2f));
  }

  /// The names of the classes in their order, from `id2label` or else `label2id`; none if neither
  /// is there.
  List<String> labels() {
    TreeMap<Integer, String> byId = new TreeMap<>();
    String key = has("id2label") ? "id2label" : "label2id";
    if (!has(key)) {
      return List.of();
    }
    if (!node.get(key).isObject()) {
      throw refusal(key, "is not an object");
    }
    for (Map.Entry<String, JsonNode> entry : node.get(key).properties()) {
      boolean idFirst = key.equals("id2label");
      String id = idFirst ? entry.getKey() : entry.getValue().asString("");
      String label = idFirst ? entry.getValue().asString("") : entry.getKey();
      if (!id.matches("0|[1-9][0-9]{0,8}") || idFirst && !entry.getValue().isString()) {
        throw refusal(key, "holds an id that is not a whole number or a label that is not text");
      }
      if (byId.put(Integer.valueOf(id), label) != null) {
        throw refusal(key, "gives two labels to " + id);
      }
    }
    if (!byId.isEmpty() && byId.lastKey() != byId.size() - 1) {
      throw refusal(key, "does not number its " + byId.size() + " labels from 0 without a gap");
    }
    return List.copyOf(byId.values());
  }

  /// The text of a key, if it is there.
  Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!node.get(key).isString()) {
      throw refusal(key, "is not text");
    }
    return Optional.of(node.get(key).stringValue());
  }

  /// Whether a key says true.
  boolean truth(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    if (!node.get(key).isBoolean()) {
      throw refusal(key, "is neither true nor false");
    }
    return node.get(key).booleanValue();
  }

  /// Whether a key is there with a value other than null.
  boolean has(String key) {
    return node.hasNonNull(key);
  }

  /// An error about one key.
  InputException refusal(String key, String what) {
    return new InputException(
        file + ": " + key + " " + what + "; use the file as it was published");
  }

  private void requireText(String key, String only) {
    String value = text(key).orElse(only);
    if (!value.equals(only)) {
      throw new InputException(
          file
              + ": "
              + key
              + " "
              + Quoted.of(value)
              + " is not supported; use a model with '"
              + only
              + "'");
    }
  }

  private int count(String key) {
    if (!has(key)) {
      throw refusal(key, "is missing");
    }
    JsonNode value = node.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw refusal(key, "is not a whole number up to " + Integer.MAX_VALUE);
    }
    return value.intValue();
  }

  private float number(String key, float absent) {
    if (!has(key)) {
      return absent;
    }
    // A whole number may have more digits than a double can hold.
    float number = (float) node.get(key).asDouble(Double.NaN);
    if (!node.get(key).isNumber() || !Float.isFinite(number)) {
      throw refusal(key, "is not a number that 32 bits can hold");
    }
    return number;
  }
}
