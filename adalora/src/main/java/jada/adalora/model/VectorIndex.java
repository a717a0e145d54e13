package jada.adalora.model;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Exact search among vectors: every query is compared with every document, as one product of
/// matrices, Q·Dᵀ. Where all have length 1, the score is the cosine. Immutable, and safe for
/// several threads.
public final class VectorIndex {
  /// Queries of one product: enough rows for its kernels, and a matrix of scores of 64 rows.
  private static final int BLOCK = 64;

  private final Tensor documents;

  private VectorIndex(Tensor documents) {
    this.documents = documents;
  }

  /// A document that was found.
  ///
  /// @param document its row
  /// @param score ⟨query, document⟩
  public record Hit(int document, float score) {
    /// By falling score; equal ones in the order of their rows.
    static final Comparator<Hit> BEST_FIRST =
        Comparator.comparingDouble((Hit hit) -> -hit.score).thenComparingInt(Hit::document);
  }

  /// An index of these vectors (D, d), which must not be written any more.
  ///
  /// @throws IllegalArgumentException if it is no matrix
  public static VectorIndex of(Tensor documents) {
    if (documents.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "vector index: a matrix (D, d) is needed, got " + documents.shape());
    }
    return new VectorIndex(documents);
  }

  /// D, the number of documents.
  public int size() {
    return documents.shape().dim(0);
  }

  /// The documents nearest to each query, best first; equal scores in the order of their rows.
  ///
  /// @param queries (Q, d)
  /// @param k the most for each query
  /// @throws IllegalArgumentException if k is less than 1, or vectors are of another length
  public List<List<Hit>> search(Tensor queries, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("vector index: k = " + k + "; at least 1");
    }
    int d = documents.shape().dim(1);
    if (queries.shape().rank() != 2 || queries.shape().dim(1) != d) {
      throw new IllegalArgumentException(
          "vector index: queries (Q, %s) are needed, got %s".formatted(d, queries.shape()));
    }
    int all = queries.shape().dim(0);
    List<List<Hit>> found = new ArrayList<>(all);
    for (int from = 0; from < all; from += BLOCK) {
      int rows = Math.min(BLOCK, all - from);
      float[] block = Arrays.copyOfRange(queries.array(), from * d, (from + rows) * d);
      Tensor scores = Tensor.of(Shape.of(rows, d), block).matmulTransposed(documents);
      for (int i = 0; i < rows; i++) {
        found.add(best(scores.array(), i * size(), k));
      }
    }
    return found;
  }

  /// The k best of one row of scores.
  private List<Hit> best(float[] scores, int from, int k) {
    // The worst of those that are kept is at the head.
    PriorityQueue<Hit> kept = new PriorityQueue<>(Hit.BEST_FIRST.reversed());
    for (int j = 0; j < size(); j++) {
      float score = scores[from + j];
      if (kept.size() < k) {
        kept.add(new Hit(j, score));
      } else if (score > kept.peek().score()) { // an equal one stands behind
        kept.poll();
        kept.add(new Hit(j, score));
      }
    }
    return kept.stream().sorted(Hit.BEST_FIRST).toList();
  }
}
