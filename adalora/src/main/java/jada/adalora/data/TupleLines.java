package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads JSON Lines as texts that belong together. The keys of the first object are the columns
/// ([TupleColumns]); later objects may lack its negatives, or have more keys that are named like
/// negatives. `negative`, `negatives` and `neg` may hold a list of them.
final class TupleLines {
  /// Keys that are remembered for a report; a file may have new ones on every line.
  private static final int MOST_KEYS = 100;

  private static final String NAME_KEYS =
      "name the keys of the texts with `text-column` and `pair-column`, and of the score with"
          + " `label-column`";

  private final SourceText source;
  private final Columns columns;

  private final String query;
  private final String document;
  private final Set<String> negatives = new LinkedHashSet<>();
  private final Set<String> unread = new LinkedHashSet<>();
  private Optional<String> score;

  private TupleLines(SourceText source, Columns columns) {
    this.source = source;
    this.columns = columns;
    this.score = columns.label();
    if (columns.text().isPresent()) {
      query = columns.text().get();
      document = TupleTable.pair(source.name(), columns);
      return;
    }
    JsonObject first = JsonObject.of(source.name(), source.lines().getFirst());
    List<String> names = List.copyOf(first.keys());
    Optional<Integer> given = columns.label().map(names::indexOf).filter(i -> i >= 0);
    TupleColumns found = TupleColumns.ofNames(first.place(), names, given);
    query = names.get(found.query());
    document = names.get(found.document());
    found.negatives().forEach(i -> negatives.add(names.get(i)));
  }

  static Tuples tuples(SourceText source, Columns columns) {
    return new TupleLines(source, columns).tuples();
  }

  private Tuples tuples() {
    List<Tuple> tuples = source.lines().stream().map(this::tuple).toList();
    boolean scored = tuples.stream().anyMatch(tuple -> tuple.score().isPresent());
    if (columns.label().isPresent() && !scored) {
      throw new InputException(
          "%s: no line has a score under %s; correct `label-column`"
              .formatted(source.name(), Quoted.of(columns.label().get())));
    }
    UsedColumns used =
        new UsedColumns(
            query,
            Optional.of(document),
            score.filter(_ -> scored),
            List.copyOf(negatives),
            List.copyOf(unread));
    Tuples all = new Tuples(source, tuples, used);
    return columns.text().isPresent() ? all : all.withoutNumbersForTexts();
  }

  private Tuple tuple(SourceText.Line line) {
    JsonObject object = JsonObject.of(source.name(), line);
    List<String> wrong = new ArrayList<>();
    for (String key : object.keys()) {
      if (!key.equals(query) && !key.equals(document)) {
        addOther(object, key, wrong);
      }
    }
    return new Tuple(
        line.number(),
        object.text(query, NAME_KEYS),
        object.text(document, NAME_KEYS),
        wrong,
        score.filter(object::has).map(object::number));
  }

  /// Takes notice of a key that holds neither query nor document.
  private void addOther(JsonObject object, String key, List<String> wrong) {
    if (score.isEmpty() && columns.text().isEmpty() && TupleColumns.isScore(key)) {
      score = Optional.of(key);
    }
    if (key.equals(score.orElse(null))) {
      return;
    }
    if (columns.text().isPresent() || TupleColumns.isId(key)) {
      remember(unread, key);
    } else if (TupleColumns.isScore(key)) {
      refuseSecondScore(object, key);
      remember(unread, key);
    } else if (negatives.contains(key) || TupleColumns.isNegative(key)) {
      remember(negatives, key);
      addNegatives(object, key, wrong);
    } else {
      throw new InputException(
          "%s: the key %s is not among those of the first line; if it is no negative, %s"
              .formatted(object.place(), Quoted.of(key), NAME_KEYS));
    }
  }

  private void refuseSecondScore(JsonObject object, String key) {
    if (columns.label().isEmpty()) {
      throw new InputException(
          "%s: %s and %s can both be the score; say which is with `label-column`"
              .formatted(object.place(), Quoted.of(score.orElseThrow()), Quoted.of(key)));
    }
  }

  private static void addNegatives(JsonObject object, String key, List<String> wrong) {
    if (TupleColumns.isListOfNegatives(key) && object.hasList(key)) {
      wrong.addAll(object.texts(key, "write all negatives as strings"));
    } else if (object.has(key)) {
      wrong.add(object.text(key, NAME_KEYS));
    }
  }

  private static void remember(Set<String> keys, String key) {
    if (keys.size() < MOST_KEYS) {
      keys.add(key);
    }
  }
}
