package jada.nn.text;

import jada.nn.files.InputException;
import tools.jackson.databind.JsonNode;

/// A JSON object of a file, read with checks whose errors name the file and the key.
///
/// @param file the file's name for errors
/// @param path the keys that lead here, joined by dots; empty for the whole document
/// @param node the object
record JsonSection(String file, String path, JsonNode node) {
  JsonSection {
    if (!node.isObject()) {
      throw refusal(file, path.isEmpty() ? "the document" : path, "is not a JSON object");
    }
  }

  /// An error about a key directly in this section.
  InputException refusal(String key, String reason) {
    return refusal(file, pathOf(key), reason);
  }

  JsonSection section(String key) {
    return new JsonSection(file, pathOf(key), required(key));
  }

  /// The element of an array that stands directly in this section.
  JsonSection element(String key, int index) {
    return new JsonSection(file, "%s[%s]".formatted(pathOf(key), index), array(key).get(index));
  }

  JsonNode array(String key) {
    JsonNode value = required(key);
    if (!value.isArray()) {
      throw refusal(key, "is not an array");
    }
    return value;
  }

  String string(String key) {
    JsonNode value = required(key);
    if (!value.isString()) {
      throw refusal(key, "is not a string");
    }
    return value.stringValue();
  }

  boolean bool(String key) {
    JsonNode value = required(key);
    if (!value.isBoolean()) {
      throw refusal(key, "is neither true nor false");
    }
    return value.booleanValue();
  }

  /// A whole number from 0 to 2³¹ − 1.
  int count(String key) {
    return count(key, required(key));
  }

  int count(String key, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw refusal(key, "is not a whole number from 0 to " + Integer.MAX_VALUE);
    }
    return value.intValue();
  }

  /// Whether the key is there with a value other than null.
  boolean has(String key) {
    return node.hasNonNull(key);
  }

  /// Refuses every value but the one that is supported.
  void requireValue(String key, String supported) {
    String value = string(key);
    if (!value.equals(supported)) {
      throw refusal(
          key, "is %s, but only \"%s\" is supported".formatted(InputText.quote(value), supported));
    }
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw refusal(key, "is missing");
    }
    return node.get(key);
  }

  private String pathOf(String key) {
    String name = InputText.isPlain(key) ? key : InputText.quote(key);
    return path.isEmpty() ? name : path + "." + name;
  }

  private static InputException refusal(String file, String where, String reason) {
    return new InputException(
        "%s: %s %s: use the tokenizer.json of the model as it was published"
            .formatted(file, where, reason));
  }
}
