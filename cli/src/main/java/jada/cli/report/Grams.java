package jada.cli.report;

import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;

/// PᵀP and QQᵀ of every adapted matrix: entry (i, j) is the dot product of two columns of P, or of
/// two rows of Q. Both are I where the triplets are orthonormal.
///
/// @param p (M, r, r); 0 in the rows and columns of triplets that were dropped
/// @param q (M, r, r), likewise
record Grams(Tensor p, Tensor q) {
  /// The present ones.
  ///
  /// @param rank r, triplets of each matrix at the start
  static Grams of(List<SvdLinear> adapters, int rank) {
    Shape shape = Shape.of(adapters.size(), rank, rank);
    Grams grams = new Grams(Tensor.zeros(shape), Tensor.zeros(shape));
    for (int m = 0; m < adapters.size(); m++) {
      SvdLinear adapter = adapters.get(m);
      int[] places = adapter.indices();
      Triplets triplets = adapter.values();
      Tensor p = triplets.p();
      Tensor q = triplets.q();
      spread(p.transposedMatmul(p), places, m, grams.p);
      spread(q.matmulTransposed(q), places, m, grams.q);
    }
    return grams;
  }

  private static void spread(Tensor small, int[] places, int matrix, Tensor all) {
    int rank = all.shape().dim(1);
    int k = places.length;
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        all.array()[(matrix * rank + places[i]) * rank + places[j]] = small.array()[i * k + j];
      }
    }
  }

  /// ‖PᵀP − I‖_F of each matrix, over the triplets that are there.
  float[] deviationP() {
    return deviation(p);
  }

  /// ‖QQᵀ − I‖_F of each matrix, over the triplets that are there.
  float[] deviationQ() {
    return deviation(q);
  }

  private static float[] deviation(Tensor grams) {
    int rank = grams.shape().dim(1);
    float[] of = new float[grams.shape().dim(0)];
    for (int m = 0; m < of.length; m++) {
      double sum = 0;
      for (int i = 0; i < rank; i++) {
        boolean there = grams.get(m, i, i) != 0;
        for (int j = 0; j < rank; j++) {
          double difference = grams.get(m, i, j) - (i == j && there ? 1 : 0);
          sum += difference * difference;
        }
      }
      of[m] = (float) Math.sqrt(sum);
    }
    return of;
  }
}
