package jada.adalora.data;

import jada.nn.files.InputException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the lines of FlagEmbedding:
///
///     {"query": "capital of France", "pos": ["Paris is …", "The capital …"], "neg": ["Lyon is …"]}
///
/// Each positive is one example, with all negatives of its line. Scores and prompts are not read.
final class FlagEmbeddingLines {
  private static final String QUERY = "query";
  private static final String POSITIVES = "pos";
  private static final String NEGATIVES = "neg";
  private static final Set<String> READ = Set.of(QUERY, POSITIVES, NEGATIVES);

  private static final String FORM =
      "FlagEmbedding's lines are {\"query\": \"…\", \"pos\": [\"…\"], \"neg\": [\"…\"]}";

  /// Unread keys that are remembered; a file may have new ones on every line.
  private static final int MOST_UNREAD = 100;

  private FlagEmbeddingLines() {}

  /// Whether the first line has this form.
  static boolean areIn(SourceText source) {
    JsonObject first = JsonObject.of(source.name(), source.lines().getFirst());
    return first.has(QUERY) && first.hasList(POSITIVES);
  }

  static Tuples tuples(SourceText source) {
    List<Tuple> tuples = new ArrayList<>();
    Set<String> unread = new LinkedHashSet<>();
    boolean hard = false;
    for (SourceText.Line line : source.lines()) {
      JsonObject object = JsonObject.of(source.name(), line);
      String query = object.text(QUERY, FORM);
      List<String> positives = object.texts(POSITIVES, FORM);
      List<String> negatives = object.texts(NEGATIVES, FORM);
      if (positives.isEmpty()) {
        throw new InputException(
            "%s: no positive under 'pos'; give at least one, or remove the line"
                .formatted(object.place()));
      }
      for (String positive : positives) {
        tuples.add(new Tuple(line.number(), query, positive, negatives, Optional.empty()));
      }
      hard |= !negatives.isEmpty();
      object.keys().stream()
          .filter(key -> !READ.contains(key) && unread.size() < MOST_UNREAD)
          .forEach(unread::add);
    }
    UsedColumns used =
        new UsedColumns(
            QUERY,
            Optional.of(POSITIVES),
            Optional.empty(),
            hard ? List.of(NEGATIVES) : List.of(),
            List.copyOf(unread));
    return new Tuples(source, tuples, used).withoutNumbersForTexts();
  }
}
