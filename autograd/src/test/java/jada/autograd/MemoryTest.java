package jada.autograd;

import static jada.autograd.Edge.edge;
import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.Tensor;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What the graph keeps alive, and for how long.
class MemoryTest {
  private final Parameter a = Parameter.of("a", Tensor.vector(1, 2));

  @Test
  void what_an_operation_saved_is_let_go_while_the_walk_goes_on() {
    assertThat(savedIsGoneBelow(Gradients::of)).isTrue();
  }

  @Test
  void what_an_operation_saved_stays_where_the_graph_is_kept() {
    assertThat(savedIsGoneBelow(Gradients::keepingGraph)).isFalse();
  }

  /// Whether a tensor saved by the upper of two operations is gone when the lower one is visited.
  private boolean savedIsGoneBelow(Function<Variable, Gradients> walk) {
    List<WeakReference<Tensor>> saved = new ArrayList<>();
    List<Boolean> gone = new ArrayList<>();
    Variable lower =
        Result.of(
            "lower",
            a.value(),
            edge(
                a,
                g -> {
                  System.gc();
                  gone.add(saved.getFirst().get() == null);
                  return g;
                }));
    Variable loss = Ops.sum(upper(lower, saved));

    assertThat(walk.apply(loss).parameters()).containsExactly(a);

    assertThat(loss.differentiable()).isTrue(); // and reachable until here
    return gone.getFirst();
  }

  private static Variable upper(Variable x, List<WeakReference<Tensor>> saved) {
    Tensor factor = Tensor.vector(3, 4);
    saved.add(new WeakReference<>(factor));
    return Result.of("upper", x.value().multiply(factor), edge(x, g -> g.multiply(factor)));
  }

  @Test
  void a_value_that_no_derivative_reads_is_let_go_at_once() {
    List<WeakReference<Tensor>> values = new ArrayList<>();
    Variable loss = Ops.sum(sumOf(a, values));

    System.gc();

    assertThat(values.getFirst().get()).isNull();
    assertThat(Gradients.of(loss).of(a).array()).containsExactly(3, 3);
  }

  /// An addition reads neither of its inputs in its derivative.
  private static Variable sumOf(Variable x, List<WeakReference<Tensor>> values) {
    Variable tripled = Ops.scale(x, 3);
    values.add(new WeakReference<>(tripled.value()));
    return Ops.add(tripled, Constant.of(Tensor.vector(1, 1)));
  }

  @Test
  void the_input_of_a_frozen_weight_is_let_go_at_once() {
    List<WeakReference<Tensor>> values = new ArrayList<>();
    Parameter x = Parameter.of("x", Tensor.matrix(new float[] {1, 2}));
    Variable loss = Ops.sum(frozenLinear(x, values));

    System.gc();

    assertThat(values.getFirst().get()).isNull();
    assertThat(Gradients.of(loss).of(x).array()).containsExactly(6, 6);
  }

  private static Variable frozenLinear(Variable x, List<WeakReference<Tensor>> values) {
    Variable tripled = Ops.scale(x, 3);
    values.add(new WeakReference<>(tripled.value()));
    Constant ones = Constant.of(Tensor.matrix(new float[] {1, 1}, new float[] {1, 1}));
    return Fused.linear(tripled, ones, Constant.of(Tensor.vector(0, 0)));
  }
}
