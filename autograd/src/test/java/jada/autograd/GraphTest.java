package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GraphTest {
  private final Constant x = Constant.of(Tensor.zeros(Shape.of(2, 5)));
  private final Parameter pooler = Parameter.of("pooler", Tensor.zeros(Shape.of(4, 5)));
  private final Parameter classifier = Parameter.of("classifier", Tensor.zeros(Shape.of(3, 4)));

  private Variable loss() {
    Variable hidden = Ops.tanh(Fused.linear(x, pooler, frozen(4)));
    Variable logits = Fused.linear(hidden, classifier, frozen(3));
    return Fused.crossEntropy(logits, new int[] {0, 2});
  }

  private static Constant frozen(int... dims) {
    return Constant.of(Tensor.zeros(Shape.of(dims)));
  }

  @Test
  void is_told_as_indented_text() {
    assertThat(Graph.text(loss()))
        .isEqualTo(
            """
            crossEntropy ()
              linear (2, 3)
                tanh (2, 4)
                  linear (2, 4)
                    frozen (2, 5)
                    parameter pooler (4, 5)
                    frozen (4)
                parameter classifier (3, 4)
                frozen (3)
            """);
  }

  @Test
  void tells_what_is_used_twice_once() {
    Parameter a = Parameter.of("a", Tensor.vector(1, 2));
    Variable twice = Ops.scale(a, 2);
    Variable again = Ops.multiply(twice, twice);

    assertThat(Graph.text(Ops.subtract(again, Ops.multiply(again, twice))))
        .isEqualTo(
            """
            subtract (2)
              multiply (2) [1]
                scale (2) [2]
                  parameter a (2)
                scale (2) [2], above
              multiply (2)
                multiply (2) [1], above
                scale (2) [2], above
            """);
  }

  @Test
  void of_a_leaf_is_the_leaf() {
    assertThat(Graph.text(pooler)).isEqualTo("parameter pooler (4, 5)\n");
    assertThat(Graph.text(x)).isEqualTo("frozen (2, 5)\n");
    assertThat(Graph.text(Ops.exp(x))).isEqualTo("frozen (2, 5)\n");
  }

  @Test
  void ends_where_a_backward_pass_let_go() {
    Variable loss = loss();
    Gradients.of(loss);

    assertThat(Graph.text(loss)).isEqualTo("crossEntropy (), let go\n");
  }

  @Test
  void is_drawn_as_dot() {
    Parameter quoted = Parameter.of("w\"1\"", Tensor.vector(1, 2));
    Variable twice = Ops.scale(quoted, 2);

    assertThat(Graph.dot(Ops.sum(Ops.multiply(Ops.add(twice, frozen(2)), twice))))
        .isEqualTo(
            """
            digraph autograd {
              rankdir=BT
              node [shape=box]
              n0 [label="sum\\n()"]
              n1 [label="multiply\\n(2)"]
              n1 -> n0
              n2 [label="add\\n(2)"]
              n2 -> n1
              n3 [label="scale\\n(2)"]
              n3 -> n2
              n4 [label="w\\"1\\"\\n(2)", shape=ellipse]
              n4 -> n3
              n5 [label="frozen\\n(2)", style=dashed]
              n5 -> n2
              n3 -> n1
            }
            """);
  }

  @Test
  void of_a_long_chain_needs_no_stack() {
    Variable x = pooler;
    for (int i = 0; i < 20_000; i++) {
      x = Ops.reshape(x, x.shape());
    }

    assertThat(Graph.dot(x).lines()).hasSize(20_001 + 20_000 + 4);
  }
}
