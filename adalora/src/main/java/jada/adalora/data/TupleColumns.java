package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What the columns of a table, or the keys of JSON objects, are for sentence embeddings, by the
/// convention of sentence-transformers: one named `label` or `score` is the score, all others are
/// texts, in their order the query, the document and its negatives. Other than there, columns named
/// like ids are no texts, and an order that contradicts the names is refused.
///
/// @param query position of the query, counted from 0, as all of them
/// @param document position of the document
/// @param negatives positions of the negatives
/// @param score position of the score
/// @param unread positions of all others
record TupleColumns(
    int query,
    int document,
    List<Integer> negatives,
    Optional<Integer> score,
    List<Integer> unread) {
  private static final Set<String> SCORES = Set.of("label", "labels", "score", "scores");

  private static final Set<String> LISTS = Set.of("negative", "negatives", "neg");

  private static final Set<String> QUERIES = Set.of("anchor", "query", "question");

  private static final Set<String> POSITIVES = Set.of("positive", "pos");

  private static final Pattern NEGATIVE = Pattern.compile("(?:negatives?|neg)(?:[ _-]?[0-9]+)?");

  /// Names of texts in published data sets, such as `sentence1`, `text_a` and `negative_3`.
  private static final Pattern TEXT =
      Pattern.compile(
          "(?:anchor|query|question|positive|pos|answer|document|doc|passage|context|sentence|text"
              + "|premise|hypothesis|entailment|contradiction)(?:[ _-]?(?:[0-9]{1,3}|[ab]|pair))?");

  /// Behind a lower-case letter or alone, as in `docID`; `COVID` is none.
  private static final Pattern UPPER_CASE_ID = Pattern.compile("(?:.*[^A-Z])?ID");

  TupleColumns {
    negatives = List.copyOf(negatives);
    unread = List.copyOf(unread);
  }

  /// The columns of these names.
  ///
  /// @param place file and line, for messages
  /// @param given position of the score, if it was named; else it is found by its name
  /// @throws InputException if there are fewer than two texts, several scores or a strange order
  static TupleColumns ofNames(String place, List<String> names, Optional<Integer> given) {
    Optional<Integer> score = given.isPresent() ? given : score(place, names);
    List<Integer> texts = new ArrayList<>();
    List<Integer> unread = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (i != score.orElse(-1)) {
        boolean text = !isId(names.get(i)) && !isScore(names.get(i));
        (text ? texts : unread).add(i);
      }
    }
    requirePair(place, texts.stream().map(names::get).toList(), names);
    requireOrder(place, texts.stream().map(names::get).toList());
    return new TupleColumns(
        texts.get(0), texts.get(1), texts.subList(2, texts.size()), score, unread);
  }

  private static Optional<Integer> score(String place, List<String> names) {
    List<String> scores = names.stream().filter(TupleColumns::isScore).toList();
    if (scores.size() > 1) {
      throw new InputException(
          "%s: %s and %s can both be the score; say which is with `label-column`"
              .formatted(place, Quoted.of(scores.get(0)), Quoted.of(scores.get(1))));
    }
    return scores.stream().findFirst().map(names::indexOf);
  }

  private static void requirePair(String place, List<String> texts, List<String> names) {
    if (texts.size() < 2) {
      throw new InputException(
          "%s: %s column of texts among %s; a query and a document are expected: name them with"
                  .formatted(
                      place,
                      texts.isEmpty() ? "no" : "only one",
                      Quoted.of(String.join(", ", names)))
              + " `text-column` and `pair-column`");
    }
  }

  private static void requireOrder(String place, List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      String name = normalized(texts.get(i));
      boolean strange =
          i > 0 && QUERIES.contains(name) && !QUERIES.contains(normalized(texts.getFirst()))
              || i != 1 && POSITIVES.contains(name)
              || i < 2 && isNegative(name);
      if (strange) {
        throw new InputException(
            "%s: column %s is text %s; texts are read in the order query, document, negatives: write"
                    .formatted(place, Quoted.of(texts.get(i)), i + 1)
                + " them so, or name two with `text-column` and `pair-column`");
      }
    }
  }

  /// Whether a first row names columns, by at least two known names and no number.
  static boolean isHeader(List<String> cells) {
    return known(cells) > 1 && cells.stream().noneMatch(FiniteNumber::is);
  }

  /// Whether a first row may name columns: one name is known, and the others look like names.
  static boolean isLikeHeader(List<String> cells) {
    return known(cells) == 1
        && cells.stream()
            .allMatch(cell -> cell.strip().matches("[\\p{L}_#][\\p{L}\\p{N}_.#-]{0,39}"));
  }

  private static long known(List<String> cells) {
    return cells.stream().filter(cell -> !cell.isBlank()).filter(TupleColumns::isKnown).count();
  }

  private static boolean isKnown(String name) {
    String normalized = normalized(name);
    return isScore(name)
        || isId(name)
        || isNegative(name)
        || TEXT.matcher(normalized).matches()
        || Table.TEXT_NAMES.contains(normalized);
  }

  static boolean isScore(String name) {
    return SCORES.contains(normalized(name));
  }

  /// Whether a column holds ids or row numbers; pandas writes these without a name.
  static boolean isId(String name) {
    String n = normalized(name);
    return Set.of("", "id", "idx", "index", "unnamed: 0").contains(n)
        || n.endsWith("_id")
        || n.endsWith("-id")
        || n.endsWith("_idx")
        || UPPER_CASE_ID.matcher(name.strip()).matches();
  }

  static boolean isNegative(String name) {
    return NEGATIVE.matcher(normalized(name)).matches();
  }

  /// Whether a key may hold several negatives.
  static boolean isListOfNegatives(String name) {
    return LISTS.contains(normalized(name));
  }

  /// @param names of all columns
  UsedColumns used(List<String> names) {
    return new UsedColumns(
        names.get(query),
        Optional.of(names.get(document)),
        score.map(names::get),
        negatives.stream().map(names::get).toList(),
        unread.stream().map(names::get).toList());
  }

  private static String normalized(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }
}
