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
  private static final String NAMES = "id2label";
  private static final String COUNT = "num_labels";

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

  /// Checks that the file has as many classes as the head: those of `num_labels`, or else of
  /// `id2label`, or else two, as transformers counts.
  ///
  /// @param outputs rows of the head's last matrix
  void requireClasses(int outputs) {
    List<String> names = names();
    boolean counted = json.has(COUNT);
    int classes = counted ? json.count(COUNT) : names.isEmpty() ? 2 : names.size();
    if (classes != outputs) {
      throw new InputException(
          json.file()
              + ": "
              + (counted ? COUNT : NAMES)
              + (counted || !names.isEmpty() ? " has " : " is missing, which means ")
              + classes
              + " classes, the classifier of the weights "
              + outputs
              + "; use configuration and weights of the same model");
    }
  }

  /// The names of the classes in their order, from `id2label`; none if it is missing, or has others
  /// than the number of classes.
  List<String> labels() {
    List<String> names = names();
    return json.has(COUNT) && json.count(COUNT) != names.size() ? List.of() : names;
  }

  private List<String> names() {
    TreeMap<Integer, String> byId = new TreeMap<>();
    if (!json.has(NAMES)) {
      return List.of();
    }
    for (Map.Entry<String, JsonNode> entry : json.object(NAMES).orElseThrow().properties()) {
      String id = entry.getKey();
      if (!id.matches("0|[1-9][0-9]{0,8}") || !entry.getValue().isString()) {
        throw json.refusal(
            NAMES, "holds an id that is not a whole number or a label that is not text");
      }
      byId.put(Integer.valueOf(id), entry.getValue().stringValue());
    }
    if (!byId.isEmpty() && byId.lastKey() != byId.size() - 1) {
      throw json.refusal(
          NAMES, "does not number its " + byId.size() + " labels from 0 without a gap");
    }
    return List.copyOf(byId.values());
  }
}
