package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.text.Encoding;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
  private final Batch batch =
      Batch.of(List.of(new Encoding(new int[] {2, 7, 3, 8, 3}, 3), RandomBert.sequence(2, 3)));

  @Test
  void puts_sequences_end_to_end_without_padding() {
    assertThat(batch.tokens()).isEqualTo(7);
    assertThat(batch.sequences()).isEqualTo(2);
    assertThat(batch.ids()).containsExactly(2, 7, 3, 8, 3, 2, 3);
    assertThat(batch.tokenTypes()).containsExactly(0, 0, 0, 1, 1, 0, 0);
    assertThat(batch.offsets()).containsExactly(0, 5, 7);
    assertThat(batch).hasToString("Batch(2 sequences, 7 tokens)");
  }

  @Test
  void counts_positions_from_the_start_of_each_sequence() {
    assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 4, 0, 1);
    assertThat(batch.length(0)).isEqualTo(5);
    assertThat(batch.length(1)).isEqualTo(2);
  }

  @Test
  void knows_the_sequence_of_each_token() {
    assertThat(batch.sequenceOf(0)).isEqualTo(0);
    assertThat(batch.sequenceOf(4)).isEqualTo(0);
    assertThat(batch.sequenceOf(5)).isEqualTo(1);
    assertThat(batch.sequenceOf(6)).isEqualTo(1);
  }

  @Test
  void cannot_be_changed_through_what_it_hands_out() {
    batch.ids()[0] = 99;
    batch.offsets()[1] = 99;

    assertThat(batch.ids()[0]).isEqualTo(2);
    assertThat(batch.offsets()[1]).isEqualTo(5);
  }

  @Test
  void refuses_a_batch_without_sequences() {
    assertThatThrownBy(() -> Batch.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch: no sequences; give at least one");
  }

  @Test
  void refuses_a_sequence_without_tokens() {
    assertThatThrownBy(() -> Batch.of(List.of(RandomBert.sequence(2, 3), RandomBert.sequence())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch: sequence 1 has no tokens; even an empty text has [CLS] and [SEP]");
  }
}
