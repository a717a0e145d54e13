package jada.nn.checkpoint;

import jada.nn.EncoderConfig;
import jada.nn.Families;
import jada.nn.Family;
import jada.nn.files.ConfigJson;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The `config.json` of a model: its encoder, and the classes of its classifier.
///
/// @param json the file
record ModelConfigJson(ConfigJson json) {
  static ModelConfigJson read(Path file) {
    return new ModelConfigJson(ConfigJson.read(file));
  }

  /// The encoder that a `config.json` describes.
  EncoderConfig encoder() {
    String type =
        json.text("model_type").orElseThrow(() -> json.refusal("model_type", "is missing"));
    Family family =
        Families.of(type)
            .orElseThrow(
                () ->
                    new InputException(
                        json.file()
                            + ": model_type "
                            + Quoted.of(type)
                            + " is not supported; use a model whose model_type is "
                            + Families.types()));
    json.check(family.keys());
    try {
      return family.read(json);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          json.file() + ": " + e.getMessage() + "; use the file as it was published", e);
    }
  }

  /// Checks that the file names as many classes as the head has, if it names any.
  ///
  /// @param outputs rows of the head's last matrix
  void requireClasses(int outputs) {
    List<String> labels = labels();
    boolean counted = labels.isEmpty() && json.has("num_labels");
    int classes = counted ? json.count("num_labels") : labels.size();
    if ((counted || !labels.isEmpty()) && classes != outputs) {
      String key = counted ? "num_labels" : json.has("id2label") ? "id2label" : "label2id";
      throw new InputException(
          json.file()
              + ": "
              + key
              + " has "
              + classes
              + " classes, the classifier of the weights "
              + outputs
              + "; use configuration and weights of the same model");
    }
  }

  /// The names of the classes in their order, from `id2label` or else `label2id`; none if neither
  /// is there.
  List<String> labels() {
    TreeMap<Integer, String> byId = new TreeMap<>();
    String key = json.has("id2label") ? "id2label" : "label2id";
    if (!json.has(key)) {
      return List.of();
    }
    JsonNode names = json.object(key).orElseThrow();
    for (Map.Entry<String, JsonNode> entry : names.properties()) {
      boolean idFirst = key.equals("id2label");
      String id = idFirst ? entry.getKey() : entry.getValue().asString("");
      String label = idFirst ? entry.getValue().asString("") : entry.getKey();
      if (!id.matches("0|[1-9][0-9]{0,8}") || idFirst && !entry.getValue().isString()) {
        throw json.refusal(
            key, "holds an id that is not a whole number or a label that is not text");
      }
      if (byId.put(Integer.valueOf(id), label) != null) {
        throw json.refusal(key, "gives two labels to " + id);
      }
    }
    if (!byId.isEmpty() && byId.lastKey() != byId.size() - 1) {
      throw json.refusal(
          key, "does not number its " + byId.size() + " labels from 0 without a gap");
    }
    return List.copyOf(byId.values());
  }
}
