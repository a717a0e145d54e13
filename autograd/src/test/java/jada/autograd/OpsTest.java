package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The values of the primitives; their derivatives are tested by [OperationsTest].
class OpsTest {
  private static final Variable A =
      Constant.of(Tensor.matrix(new float[] {1, 2}, new float[] {3, -4}));
  private static final Variable B =
      Constant.of(Tensor.matrix(new float[] {5, 6}, new float[] {7, 8}));
  private static final Variable V = Constant.of(Tensor.vector(10, 20));

  static Stream<Arguments> of_two() {
    return Stream.of(
        two("add", Ops::add, B, 6, 8, 10, 4),
        two("subtract", Ops::subtract, B, -4, -4, -4, -12),
        two("multiply", Ops::multiply, B, 5, 12, 21, -32),
        two("addRow", Ops::addRow, V, 11, 22, 13, 16),
        two("multiplyRow", Ops::multiplyRow, V, 10, 40, 30, -80),
        two("multiplyColumn", Ops::multiplyColumn, V, 10, 20, 60, -80),
        two("matmul", Ops::matmul, B, 19, 22, -13, -14),
        two("matmulTransposed", Ops::matmulTransposed, B, 17, 23, -9, -11),
        two("transposedMatmul", Ops::transposedMatmul, B, 26, 30, -18, -20));
  }

  static Stream<Arguments> of_one() {
    return Stream.of(
        one("scale", x -> Ops.scale(x, 3), 3, 6, 9, -12),
        one("transpose", Ops::transpose, 1, 3, 2, -4),
        one("reshape", x -> Ops.reshape(x, Shape.of(4)), 1, 2, 3, -4),
        one("gatherRows", x -> Ops.gatherRows(x, 1, 1), 3, -4, 3, -4),
        one(
            "concatRows",
            x -> Ops.concatRows(List.of(x, B, x)),
            1,
            2,
            3,
            -4,
            5,
            6,
            7,
            8,
            1,
            2,
            3,
            -4),
        one("firstColumns", x -> Ops.firstColumns(x, 1), 1, 3),
        one("sum", Ops::sum, 2),
        one("mean", Ops::mean, 0.5f),
        one("sumRows", Ops::sumRows, 4, -2),
        one("sumColumns", Ops::sumColumns, 3, -1),
        one("exp", Ops::exp, 2.7182817f, 7.389056f, 20.085537f, 0.01831564f),
        one("log", x -> Ops.log(Ops.exp(x)), 1, 2, 3, -4),
        one("sqrt", x -> Ops.sqrt(Ops.multiply(x, x)), 1, 2, 3, 4),
        one("abs", Ops::abs, 1, 2, 3, 4),
        one("tanh", Ops::tanh, 0.7615942f, 0.9640276f, 0.9950548f, -0.9993293f),
        one("relu", Ops::relu, 1, 2, 3, 0),
        one("erf", Ops::erf, 0.8427008f, 0.9953223f, 0.9999779f, -1),
        one("gelu", Ops::gelu, 0.8413447f, 1.9544997f, 2.9959503f, -1.2668497e-4f),
        one("softmax", Ops::softmax, 0.26894143f, 0.7310586f, 0.999089f, 9.110512e-4f));
  }

  private static Arguments two(
      String name, BinaryOperator<Variable> op, Variable b, float... expected) {
    return Arguments.of(name, op, b, expected);
  }

  private static Arguments one(String name, UnaryOperator<Variable> op, float... expected) {
    return Arguments.of(name, op, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("of_two")
  void has_the_value_of_its_formula(
      String name, BinaryOperator<Variable> op, Variable b, float... expected) {
    assertThat(op.apply(A, b).value().array()).containsExactly(expected);
    assertThat(op.apply(A, b)).hasToString(name + " (2, 2)");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("of_one")
  void has_the_value_of_its_formula(String name, UnaryOperator<Variable> op, float... expected) {
    assertThat(op.apply(A).value().array()).containsExactly(expected, offset(2e-6f));
  }

  @Test
  void says_which_shapes_do_not_fit() {
    Variable wide = Constant.of(Tensor.zeros(Shape.of(2, 3)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ops.matmul(wide, A))
        .withMessage(
            "matmul: (2, 3) and (2, 2) do not fit:"
                + " left columns must equal right rows (3 != 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ops.add(A, wide))
        .withMessage("add: (2, 2) and (2, 3) do not fit: shapes must be equal");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ops.concatRows(List.of(A, wide)))
        .withMessage("concatRows: (2, 2), (2, 3) do not fit: needed matrices (m, n) of one n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ops.concatRows(List.of(V, V)))
        .withMessage("concatRows: (2), (2) do not fit: needed matrices (m, n) of one n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ops.concatRows(List.of()))
        .withMessage("concatRows:  do not fit: needed matrices (m, n) of one n");
    for (int k : new int[] {0, 4}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Ops.firstColumns(wide, k))
          .withMessage("firstColumns: (2, 3) do not fit: needed x (m, n), n >= %s >= 1", k);
    }
  }

  @Test
  void gather_rows_keeps_the_numbers_that_it_was_called_with() {
    Parameter table = Parameter.of("table", Tensor.zeros(Shape.of(3, 1)));
    int[] rows = {0, 0};
    Variable loss = Ops.sum(Ops.gatherRows(table, rows));
    rows[0] = 2;

    assertThat(Gradients.of(loss).of(table).array()).containsExactly(2, 0, 0);
  }
}
