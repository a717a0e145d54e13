package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.model.VectorIndex.Hit;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VectorIndexTest {
  @Test
  void finds_what_sorting_all_documents_finds() {
    RandomSource random = RandomSource.of(1);
    int d = 7;
    Tensor documents = random(Shape.of(203, d), random);
    Tensor queries = random(Shape.of(70, d), random); // more than are compared at once
    List<List<Hit>> found = VectorIndex.of(documents).search(queries, 9);
    assertThat(found).hasSize(70);
    for (int q = 0; q < 70; q++) {
      double[] scores = new double[203];
      for (int i = 0; i < scores.length; i++) {
        for (int j = 0; j < d; j++) {
          scores[i] += (double) queries.get(q, j) * documents.get(i, j);
        }
      }
      int[] best =
          IntStream.range(0, scores.length)
              .boxed()
              .sorted((a, b) -> Double.compare(scores[b], scores[a]))
              .limit(9)
              .mapToInt(Integer::intValue)
              .toArray();
      for (int i = 0; i < 9; i++) {
        Hit hit = found.get(q).get(i);
        assertThat(hit.document()).isEqualTo(best[i]);
        assertThat(hit.score()).isCloseTo((float) scores[best[i]], within(1e-5f));
      }
    }
  }

  private static Tensor random(Shape shape, RandomSource random) {
    float[] elements = new float[shape.size()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, elements);
  }

  @Test
  void equal_scores_stand_in_the_order_of_their_rows() {
    Tensor documents = Tensor.of(Shape.of(5, 1), 1, 2, 1, 2, 1);
    List<Hit> found = VectorIndex.of(documents).search(Tensor.of(Shape.of(1, 1), 1), 4).getFirst();
    assertThat(found.stream().map(Hit::document)).containsExactly(1, 3, 0, 2);
  }

  @Test
  void asks_for_no_more_than_there_are() {
    VectorIndex index = VectorIndex.of(Tensor.of(Shape.of(2, 1), 1, 2));
    assertThat(index.search(Tensor.of(Shape.of(1, 1), 1), 10).getFirst()).hasSize(2);
  }

  @Test
  void refuses_vectors_of_another_length() {
    VectorIndex index = VectorIndex.of(Tensor.of(Shape.of(1, 2), 1, 2));
    assertThatThrownBy(() -> index.search(Tensor.of(Shape.of(1, 3), 1, 2, 3), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vector index: queries (Q, 2) are needed, got (1, 3)");
    assertThatThrownBy(() -> index.search(Tensor.of(Shape.of(1, 2), 1, 2), 0))
        .hasMessage("vector index: k = 0; at least 1");
    assertThatThrownBy(() -> VectorIndex.of(Tensor.vector(1, 2)))
        .hasMessage("vector index: a matrix (D, d) is needed, got (2)");
  }
}
