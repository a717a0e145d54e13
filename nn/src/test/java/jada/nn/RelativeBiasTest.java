package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.Constant;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RelativeBiasTest {
  /// Distances from −520 to 520; written by src/test/python/families_golden.py.
  @Test
  void has_the_ranges_of_transformers() {
    int[] expected = Golden.ints(Golden.read("families/mpnet-classification/distances.json"));

    assertThat(expected).hasSize(1041).contains(0, 15, 16 + 1, 31);
    assertThat(IntStream.rangeClosed(-520, 520).map(d -> RelativeBias.range(d, 32)).toArray())
        .isEqualTo(expected);
  }

  @Test
  void gives_a_row_for_each_distance_in_the_longest_sequence() {
    Tensor table = Tensor.of(Shape.of(4, 1), new float[] {10, 11, 12, 13});
    RelativeBias bias = new RelativeBias(new Embedding(Constant.of(table)));

    Tensor rows =
        bias.forward(Batch.of(List.of(RandomBert.sequence(1), RandomBert.sequence(1, 2, 3))))
            .value();

    // 4 ranges: 0 and 1 to the left, 2 and 3 to the right, of which 2 is never used
    assertThat(rows.shape()).isEqualTo(Shape.of(5, 1));
    assertThat(rows.array()).containsExactly(11, 11, 10, 13, 13);
  }
}
