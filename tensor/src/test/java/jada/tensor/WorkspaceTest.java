package jada.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
  private static final int LARGE = 20_000;

  private final Workspace workspace = new Workspace();

  private static Tensor filled(int size, float value) {
    Tensor tensor = Tensor.blank(Shape.of(size));
    Arrays.fill(tensor.array(), 0, size, value);
    return tensor;
  }

  @Test
  void the_next_computation_gets_the_arrays_of_the_last() {
    float[] first = workspace.call(() -> Tensor.blank(Shape.of(LARGE)).array());
    float[] second = workspace.call(() -> Tensor.blank(Shape.of(LARGE + 400)).array());
    float[] third = workspace.call(() -> Tensor.blank(Shape.of(LARGE - 500)).array());

    assertThat(second).isSameAs(first);
    assertThat(third).isSameAs(first);
  }

  @Test
  void two_tensors_of_one_computation_never_share_an_array() {
    workspace.run(() -> Tensor.blank(Shape.of(LARGE)));

    workspace.run(
        () -> {
          Tensor one = Tensor.blank(Shape.of(LARGE));
          Tensor other = Tensor.blank(Shape.of(LARGE));
          assertThat(one.array()).isNotSameAs(other.array());
        });
  }

  @Test
  void a_tensor_that_is_used_after_the_computation_holds_no_number() {
    Tensor kept = workspace.call(() -> filled(LARGE, 1));

    assertThat(kept.get(0)).isNaN();
    assertThat(kept.get(LARGE - 1)).isNaN();
  }

  @Test
  void a_copy_outlives_the_computation_and_is_as_long_as_it_says() {
    Tensor copy = workspace.call(() -> filled(LARGE, 1).copy());

    workspace.run(() -> filled(LARGE, 2));

    assertThat(copy.array()).hasSize(LARGE).containsOnly(1);
  }

  @Test
  void results_of_operations_are_lent_as_well() {
    Tensor x = Tensor.full(Shape.of(LARGE), 2);

    Tensor kept = workspace.call(() -> x.add(x));

    assertThat(kept.get(0)).isNaN();
  }

  @Test
  void what_is_computed_outside_outlives_the_computation() {
    Tensor x = Tensor.full(Shape.of(LARGE), 2);

    Tensor kept = workspace.call(() -> Workspace.outside(() -> x.add(x)));

    assertThat(kept.array()).hasSize(LARGE).containsOnly(4);
  }

  @Test
  void rows_are_scattered_to_zeros_whatever_the_array_held() {
    workspace.run(() -> filled(LARGE, 7));

    workspace.run(
        () -> {
          Tensor one = Tensor.full(Shape.of(1, LARGE / 2), 1);
          Tensor scattered = one.scatterRows(2, 1);
          assertThat(scattered.get(0, 0)).isZero();
          assertThat(scattered.get(0, LARGE / 2 - 1)).isZero();
          assertThat(scattered.sum().item()).isEqualTo(LARGE / 2);
        });
  }

  @Test
  void operations_read_a_tensor_and_not_the_rest_of_its_array() {
    workspace.run(() -> filled(2 * LARGE, Float.NaN));

    workspace.run(
        () -> {
          Tensor x = filled(LARGE, 2);
          assertThat(x.array()).hasSizeGreaterThan(LARGE);
          assertThat(x.size()).isEqualTo(LARGE);
          assertThat(x.isFinite()).isTrue();
          assertThat(x.sum().item()).isEqualTo(2 * LARGE);
          assertThat(x.dot(x)).isEqualTo(4 * LARGE);
          assertThat(x.add(x).sum().item()).isEqualTo(4 * LARGE);
          assertThat(x.reshape(Shape.of(LARGE / 2, 2)).sumRows().array()).containsOnly(LARGE);
        });
  }

  @Test
  void what_is_given_back_is_lent_again_unless_it_is_older_than_the_mark() {
    workspace.run(
        () -> {
          Tensor before = filled(LARGE, 1);
          long mark = Workspace.mark();
          Tensor after = filled(LARGE, 1);
          Workspace.giveBack(before, mark);
          Workspace.giveBack(after, mark);

          assertThat(before.get(0)).isEqualTo(1);
          assertThat(after.get(0)).isNaN();
          assertThat(Tensor.blank(Shape.of(LARGE)).array()).isSameAs(after.array());
        });
  }

  @Test
  void small_tensors_and_those_made_outside_are_the_garbage_collectors() {
    float[] small = workspace.call(() -> Tensor.blank(Shape.of(10)).array());
    Tensor outside = filled(LARGE, 1);

    Workspace.giveBack(outside, 0);
    workspace.run(() -> Workspace.giveBack(outside, 0));

    assertThat(small).hasSize(10).containsOnly(0);
    assertThat(outside.get(0)).isEqualTo(1);
  }

  @Test
  void arrays_come_back_when_a_computation_fails() {
    float[][] array = new float[1][];
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(
            () ->
                workspace.run(
                    () -> {
                      array[0] = Tensor.blank(Shape.of(LARGE)).array();
                      throw new ArithmeticException();
                    }));

    float[] next = workspace.call(() -> Tensor.blank(Shape.of(LARGE)).array());
    assertThat(next).isSameAs(array[0]);
  }

  @Test
  void one_computation_at_a_time() {
    assertThatIllegalStateException()
        .isThrownBy(() -> workspace.run(() -> workspace.run(() -> {})))
        .withMessageStartingWith("workspace: a computation is running in it");
  }

  @Test
  void all_arrays_since_a_mark_come_back_but_that_of_the_result() {
    workspace.run(
        () -> {
          Tensor before = filled(LARGE, 1);
          long mark = Workspace.mark();
          Tensor between = filled(LARGE, 2);
          Tensor result = filled(LARGE, 3);
          Workspace.giveBackAllBut(result, mark);

          assertThat(between.get(0)).isNaN();
          assertThat(before.get(0)).isEqualTo(1);
          assertThat(result.get(0)).isEqualTo(3);
          assertThat(filled(LARGE, 4).array()).isSameAs(between.array());
          assertThat(filled(LARGE, 5).array())
              .isNotSameAs(before.array())
              .isNotSameAs(result.array());
        });
  }
}
