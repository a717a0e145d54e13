package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RecomputedTest {
  private final RandomSource random = RandomSource.of(3);
  private final Parameter w = Parameter.of("w", Tensor.normal(Shape.of(5, 4), 1, random));
  private final Parameter bias = Parameter.of("bias", Tensor.normal(Shape.of(5), 1, random));
  private final Variable x = Constant.of(Tensor.normal(Shape.of(6, 4), 1, random));

  private Variable part() {
    return Fused.dropout(Ops.tanh(Fused.linear(x, w, bias)), 17, 0.3f);
  }

  private static Variable loss(Variable y) {
    return Ops.mean(Ops.multiply(y, y));
  }

  @Test
  void value_and_gradients_are_those_of_the_unbroken_graph() {
    Gradients expected = Gradients.of(loss(part()));
    Variable y = Recomputed.of(this::part, new Workspace());
    assertThat(y.value().array()).containsExactly(part().value().array());
    Gradients gradients = Gradients.of(loss(y));
    assertThat(gradients.of(w).array()).containsExactly(expected.of(w).array());
    assertThat(gradients.of(bias).array()).containsExactly(expected.of(bias).array());
  }

  @Test
  void several_parts_with_one_memory_add_up() {
    Variable whole = Ops.concatRows(List.of(part(), part()));
    Gradients expected = Gradients.of(loss(whole));
    Workspace memory = new Workspace();
    Variable y =
        Ops.concatRows(
            List.of(Recomputed.of(this::part, memory), Recomputed.of(this::part, memory)));
    Gradients gradients = Gradients.of(loss(y));
    assertThat(gradients.of(w).array()).containsExactly(expected.of(w).array());
  }

  @Test
  void the_part_is_computed_once_forward_and_once_for_all_gradients() {
    AtomicInteger calls = new AtomicInteger();
    Variable y =
        Recomputed.of(
            () -> {
              calls.incrementAndGet();
              return part();
            },
            new Workspace());
    assertThat(calls).hasValue(1);
    Gradients.of(loss(y));
    assertThat(calls).hasValue(2);
  }

  @Test
  void a_part_without_parameters_is_a_constant() {
    Variable y = Recomputed.of(() -> Ops.tanh(x), new Workspace());
    Gradients gradients = Gradients.of(Ops.add(loss(y), Ops.mean(w)));
    assertThat(gradients.of(w).array()).containsOnly(1f / 20);
  }

  @Test
  void between_the_passes_nothing_of_a_part_is_kept_but_its_value() {
    List<WeakReference<Tensor>> inner = new ArrayList<>();
    Variable recomputed = Recomputed.of(() -> wide(inner), new Workspace());
    Variable kept = wide(inner);

    System.gc();

    assertThat(inner.getFirst().get()).as("recomputed").isNull();
    assertThat(inner.getLast().get()).as("unbroken").isNotNull();
    assertThat(Gradients.of(loss(recomputed)).of(w).array())
        .containsExactly(Gradients.of(loss(kept)).of(w).array());
  }

  /// A product whose derivative reads what came before it.
  private Variable wide(List<WeakReference<Tensor>> inner) {
    Variable hidden = Ops.tanh(Fused.linear(x, w, bias));
    inner.add(new WeakReference<>(hidden.value()));
    return Ops.multiply(hidden, hidden);
  }

  /// Arrays that are taken back hold NaN under assertions, so that a value or gradient that still
  /// lay in the memory of its part would show.
  @Test
  void large_parts_that_share_their_memory_leave_values_and_gradients_whole() {
    Variable input = Constant.of(Tensor.normal(Shape.of(64, 40), 1, random));
    Parameter weight = Parameter.of("weight", Tensor.normal(Shape.of(48, 40), 1, random));
    Parameter zero = Parameter.of("zero", Tensor.zeros(Shape.of(48)));
    Supplier<Variable> first = () -> Ops.tanh(Fused.linear(input, weight, zero));
    Supplier<Variable> second = () -> Fused.dropout(Fused.linear(input, weight, zero), 5, 0.5f);
    Gradients expected = Gradients.of(loss(Ops.concatRows(List.of(first.get(), second.get()))));
    Workspace memory = new Workspace();
    Workspace step = new Workspace();
    for (int t = 0; t < 2; t++) {
      step.run(
          () -> {
            List<Variable> parts =
                List.of(Recomputed.of(first, memory), Recomputed.of(second, memory));
            assertThat(parts.getFirst().value().array()).contains(first.get().value().get(0, 0));
            Gradients found = Gradients.of(loss(Ops.concatRows(parts)));
            assertThat(found.of(zero).array()).containsExactly(expected.of(zero).array());
            float[] dw = Arrays.copyOf(found.of(weight).array(), 48 * 40);
            assertThat(dw).containsExactly(expected.of(weight).array());
          });
    }
  }

  @Test
  void a_part_may_hold_a_part() {
    Gradients expected = Gradients.of(loss(Ops.tanh(part())));
    Workspace outer = new Workspace();
    Workspace inner = new Workspace();
    Variable y = Recomputed.of(() -> Ops.tanh(Recomputed.of(this::part, inner)), outer);

    assertThat(Gradients.of(loss(y)).of(w).array()).containsExactly(expected.of(w).array());
  }

  @Test
  void a_parameter_that_is_used_outside_as_well_gets_both_gradients() {
    Gradients inside = Gradients.of(loss(part()));
    Gradients outside = Gradients.of(Ops.mean(w));
    Variable y = Recomputed.of(this::part, new Workspace());

    Gradients both = Gradients.of(Ops.add(loss(y), Ops.mean(w)));

    assertThat(both.of(w).array())
        .containsExactly(inside.of(w).add(outside.of(w)).array(), offset(1e-7f));
  }

  @Test
  void a_frozen_part_is_not_computed_again() {
    AtomicInteger calls = new AtomicInteger();
    Variable y =
        Recomputed.of(
            () -> {
              calls.incrementAndGet();
              return Ops.tanh(x);
            },
            new Workspace());

    Gradients.of(Ops.add(loss(y), Ops.mean(w)));

    assertThat(y.differentiable()).isFalse();
    assertThat(calls).hasValue(1);
  }
}
