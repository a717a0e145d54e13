package jada.bench.study;

import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// One object of a plan, read strictly: every access says what it expects, and a key that nobody
/// asked for is refused by name.
final class PlanObject {
  private final Path file;
  private final String place;
  private final JsonNode node;
  private final Set<String> known = new TreeSet<>();

  /// @param place how messages call it, such as `arm "lora"`
  /// @throws InputException if it is no object
  PlanObject(Path file, String place, JsonNode node) {
    this.file = file;
    this.place = place;
    this.node = node;
    require(node.isObject(), "an object");
  }

  private void require(boolean holds, String rule) {
    if (!holds) {
      throw failure("must be " + rule + ", found " + shown(node));
    }
  }

  /// One line about this object.
  InputException failure(String message) {
    return new InputException(file + ": " + place + ": " + message);
  }

  private static String shown(JsonNode node) {
    String text = node.isMissingNode() ? "nothing" : node.toString();
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  private JsonNode take(String key) {
    known.add(key);
    return node.path(key);
  }

  private InputException wrong(String key, String rule) {
    return failure("\"%s\" must be %s, found %s".formatted(key, rule, shown(node.path(key))));
  }

  boolean has(String key) {
    return !take(key).isMissingNode();
  }

  String text(String key) {
    return optionalText(key).orElseThrow(() -> wrong(key, "a text"));
  }

  Optional<String> optionalText(String key) {
    JsonNode value = take(key);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isString() || value.stringValue().isBlank()) {
      throw wrong(key, "a text");
    }
    return Optional.of(value.stringValue());
  }

  boolean truth(String key, boolean absent) {
    JsonNode value = take(key);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return value.asBoolean(absent);
  }

  int integer(String key, int absent, int least) {
    JsonNode value = take(key);
    if (value.isMissingNode()) {
      return absent;
    }
    if (!value.isInt() || value.intValue() < least) {
      throw wrong(key, "a whole number, " + least + " or more");
    }
    return value.intValue();
  }

  /// Distinct whole numbers, at least one.
  List<Integer> integers(String key, int least) {
    JsonNode list = take(key);
    List<Integer> values = new ArrayList<>();
    for (JsonNode value : list) {
      if (value.isInt() && value.intValue() >= least) {
        values.add(value.intValue());
      }
    }
    if (!list.isArray()
        || values.isEmpty()
        || values.size() < list.size()
        || new HashSet<>(values).size() < list.size()) {
      throw wrong(key, "a list of different whole numbers, each " + least + " or more");
    }
    return values;
  }

  /// The object of a key; empty if there is none.
  Optional<PlanObject> object(String key) {
    JsonNode value = take(key);
    return value.isMissingNode()
        ? Optional.empty()
        : Optional.of(new PlanObject(file, place + ", \"" + key + "\"", value));
  }

  /// The objects of a list, at least one, each with a `name` of its own.
  List<PlanObject> objects(String key, String kind) {
    JsonNode list = take(key);
    if (!list.isArray() || list.isEmpty()) {
      throw wrong(key, "a list of objects");
    }
    List<PlanObject> objects = new ArrayList<>();
    for (JsonNode value : list) {
      JsonNode name = value.path("name");
      String called = name.isString() ? '"' + name.stringValue() + '"' : "without a name";
      objects.add(new PlanObject(file, kind + " " + called, value));
    }
    return objects;
  }

  /// The keys that nobody has asked for so far, with their values; they count as asked for.
  SequencedMap<String, JsonNode> rest() {
    SequencedMap<String, JsonNode> rest = new LinkedHashMap<>();
    node.properties().stream()
        .filter(entry -> !known.contains(entry.getKey()))
        .forEach(entry -> rest.put(entry.getKey(), entry.getValue()));
    known.addAll(rest.keySet());
    return rest;
  }

  /// Refuses keys that nobody has asked for.
  void requireNothingElse() {
    Set<String> asked = new TreeSet<>(known);
    for (String key : rest().keySet()) {
      throw failure("\"%s\" is unknown; there are %s".formatted(key, String.join(", ", asked)));
    }
  }
}
