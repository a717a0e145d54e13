package jada.autograd;

import static jada.autograd.Edge.edge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.data.Offset.offset;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GradCheckTest {
  private static final RandomSource RANDOM = RandomSource.of(1);
  private static final Tensor A = Tensor.normal(Shape.of(3, 3), 1, RANDOM);
  private static final Tensor B = Tensor.normal(Shape.of(3, 3), 1, RANDOM);

  @Test
  void accepts_a_right_derivative() {
    GradCheck.Report report = GradCheck.of(in -> Ops.matmul(in.get(0), in.get(1)), A, B);

    assertThat(report.requireWithin(1e-3)).isSameAs(report);
    assertThat(report.operation()).isEqualTo("matmul");
    assertThat(report.inputs()).hasSize(2).allMatch(input -> input.error() < 3e-4);
  }

  /// Matrix products with a mistake in the derivative of the second input, dB = Aᵀ·G.
  static Stream<Arguments> wrong_derivatives() {
    return Stream.of(
        wrong("factor of two", g -> A.transposedMatmul(g).scale(2)),
        wrong("factor near one", g -> A.transposedMatmul(g).scale(1.005f)),
        wrong("sign", g -> A.transposedMatmul(g).scale(-1)),
        wrong("transposed operand", A::matmul),
        wrong("transposed result", g -> A.transposedMatmul(g).transpose()),
        wrong("missing term", g -> lastRowDropped(A).transposedMatmul(g)),
        wrong("no derivative at all", g -> Tensor.zeros(g.shape())),
        wrong("one element off", g -> A.transposedMatmul(g).add(spike())),
        wrong("not a number", g -> A.transposedMatmul(g).scale(Float.NaN)));
  }

  private static Arguments wrong(String mistake, Function<Tensor, Tensor> vjp) {
    return Arguments.of(mistake, vjp);
  }

  private static Tensor lastRowDropped(Tensor x) {
    return x.gatherRows(0, 1).scatterRows(3, 0, 1);
  }

  private static Tensor spike() {
    return Tensor.matrix(new float[] {0, 0, 0}, new float[] {0, 0.05f, 0}, new float[] {0, 0, 0});
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong_derivatives")
  void refuses_a_wrong_derivative(String mistake, Function<Tensor, Tensor> vjp) {
    Function<List<Variable>, Variable> wrong =
        in ->
            Result.of(
                "product",
                in.get(0).value().matmul(in.get(1).value()),
                edge(in.get(0), g -> g.matmulTransposed(in.get(1).value())),
                edge(in.get(1), vjp::apply));

    GradCheck.Report report = GradCheck.of(wrong, A, B);

    assertThat(report.within(1e-3)).isFalse();
    assertThat(report.inputs().get(0).error()).isLessThan(1e-3);
    assertThat(report.inputs().get(1).error() <= 1e-3).isFalse(); // larger, or NaN
    assertThatIllegalStateException()
        .isThrownBy(() -> report.requireWithin(1e-3))
        .withMessageContaining("gradcheck: the derivative of product is wrong (tolerance 0.001)")
        .withMessageContaining("product, input 1 (3, 3): error ");
  }

  @Test
  void refuses_an_input_without_an_edge() {
    GradCheck.Report report =
        GradCheck.of(in -> Ops.add(in.get(0), Constant.of(in.get(1).value())), A, B);

    assertThat(report.inputs().get(0).error()).isLessThan(1e-3);
    assertThat(report.inputs().get(1).error()).isEqualTo(1);
  }

  @Test
  void reports_where_and_by_how_much() {
    GradCheck.Report report =
        GradCheck.of(
            in -> Result.of("triple", in.get(0).value().scale(3), edge(in.get(0), g -> g.scale(6))),
            Tensor.scalar(0.5f));

    GradCheck.Input input = report.inputs().getFirst();
    assertThat(input.error()).isCloseTo(0.5, offset(1e-3));
    assertThat(input.derivative() / input.difference()).isCloseTo(2, offset(1e-3));
    assertThat(report.toString())
        .matches(
            "triple, input 0 \\(\\): error 5\\.0e-01, element 0:"
                + " derivative -?[0-9.]+, differences -?[0-9.]+");
  }

  @Test
  void accepts_inputs_without_elements_and_outputs_that_do_not_move() {
    assertThatCode(
            () -> {
              GradCheck.of(in -> Ops.exp(in.get(0)), Tensor.zeros(Shape.of(2, 0))).requireWithin(0);
              GradCheck.of(in -> Ops.scale(in.get(0), 0), A).requireWithin(0);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void leaves_its_inputs_as_they_were() {
    Tensor before = A.copy();

    GradCheck.of(in -> Ops.exp(in.get(0)), A);

    assertThat(A.array()).containsExactly(before.array());
  }
}
