package jada.adalora.model;

import jada.autograd.Ops;
import jada.autograd.Variable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/// The sentence embeddings of a batch of B examples, from which a loss is computed: for each
/// example a query and its document, and N hard negatives of some of them. Vectors are as the model
/// gives them, so of length 1 only if its form says so.
///
/// @param queries (B, d)
/// @param documents (B + N, d): the document of each query, then the hard negatives
/// @param negativeOf of each of the N hard negatives, the example that it belongs to
/// @param labels of each example the score of query and document; none where the data have no
///   scores
/// @param alsoRight of each example, the documents beside its own that answer its query as well, by
///   their rows; they count as no negatives
public record EmbeddedBatch(
    Variable queries,
    Variable documents,
    int[] negativeOf,
    float[] labels,
    List<BitSet> alsoRight) {
  /// Copies the arrays.
  ///
  /// @throws IllegalArgumentException if the numbers of rows do not fit together
  public EmbeddedBatch {
    negativeOf = negativeOf.clone();
    labels = labels.clone();
    alsoRight = List.copyOf(alsoRight);
    int examples = queries.shape().dim(0);
    if (documents.shape().dim(0) != examples + negativeOf.length
        || labels.length != 0 && labels.length != examples
        || alsoRight.size() != examples) {
      throw new IllegalArgumentException(
          "embedded batch: %s queries need as many documents, labels and sets, and a document for each"
                  .formatted(examples)
              + " of %s negatives; got %s documents, %s labels, %s sets"
                  .formatted(
                      negativeOf.length,
                      documents.shape().dim(0),
                      labels.length,
                      alsoRight.size()));
    }
  }

  /// A batch in which every query has one right document, its own.
  public static EmbeddedBatch of(
      Variable queries, Variable documents, int[] negativeOf, float[] labels) {
    List<BitSet> none = new ArrayList<>();
    for (int i = 0; i < queries.shape().dim(0); i++) {
      none.add(new BitSet());
    }
    return new EmbeddedBatch(queries, documents, negativeOf, labels, none);
  }

  /// B, the number of examples.
  public int size() {
    return queries.shape().dim(0);
  }

  /// The document of each query, (B, d).
  public Variable positives() {
    return negativeOf.length == 0
        ? documents
        : Ops.gatherRows(documents, IntStream.range(0, size()).toArray());
  }

  /// The same with other vectors for the same texts.
  public EmbeddedBatch with(Variable otherQueries, Variable otherDocuments) {
    return new EmbeddedBatch(otherQueries, otherDocuments, negativeOf, labels, alsoRight);
  }
}
