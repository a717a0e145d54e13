package jada.autograd;

import static jada.autograd.Edge.edge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientsTest {
  private final Parameter a = Parameter.of("a", Tensor.vector(2, 3));
  private final Parameter b = Parameter.of("b", Tensor.vector(5, 7));

  @Test
  void are_the_textbook_derivatives_of_a_small_expression() {
    // L = Σ (a ⊙ b + a) ⊙ a: dL/da = 2ab + 2a, dL/db = a².
    Variable loss = Ops.sum(Ops.multiply(Ops.add(Ops.multiply(a, b), a), a));

    Gradients gradients = Gradients.of(loss);

    assertThat(loss.value().item()).isEqualTo(24 + 72);
    assertThat(gradients.of(a).array()).containsExactly(24, 48);
    assertThat(gradients.of(b).array()).containsExactly(4, 9);
  }

  @Test
  void add_every_contribution_without_writing_into_what_a_derivative_handed_out() {
    // a, twice through add and once through scale; add hands the same tensor to both inputs.
    Variable twice = Ops.add(a, a);
    Variable loss = Ops.sum(Ops.add(Ops.add(twice, Ops.scale(a, 10)), Ops.add(twice, b)));

    Gradients gradients = Gradients.of(loss);

    assertThat(gradients.of(a).array()).containsExactly(14, 14);
    assertThat(gradients.of(b).array()).containsExactly(1, 1);
  }

  @Test
  void visit_an_operation_once_however_many_paths_lead_to_it() {
    List<Tensor> visits = new ArrayList<>();
    Variable middle =
        Result.of(
            "middle",
            a.value(),
            edge(
                a,
                g -> {
                  visits.add(g);
                  return g;
                }));
    // A diamond of 40 additions has 2⁴⁰ paths to the bottom.
    Variable top = middle;
    for (int i = 0; i < 40; i++) {
      top = Ops.scale(Ops.add(top, top), 0.5f);
    }

    Gradients gradients = Gradients.of(Ops.sum(top));

    assertThat(visits).hasSize(1);
    assertThat(gradients.of(a).array()).containsExactly(1, 1);
  }

  @Test
  void walk_a_chain_of_a_hundred_thousand_operations() {
    Variable x = a;
    for (int i = 0; i < 100_000; i++) {
      x = Ops.add(x, b);
    }

    Gradients gradients = Gradients.of(Ops.sum(x));

    assertThat(gradients.of(a).array()).containsExactly(1, 1);
    assertThat(gradients.of(b).array()).containsExactly(100_000, 100_000);
  }

  @Test
  void of_a_parameter_that_the_loss_does_not_depend_on_are_zeros() {
    Gradients gradients = Gradients.of(Ops.sum(a));

    assertThat(gradients.of(b).array()).containsExactly(0, 0);
    assertThat(gradients.parameters()).containsExactly(a);
  }

  @Test
  void of_a_frozen_loss_are_none() {
    Variable frozen = Ops.sum(Constant.of(Tensor.vector(1, 2)));

    assertThat(Gradients.of(frozen).parameters()).isEmpty();
    assertThat(Gradients.of(frozen).parameters()).isEmpty();
    assertThat(Gradients.of(Constant.of(Tensor.scalar(1))).parameters()).isEmpty();
  }

  @Test
  void of_a_parameter_with_respect_to_itself_is_one() {
    Parameter loss = Parameter.of("loss", Tensor.scalar(4));

    assertThat(Gradients.of((Variable) loss).of(loss).item()).isEqualTo(1);
  }

  @Test
  void never_ask_for_the_derivative_of_a_frozen_input() {
    Constant frozen = Constant.of(Tensor.vector(1, 1));
    Variable below =
        Result.of(
            "below",
            Tensor.vector(1, 1),
            edge(
                frozen,
                _ -> {
                  throw new AssertionError("frozen");
                }));

    Variable loss = Ops.sum(Ops.multiply(below, a));

    assertThat(below.differentiable()).isFalse();
    assertThat(Gradients.of(loss).of(a).array()).containsExactly(1, 1);
  }

  @Test
  void refuse_a_loss_that_is_not_a_scalar() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gradients.of(Ops.add(a, b)))
        .withMessage(
            "gradients: the loss must be a scalar (), got add (2);"
                + " reduce it with Ops.sum or Ops.mean");
  }

  @Test
  void name_the_operation_whose_derivative_has_a_wrong_shape() {
    Variable wrong = Result.of("wrong", Tensor.scalar(1), edge(a, g -> g));

    assertThatIllegalStateException()
        .isThrownBy(() -> Gradients.of(wrong))
        .withMessage(
            "gradients: the derivative of wrong for its input parameter a (2) has shape ();"
                + " it must have the shape of the input, (2)");
  }

  @Test
  void can_be_taken_again_only_where_the_graph_was_kept() {
    Variable product = Ops.multiply(a, b);
    Variable loss = Ops.sum(product);

    assertThat(Gradients.keepingGraph(loss).of(a).array()).containsExactly(5, 7);
    assertThat(Gradients.keepingGraph(loss).of(a).array()).containsExactly(5, 7);
    assertThat(Gradients.of(loss).of(a).array()).containsExactly(5, 7);
    assertThatIllegalStateException()
        .isThrownBy(() -> Gradients.of(loss))
        .withMessage(
            "gradients: the graph below sum () was released by an earlier backward pass;"
                + " compute it anew, or make the earlier pass with Gradients.keepingGraph");
    assertThatIllegalStateException()
        .isThrownBy(() -> Gradients.of(Ops.sum(product)))
        .withMessageContaining("the graph below multiply (2) was released");
  }

  @Test
  void compute_shared_work_once_a_pass_and_only_for_live_edges() {
    List<Tensor> computed = new ArrayList<>();
    Shared<Tensor> doubled =
        g -> {
          computed.add(g);
          return g.scale(2);
        };
    Constant frozen = Constant.of(Tensor.vector(0, 0));
    Variable y =
        Result.of(
            "shares",
            Tensor.vector(0, 0),
            edge(a, doubled, (_, d) -> d),
            edge(b, doubled, (g, d) -> g.add(d)));
    Variable partly =
        Result.of(
            "partly", Tensor.vector(0, 0), edge(frozen, doubled, (_, d) -> d), edge(a, g -> g));

    Gradients gradients = Gradients.keepingGraph(Ops.sum(y));
    assertThat(computed).hasSize(1);
    assertThat(gradients.of(a).array()).containsExactly(2, 2);
    assertThat(gradients.of(b).array()).containsExactly(3, 3);
    Gradients.of(Ops.sum(y));
    assertThat(computed).hasSize(2);
    Gradients.of(Ops.sum(partly));
    assertThat(computed).hasSize(2);
  }

  @Test
  void scale_to_new_gradients() {
    Gradients gradients = Gradients.of(Ops.sum(Ops.multiply(a, b)));

    assertThat(gradients.scale(0.5f).of(a).array()).containsExactly(2.5f, 3.5f);
    assertThat(gradients.of(a).array()).containsExactly(5, 7);
  }

  @Test
  void have_the_shape_of_their_parameter() {
    Parameter w = Parameter.of("w", Tensor.zeros(Shape.of(2, 3)));

    Variable loss = Ops.sum(Ops.transpose(w));

    assertThat(Gradients.of(loss).of(w).shape()).isEqualTo(Shape.of(2, 3));
  }
}
