package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;

class NonFiniteTest {
  private final Parameter x = Parameter.of("x", Tensor.vector(1, 2, 3));

  @Test
  void finds_nothing_where_all_is_finite() {
    assertThat(NonFinite.firstOf(() -> Ops.sum(Ops.multiply(x, x)))).isEmpty();
  }

  @Test
  void names_the_first_value_that_is_not_finite_and_its_module() {
    assertThat(
            NonFinite.firstOf(
                () -> {
                  Variable small = NonFinite.inModule("layer.0", () -> Ops.scale(x, 1e30f));
                  Variable large = NonFinite.inModule("layer.1", () -> Ops.multiply(small, small));
                  return NonFinite.inModule("layer.2", () -> Ops.sum(large));
                }))
        .contains("multiply (3) in layer.1");
  }

  @Test
  void names_the_module_before_where_an_operation_is_in_none() {
    assertThat(
            NonFinite.firstOf(
                () -> {
                  Variable small = NonFinite.inModule("layer.0", () -> Ops.scale(x, 1e30f));
                  return Ops.sum(Ops.multiply(small, small));
                }))
        .contains("multiply (3) after layer.0");
  }

  @Test
  void names_the_derivative_that_is_not_finite() {
    assertThat(
            NonFinite.firstOf(
                () ->
                    NonFinite.inModule(
                        "layer.0",
                        () -> {
                          Variable steep =
                              Result.of(
                                  "steep",
                                  x.value(),
                                  Edge.edge(x, g -> g.scale(Float.POSITIVE_INFINITY)));
                          return Ops.sum(steep);
                        })))
        .contains("the derivative of steep (3) in layer.0 for its input parameter x (3)");
  }
}
