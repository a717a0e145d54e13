package jada.adalora.model;

import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// How well a search finds the documents that answer its queries: the measures of
/// sentence-transformers' `InformationRetrievalEvaluator`, each a mean over the queries. A document
/// answers a query or does not.
///
/// For one query with R answers, where rel_i is 1 if the i-th document found (from 1) is one of
/// them:
///
///     accuracy@k  = 1 if any of the first k is an answer
///     precision@k = Σ_{i≤k} rel_i / k
///     recall@k    = Σ_{i≤k} rel_i / R
///     MRR@10      = 1/i of the first answer among the first 10, else 0
///     nDCG@10     = Σ_{i≤10} rel_i/log₂(i + 1)  /  Σ_{i≤min(10,R)} 1/log₂(i + 1)
///     MAP@100     = Σ_{i≤100} rel_i·precision@i / min(100, R)
public final class Retrieval {
  /// The measure by which runs are compared.
  public static final String MAIN = "ndcg_at_10";

  /// How many documents are looked at for each query.
  static final int DEPTH = 100;

  private static final int[] CUTS = {1, 3, 5, 10};
  private static final int TEN = 10;

  private Retrieval() {}

  /// All measures by name, nDCG@10 first.
  ///
  /// @param queries (Q, d)
  /// @param documents (D, d)
  /// @param relevant of each query, the rows of the documents that answer it, at least one
  /// @throws IllegalArgumentException if there are not as many sets as queries, or one is empty
  public static SequencedMap<String, Double> metrics(
      Tensor queries, Tensor documents, List<BitSet> relevant) {
    return metrics(VectorIndex.of(documents).search(queries, DEPTH), relevant);
  }

  /// All measures by name, of what a search has found.
  ///
  /// @param found of each query, the documents, best first; 100 are looked at
  /// @param relevant as above
  public static SequencedMap<String, Double> metrics(
      List<List<VectorIndex.Hit>> found, List<BitSet> relevant) {
    if (found.size() != relevant.size() || found.isEmpty()) {
      throw new IllegalArgumentException(
          "retrieval: %s queries, answers for %s; as many are needed, and at least one"
              .formatted(found.size(), relevant.size()));
    }
    SequencedMap<String, Double> sums = new LinkedHashMap<>();
    sums.put(MAIN, 0.0);
    for (int i = 0; i < found.size(); i++) {
      if (relevant.get(i).isEmpty()) {
        throw new IllegalArgumentException("retrieval: query " + i + " has no answer");
      }
      ofQuery(found.get(i), relevant.get(i))
          .forEach((name, value) -> sums.merge(name, value, Double::sum));
    }
    sums.replaceAll((_, sum) -> sum / found.size());
    return sums;
  }

  /// nDCG@10 of one query.
  public static double ndcg(List<VectorIndex.Hit> found, BitSet relevant) {
    return ofQuery(found, relevant).get(MAIN);
  }

  private static Map<String, Double> ofQuery(List<VectorIndex.Hit> found, BitSet relevant) {
    int answers = relevant.cardinality(); // R
    int hits = 0;
    double reciprocal = 0;
    double gain = 0;
    double precisions = 0;
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 1; i <= DEPTH; i++) {
      boolean hit = i <= found.size() && relevant.get(found.get(i - 1).document());
      if (hit) {
        hits++;
        precisions += (double) hits / i;
        if (i <= TEN) {
          gain += 1 / log2(i + 1);
          reciprocal = hits == 1 ? 1.0 / i : reciprocal;
        }
      }
      for (int cut : CUTS) {
        if (i == cut) {
          values.put("accuracy_at_" + cut, hits > 0 ? 1.0 : 0);
          values.put("precision_at_" + cut, (double) hits / cut);
          values.put("recall_at_" + cut, (double) hits / answers);
        }
      }
    }
    double ideal = 0;
    for (int i = 1; i <= Math.min(TEN, answers); i++) {
      ideal += 1 / log2(i + 1);
    }
    values.put(MAIN, gain / ideal);
    values.put("mrr_at_10", reciprocal);
    values.put("map_at_100", precisions / Math.min(DEPTH, answers));
    return values;
  }

  private static double log2(double x) {
    return StrictMath.log(x) / StrictMath.log(2);
  }

  /// The name of a metric as prose has it: `nDCG@10` for `ndcg_at_10`; others as they are.
  public static String shown(String metric) {
    String name = metric.replace("_at_", "@");
    return name.startsWith("ndcg@")
        ? name.replace("ndcg", "nDCG")
        : name.matches("(mrr|map)@.*") ? name.toUpperCase(Locale.ROOT) : name;
  }
}
