package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Progress;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/// Hard negatives: for each query of a data set, the documents that a model takes for its answer
/// although they are not. Trained on them, it learns the difference
/// (sentence-transformers' `mine_hard_negatives`).
///
/// Some of the nearest documents are answers that nobody has marked. Margins keep them out: with s
/// the cosine of a query and a candidate and s⁺ that of the query and its own document, a candidate
/// is taken if
///
///     s ≤ s⁺ − absolute margin,    s ≤ s⁺ − |s⁺|·relative margin,    least ≤ s ≤ most
///
/// @param count how many for each pair
/// @param skip so many of the nearest candidates are passed over
/// @param depth how many of the nearest documents are looked at
/// @param absoluteMargin none if empty
/// @param relativeMargin none if empty; 0.05 asks for a cosine 5 % below that of the right document
/// @param least cosine of a negative, if there is such a bound
/// @param most cosine of a negative, if there is such a bound
public record HardNegatives(
    int count,
    int skip,
    int depth,
    OptionalDouble absoluteMargin,
    OptionalDouble relativeMargin,
    OptionalDouble least,
    OptionalDouble most) {
  /// Three negatives for each pair, 5 % below the right document, among the 50 nearest.
  public static final HardNegatives DEFAULT =
      new HardNegatives(
          3,
          0,
          50,
          OptionalDouble.empty(),
          OptionalDouble.of(0.05),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  /// Checks the numbers.
  ///
  /// @throws InputException if one is out of its range
  public HardNegatives {
    if (count < 1 || skip < 0 || depth <= skip) {
      throw new InputException(
          "`negatives` %s, `range-min` %s, `range-max` %s: give 1 or more negatives, and a range that holds them"
              .formatted(count, skip, depth));
    }
  }

  /// The pairs with their hard negatives; those for which none was found have none.
  ///
  /// @param pairs queries with their documents, without scores
  /// @param progress receives the number of texts that were read
  /// @throws InputException if an example has no document, or a score
  public Dataset mine(Dataset pairs, Embedder embedder, Progress progress) {
    Map<String, Set<String>> answers = answers(pairs);
    Set<String> documents = new LinkedHashSet<>();
    pairs.examples().forEach(example -> documents.add(example.pair().orElseThrow()));
    documents.addAll(pairs.corpus());
    List<String> corpus = List.copyOf(documents);
    List<String> queries = List.copyOf(answers.keySet());
    Tensor ofCorpus = EmbeddingTexts.ofLengthOne(embedder.documents(corpus, progress));
    Tensor ofQueries = EmbeddingTexts.ofLengthOne(embedder.queries(queries, progress));
    List<List<VectorIndex.Hit>> found = VectorIndex.of(ofCorpus).search(ofQueries, depth);
    Map<String, Integer> rowOfQuery = rows(queries);
    Map<String, Integer> rowOfDocument = rows(corpus);
    List<Example> mined = new ArrayList<>(pairs.size());
    for (Example example : pairs.examples()) {
      int q = rowOfQuery.get(example.text());
      double right = dot(ofQueries, q, ofCorpus, rowOfDocument.get(example.pair().orElseThrow()));
      List<String> negatives =
          found.get(q).stream()
              .filter(hit -> !answers.get(example.text()).contains(corpus.get(hit.document())))
              .skip(skip)
              .filter(hit -> isFar(hit.score(), right))
              .limit(count)
              .map(hit -> corpus.get(hit.document()))
              .toList();
      mined.add(new Example(example.input(), List.of(), negatives));
    }
    return Dataset.of(pairs.name(), mined, pairs.corpus());
  }

  /// The documents of each query, in the order of the queries.
  private static Map<String, Set<String>> answers(Dataset pairs) {
    Map<String, Set<String>> answers = new LinkedHashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      Example example = pairs.examples().get(i);
      if (example.pair().isEmpty() || !example.labels().isEmpty()) {
        throw new InputException(
            "%s: hard negatives are for pairs of query and document without a score; give such pairs"
                .formatted(pairs.place(i)));
      }
      answers
          .computeIfAbsent(example.text(), _ -> new HashSet<>())
          .add(example.pair().orElseThrow());
    }
    return answers;
  }

  private boolean isFar(double score, double right) {
    double bound =
        Math.min(
            right - absoluteMargin.orElse(0), right - Math.abs(right) * relativeMargin.orElse(0));
    boolean bounded = absoluteMargin.isPresent() || relativeMargin.isPresent();
    return (!bounded || score <= bound)
        && score >= least.orElse(Double.NEGATIVE_INFINITY)
        && score <= most.orElse(Double.POSITIVE_INFINITY);
  }

  private static Map<String, Integer> rows(List<String> texts) {
    Map<String, Integer> rows = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      rows.put(texts.get(i), i);
    }
    return rows;
  }

  private static double dot(Tensor a, int row, Tensor b, int column) {
    int d = a.shape().columns();
    double sum = 0;
    for (int j = 0; j < d; j++) {
      sum += (double) a.array()[row * d + j] * b.array()[column * d + j];
    }
    return sum;
  }
}
