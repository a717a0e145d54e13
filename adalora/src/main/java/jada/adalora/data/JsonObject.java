package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The object on one line of JSON Lines.
///
/// @param place its file and line, as messages name them
/// @param node the object
record JsonObject(String place, JsonNode node) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// @throws InputException if the line is not one JSON object
  static JsonObject of(String source, SourceText.Line line) {
    String place = source + ":" + line.number();
    JsonNode node;
    try {
      node = JSON.readTree(line.text());
    } catch (JacksonException e) {
      throw new InputException(
          "%s: not a JSON object%s: %s; JSON Lines has one object a line"
              .formatted(place, JsonFault.place(e), Quoted.of(JsonFault.of(e))),
          e);
    }
    if (!node.isObject()) {
      throw new InputException(
          "%s: a JSON object is expected; JSON Lines has one object a line (jq -c '.[]' makes it)"
              .formatted(place));
    }
    return new JsonObject(place, node);
  }

  /// In the order of the line.
  Collection<String> keys() {
    return node.propertyNames();
  }

  /// Whether there is a value under a key; `null` is none.
  boolean has(String key) {
    return !node.path(key).isMissingNode() && !node.path(key).isNull();
  }

  boolean hasList(String key) {
    return node.path(key).isArray();
  }

  /// @param remedy what to do if there is no string
  /// @throws InputException if there is no string
  String text(String key, String remedy) {
    if (!has(key)) {
      throw new InputException("%s: no text under %s; %s".formatted(place, Quoted.of(key), remedy));
    }
    return text(node.path(key), key, remedy);
  }

  /// The strings of a list; none if there is no value. Unmodifiable.
  ///
  /// @param remedy what to do if there is anything else
  /// @throws InputException if there is anything else
  List<String> texts(String key, String remedy) {
    List<String> texts = new ArrayList<>();
    if (has(key)) {
      if (!hasList(key)) {
        throw new InputException(
            "%s: %s is %s where a list of texts is expected; %s"
                .formatted(place, Quoted.of(key), kind(node.path(key)), remedy));
      }
      node.path(key).forEach(element -> texts.add(text(element, key, remedy)));
    }
    return List.copyOf(texts);
  }

  private String text(JsonNode value, String key, String remedy) {
    if (!value.isString()) {
      throw new InputException(
          "%s: %s holds %s where a text is expected; %s"
              .formatted(place, Quoted.of(key), kind(value), remedy));
    }
    return whole(value.stringValue(), key, place);
  }

  /// A number, or the string of one, as it is written; not looked at any closer.
  ///
  /// @throws InputException if there is neither
  String number(String key) {
    JsonNode value = node.path(key);
    if (!value.isNumber() && !value.isString()) {
      throw new InputException(
          "%s: %s is %s where a number is expected; correct it, or name another key with"
                  .formatted(place, Quoted.of(key), kind(value))
              + " `label-column`");
    }
    return value.asString().strip();
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      case NUMBER -> "a number";
      case STRING -> "a string";
      default -> "an object";
    };
  }

  /// A string, refused if UTF-8 has no bytes for it: then it could not be saved as it is.
  static String whole(String text, String key, String place) {
    if (Surrogates.unpaired(text) >= 0) {
      throw new InputException(
          "%s: the string under %s has one half of a surrogate pair (\\ud800 to \\udfff) without the"
                  .formatted(place, Quoted.of(key))
              + " other, which is no character; write both, or remove it");
    }
    return text;
  }
}
