package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.nn.text.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON Lines: one object a line. Texts are strings; a label is a string, a number or a
/// boolean, or a list of these.
final class JsonLines {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String name;
  private final Columns columns;
  private final boolean labelled;

  private JsonLines(String name, Columns columns, boolean labelled) {
    this.name = name;
    this.columns = columns;
    this.labelled = labelled;
  }

  static List<Entry> entries(SourceText source, Columns columns, boolean labelled) {
    JsonLines reader = new JsonLines(source.name(), columns, labelled);
    List<Entry> entries = new ArrayList<>();
    for (SourceText.Line line : source.lines()) {
      entries.add(reader.entry(line));
    }
    return entries;
  }

  private Entry entry(SourceText.Line line) {
    JsonNode object = parse(line);
    ColumnNames names = names(object, line);
    String text = text(object, names.text(), line);
    Optional<String> pair = names.pair().map(key -> text(object, key, line));
    return new Entry(
        line.number(), new Input(text, pair), labelled ? labels(object, line) : List.of());
  }

  private JsonNode parse(SourceText.Line line) {
    JsonNode node;
    try {
      node = JSON.readTree(line.text());
    } catch (JacksonException e) {
      throw new InputException(
          "%s: not a JSON object: %s; JSON Lines has one object a line"
              .formatted(place(line), Quoted.of(e.getOriginalMessage())),
          e);
    }
    if (!node.isObject()) {
      throw new InputException(
          "%s: a JSON object is expected; JSON Lines has one object a line (jq -c '.[]' makes it)"
              .formatted(place(line)));
    }
    return node;
  }

  private ColumnNames names(JsonNode object, SourceText.Line line) {
    if (columns.text().isPresent()) {
      return new ColumnNames(columns.text().get(), columns.pair());
    }
    return ColumnNames.foundIn(object.propertyNames())
        .orElseThrow(
            () ->
                new InputException(
                    "%s: no key sentence or text among %s; name it with `text-column`"
                        .formatted(
                            place(line), Quoted.of(String.join(", ", object.propertyNames())))));
  }

  private String text(JsonNode object, String key, SourceText.Line line) {
    JsonNode value = object.path(key);
    if (!value.isString()) {
      throw new InputException(
          "%s: no text under %s; give a string, or name another key with `text-column`"
              .formatted(place(line), Quoted.of(key)));
    }
    return value.stringValue();
  }

  /// One label, or with a list of them any number, each once.
  private List<String> labels(JsonNode object, SourceText.Line line) {
    String key = columns.label().orElse(ColumnNames.LABEL);
    JsonNode value = object.path(key);
    if (!value.isArray()) {
      return List.of(label(value, key, line));
    }
    List<String> labels = new ArrayList<>();
    for (JsonNode element : value) {
      labels.add(label(element, key, line));
    }
    return labels.stream().distinct().toList();
  }

  private String label(JsonNode value, String key, SourceText.Line line) {
    String label = value.isValueNode() && !value.isNull() ? value.asString().strip() : "";
    if (label.isEmpty()) {
      throw new InputException(
          "%s: no label under %s; give one, remove the line, or name the key with `label-column`"
              .formatted(place(line), Quoted.of(key)));
    }
    return label;
  }

  private String place(SourceText.Line line) {
    return name + ":" + line.number();
  }
}
