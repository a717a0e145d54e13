package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import org.junit.jupiter.api.Test;

/// A backward pass gives arrays back while it runs; the bits must be those of one that does not.
class SharedSumsTest {
  private static final int TOKENS = 80;
  private static final int CHANNELS = 256; // large enough for arrays to be lent

  private final RandomSource random = RandomSource.of(9);
  private final Parameter x = parameter(TOKENS, CHANNELS);
  private final Parameter q = parameter(CHANNELS, CHANNELS);
  private final Parameter p = parameter(CHANNELS, 3);
  private final Parameter lambda = parameter(3);
  private final Parameter r = parameter(3, CHANNELS);
  private final Variable w = Constant.of(random(CHANNELS, CHANNELS));
  private final Variable bias = Constant.of(random(CHANNELS));
  private final Variable gamma = Constant.of(Tensor.full(Shape.of(CHANNELS), 1));

  private Tensor random(int... dims) {
    return Tensor.normal(Shape.of(dims), 0.1f, random);
  }

  private Parameter parameter(int... dims) {
    return Parameter.of("p", random(dims));
  }

  /// A block of a transformer that uses some values two, three and four times, once the same value
  /// twice in one operation, and once a reshaped one.
  private Variable loss() {
    Variable query = Fused.linear(x, q, bias);
    Variable key = Fused.svdLinear(x, w, bias, p, lambda, r, 2);
    int[] offsets = {0, 30, 30, TOKENS};
    Variable attended = Fused.attention(query, key, x, offsets, 4, 7, 0.1f);
    Variable a = Fused.layerNorm(Ops.add(x, attended), gamma, bias, 1e-6f);
    Variable f = Fused.dropout(Fused.gelu(Fused.linear(a, w, bias)), 3, 0.2f);
    Variable sum = Ops.add(Ops.add(a, f), Ops.add(f, f));
    Variable flat = Ops.reshape(sum, Shape.of(CHANNELS, TOKENS));
    return Ops.sum(Ops.multiply(flat, flat));
  }

  private float[][] gradients() {
    Gradients gradients = Gradients.of(loss());
    return new float[][] {
      gradients.of(x).copy().array(),
      gradients.of(q).copy().array(),
      gradients.of(p).copy().array(),
      gradients.of(lambda).copy().array(),
      gradients.of(r).copy().array()
    };
  }

  @Test
  void a_workspace_changes_no_bit_of_any_gradient() {
    float[][] expected = gradients();
    Workspace workspace = new Workspace();

    for (int step = 0; step < 3; step++) {
      float[][] actual = workspace.call(this::gradients);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).containsExactly(expected[i]);
      }
    }
  }

  @Test
  void an_array_that_the_graph_had_before_the_walk_stays() {
    new Workspace()
        .run(
            () -> {
              Variable y = Fused.gelu(x);
              float[] before = y.value().copy().array();
              // A vjp may hand out what the graph holds.
              Variable z = Result.of("once", Tensor.scalar(1), Edge.edge(y, _ -> y.value()));
              Gradients.of(z);
              assertThat(y.value().copy().array()).containsExactly(before);
            });
  }

  @Test
  void a_gradient_that_two_inputs_share_is_given_back_after_both() {
    new Workspace()
        .run(
            () -> {
              Variable a = Fused.gelu(x);
              Variable deep = Fused.gelu(Fused.gelu(a));
              Tensor gradient = Gradients.of(Ops.sum(Ops.add(a, deep))).of(x);
              assertThat(gradient.isFinite()).isTrue();
            });
  }
}
