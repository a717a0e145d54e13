package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingHeadTest {
  /// Two texts, of two tokens and of one.
  private static final Batch BATCH =
      Batch.of(List.of(RandomBert.sequence(5, 6), RandomBert.sequence(7)));

  @Test
  void the_mean_is_over_the_tokens_of_each_text() {
    Tensor hidden = Tensor.of(Shape.of(3, 2), 1, 2, 5, 6, 3, 4);
    EmbeddingHead head = new EmbeddingHead(Pooling.MEAN, false);
    assertThat(head.rows()).isEqualTo(Rows.ALL);
    Tensor vectors = head.forward(Constant.of(hidden), BATCH).value();
    assertThat(vectors.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(vectors.array()).containsExactly(3, 4, 3, 4);
  }

  @Test
  void cls_reads_the_first_token_alone() {
    EmbeddingHead head = new EmbeddingHead(Pooling.CLS, false);
    assertThat(head.rows()).isEqualTo(Rows.FIRST);
    Tensor first = Tensor.of(Shape.of(2, 2), 1, 2, 3, 4);
    assertThat(head.forward(Constant.of(first), BATCH).value().array()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void normalised_vectors_have_length_1() {
    Tensor hidden = Tensor.of(Shape.of(3, 2), 1, 2, 5, 6, 3, 4);
    Tensor vectors =
        new EmbeddingHead(Pooling.MEAN, true).forward(Constant.of(hidden), BATCH).value();
    assertThat(vectors.array()[0]).isCloseTo(0.6f, within(1e-6f));
    assertThat(vectors.array()[1]).isCloseTo(0.8f, within(1e-6f));
  }
}
