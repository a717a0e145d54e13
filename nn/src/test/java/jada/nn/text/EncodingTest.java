package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EncodingTest {
  private final Encoding encoding = new Encoding(new int[] {2, 8, 3, 9, 3}, 3);

  @Test
  void gives_ids_and_types_by_index() {
    assertThat(encoding.length()).isEqualTo(5);
    assertThat(encoding.id(1)).isEqualTo(8);
    assertThat(encoding.typeId(2)).isZero();
    assertThat(encoding.typeId(3)).isOne();
    assertThat(encoding.typeIds()).containsExactly(0, 0, 0, 1, 1);
    assertThatThrownBy(() -> encoding.id(5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> encoding.typeId(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void cannot_be_changed_through_its_arrays() {
    encoding.ids()[0] = 77;
    encoding.typeIds()[0] = 77;
    assertThat(encoding.ids()).containsExactly(2, 8, 3, 9, 3);
    assertThat(encoding.typeIds()).containsExactly(0, 0, 0, 1, 1);
  }

  @Test
  void equals_another_with_the_same_ids_and_types() {
    Encoding same = new Encoding(new int[] {2, 8, 3, 9, 3}, 3);
    assertThat(encoding).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(encoding).isNotEqualTo(new Encoding(new int[] {2, 8, 3, 9, 3}, 5));
    assertThat(encoding).isNotEqualTo(new Encoding(new int[] {2, 8, 3, 9, 4}, 3));
    assertThat(encoding).hasToString("Encoding[2, 8, 3, 9, 3]");
  }
}
