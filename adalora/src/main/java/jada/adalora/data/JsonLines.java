package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.nn.text.Input;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads JSON Lines: one object a line. Texts are strings; a label is a string, a number or a
/// boolean, or a list of strings or whole numbers. The first object with known keys decides which
/// are read from all.
final class JsonLines {
  /// Unread keys that are remembered; a file may have a new one on every line.
  private static final int MOST_UNREAD = 100;

  private final SourceText source;
  private final Columns columns;
  private final boolean labelled;

  private final String labelKey;
  private final Set<String> unread = new LinkedHashSet<>();
  private Optional<Kind> firstKind = Optional.empty();
  private Optional<SourceText.Line> firstZeroOne = Optional.empty();
  private boolean otherLists;

  private JsonLines(SourceText source, Columns columns, boolean labelled) {
    this.source = source;
    this.columns = columns;
    this.labelled = labelled;
    this.labelKey = columns.label().orElse(ColumnNames.LABEL);
  }

  /// How a label is written, and where first.
  private record Kind(String name, int line) {}

  static Records records(SourceText source, Columns columns, boolean labelled) {
    return new JsonLines(source, columns, labelled).records();
  }

  private Records records() {
    ColumnNames names = names();
    List<Entry> entries = new ArrayList<>();
    for (SourceText.Line line : source.lines()) {
      JsonNode object = parse(line);
      String text = text(object, names.text(), "text-column", line);
      Optional<String> pair = names.pair().map(key -> text(object, key, "pair-column", line));
      entries.add(
          new Entry(
              line.number(), new Input(text, pair), labelled ? labels(object, line) : List.of()));
      remember(object, names);
    }
    // [0, 1] may name two labels; where all lists look like it, it names none.
    if (firstZeroOne.isPresent() && !otherLists) {
      throw vector(firstZeroOne.get());
    }
    Optional<UsedColumns> used =
        labelled
            ? Optional.of(
                new UsedColumns(names.text(), names.pair(), labelKey, List.copyOf(unread)))
            : Optional.empty();
    return new Records(entries, used, otherLists);
  }

  /// The keys of the texts: those that were given, or those of the first object with known ones.
  private ColumnNames names() {
    if (columns.text().isPresent()) {
      return new ColumnNames(columns.text().get(), columns.pair());
    }
    List<SourceText.Line> lines = source.lines();
    for (SourceText.Line line : lines) {
      Optional<ColumnNames> found = ColumnNames.foundIn(parse(line).propertyNames());
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new InputException(
        "%s: no key sentence or text among %s; name it with `text-column`"
            .formatted(
                place(lines.getFirst()),
                Quoted.of(String.join(", ", parse(lines.getFirst()).propertyNames()))));
  }

  private void remember(JsonNode object, ColumnNames names) {
    for (String key : object.propertyNames()) {
      boolean read =
          key.equals(names.text()) || key.equals(names.pair().orElse(null)) || key.equals(labelKey);
      if (!read && unread.size() < MOST_UNREAD) {
        unread.add(key);
      }
    }
  }

  private JsonNode parse(SourceText.Line line) {
    return JsonObject.of(source.name(), line).node();
  }

  private String text(JsonNode object, String key, String option, SourceText.Line line) {
    JsonNode value = object.path(key);
    if (!value.isString()) {
      throw new InputException(
          "%s: no text under %s, which is read from every line; give a string, or name another key"
                  .formatted(place(line), Quoted.of(key))
              + " with `%s`".formatted(option));
    }
    return JsonObject.whole(value.stringValue(), key, place(line));
  }

  /// One label, or with a list of them any number, each once.
  private List<String> labels(JsonNode object, SourceText.Line line) {
    JsonNode value = object.path(labelKey);
    if (!value.isArray()) {
      return List.of(label(value, line));
    }
    List<String> labels = new ArrayList<>();
    boolean zeroOne = value.size() > 1;
    for (JsonNode element : value) {
      if (element.isBoolean() || element.isNumber() && !element.isIntegralNumber()) {
        throw vector(line);
      }
      labels.add(label(element, line));
      zeroOne &= element.isNumber() && Set.of("0", "1").contains(labels.getLast());
    }
    Set<String> seen = new HashSet<>();
    for (String label : labels) {
      if (!seen.add(label)) {
        throw zeroOne
            ? vector(line)
            : new InputException(
                "%s: the list under %s holds %s twice; name each label of a text once"
                    .formatted(place(line), Quoted.of(labelKey), Quoted.of(label)));
      }
    }
    if (!zeroOne) {
      otherLists = true;
    } else if (firstZeroOne.isEmpty()) {
      firstZeroOne = Optional.of(line);
    }
    return labels;
  }

  private InputException vector(SourceText.Line line) {
    return new InputException(
        "%s: the list under %s is a vector of numbers; a list names the labels that a text has: write"
                .formatted(place(line), Quoted.of(labelKey))
            + " their names instead of 0 and 1, such as [\"news\", \"sport\"]");
  }

  private String label(JsonNode value, SourceText.Line line) {
    String label = value.isValueNode() && !value.isNull() ? value.asString().strip() : "";
    if (label.isEmpty()) {
      throw new InputException(
          "%s: no label under %s; give one, remove the line, or name the key with `label-column`"
              .formatted(place(line), Quoted.of(labelKey)));
    }
    String kind = value.isString() ? "a string" : value.isBoolean() ? "true or false" : "a number";
    Kind first = firstKind.orElseGet(() -> new Kind(kind, line.number()));
    firstKind = Optional.of(first);
    if (!first.name().equals(kind)) {
      throw new InputException(
          "%s: the label %s is %s, on line %s it is %s; write all labels in one way, such as strings"
              .formatted(place(line), Quoted.of(label), kind, first.line(), first.name()));
    }
    return JsonObject.whole(label, labelKey, place(line));
  }

  private String place(SourceText.Line line) {
    return source.name() + ":" + line.number();
  }
}
