package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Each operator against the example of ONNX's documentation, or a few numbers by hand.
class OperatorTest {
  private static final Tensor COUNTED = Tensor.of(Shape.of(2, 3), 0, 1, 2, 3, 4, 5);

  private static Tensor of(String operator, Map<String, List<Long>> attributes, Tensor... x) {
    return Operator.OF
        .get(operator)
        .apply(new OnnxGraph.Node("node", operator, List.of(), "y", attributes), List.of(x));
  }

  private static Tensor of(String operator, Tensor... x) {
    return of(operator, Map.of(), x);
  }

  private static void same(Tensor actual, Shape shape, float... elements) {
    assertThat(actual.shape()).isEqualTo(shape);
    assertThat(actual.array()).containsExactly(elements, within(1e-6f));
  }

  @Test
  void two_tensors_are_stretched_to_each_other() {
    same(of("Add", COUNTED, Tensor.vector(10, 20, 30)), Shape.of(2, 3), 10, 21, 32, 13, 24, 35);
    same(
        of("Mul", COUNTED, Tensor.of(Shape.of(2, 1), 1, -1)),
        Shape.of(2, 3),
        new float[] {0, 1, 2, -3, -4, -5});
    same(
        of("Sub", Tensor.of(Shape.of(1, 2), 5, 6), Tensor.of(Shape.of(2, 1), 1, 2)),
        Shape.of(2, 2),
        new float[] {4, 5, 3, 4});
    same(of("Div", Tensor.scalar(6), Tensor.scalar(4)), Shape.of(), 1.5f);
    same(of("Pow", Tensor.vector(-2, 3), Tensor.scalar(2)), Shape.of(2), 4, 9);
    same(of("Max", Tensor.vector(-2, 3), Tensor.scalar(1)), Shape.of(2), 1, 3);
    same(of("Equal", Tensor.vector(1, 3), Tensor.scalar(1)), Shape.of(2), 1, 0);
    same(of("Not", Tensor.vector(1, 0)), Shape.of(2), 0, 1);
    assertThatThrownBy(() -> of("Add", COUNTED, Tensor.vector(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[2, 3] and [2] do not fit");
  }

  @Test
  void what_stands_along_a_dimension_becomes_one_number() {
    Map<String, List<Long>> last = Map.of("axes", List.of(-1L), "keepdims", List.of(1L));
    same(of("ReduceMean", last, COUNTED), Shape.of(2, 1), 1, 4);
    same(of("ReduceL2", last, Tensor.of(Shape.of(1, 2), 3, 4)), Shape.of(1, 1), 5);
    Map<String, List<Long>> gone = Map.of("keepdims", List.of(0L));
    same(of("ReduceSum", gone, COUNTED, Tensor.vector(0)), Shape.of(3), 3, 5, 7);
    same(of("CumSum", COUNTED, Tensor.scalar(1)), Shape.of(2, 3), 0, 1, 3, 3, 7, 12);
    same(
        of("Softmax", Map.of("axis", List.of(-1L)), Tensor.of(Shape.of(1, 2), 1, 1)),
        Shape.of(1, 2),
        new float[] {0.5f, 0.5f});
  }

  @Test
  void parts_are_taken_by_number() {
    Map<String, List<Long>> second = Map.of("axis", List.of(1L));
    same(
        of("Gather", second, COUNTED, Tensor.of(Shape.of(1, 2), 2, 0)),
        Shape.of(2, 1, 2),
        new float[] {2, 0, 5, 3});
    same(of("Gather", second, COUNTED, Tensor.scalar(1)), Shape.of(2), 1, 4);
    Tensor zero = Tensor.vector(0);
    same(of("Slice", COUNTED, zero, Tensor.vector(1), zero), Shape.of(1, 3), 0, 1, 2);
    assertThat(of("Slice", COUNTED, zero, Tensor.vector(9), zero).shape())
        .isEqualTo(Shape.of(2, 3));
    same(of("Range", Tensor.scalar(0), Tensor.scalar(3), Tensor.scalar(1)), Shape.of(3), 0, 1, 2);
    assertThatThrownBy(() -> of("Slice", COUNTED, Tensor.vector(1), Tensor.vector(2), zero))
        .hasMessage("only the first rows are sliced");
  }

  @Test
  void dimensions_change_their_order_and_come_and_go() {
    same(
        of("Transpose", Map.of("perm", List.of(1L, 0L)), COUNTED),
        Shape.of(3, 2),
        new float[] {0, 3, 1, 4, 2, 5});
    same(of("Shape", COUNTED), Shape.of(2), 2, 3);
    assertThat(of("Reshape", COUNTED, Tensor.vector(0, 3, 1)).shape()).isEqualTo(Shape.of(2, 3, 1));
    Tensor unsqueezed = of("Unsqueeze", COUNTED, Tensor.vector(1, 2));
    assertThat(unsqueezed.shape()).isEqualTo(Shape.of(2, 1, 1, 3));
    assertThat(of("Squeeze", unsqueezed, Tensor.vector(1)).shape()).isEqualTo(Shape.of(2, 1, 3));
    assertThatThrownBy(() -> of("Squeeze", COUNTED, Tensor.vector(0)))
        .hasMessage("the axes [0] of (2, 3)");
  }

  @Test
  void matrices_are_multiplied_one_by_one_or_all_by_one() {
    Tensor pairs = Tensor.of(Shape.of(2, 1, 2), 1, 2, 3, 4);
    same(of("MatMul", pairs, Tensor.of(Shape.of(2, 1), 10, 1)), Shape.of(2, 1, 1), 12, 34);
    same(
        of("MatMul", pairs, Tensor.of(Shape.of(2, 2, 1), 10, 1, 20, 2)),
        Shape.of(2, 1, 1),
        new float[] {12, 68});
    assertThatThrownBy(() -> of("MatMul", pairs, Tensor.of(Shape.of(1, 2, 1), 10, 1)))
        .hasMessage("(2, 1, 2) and (1, 2, 1) do not fit");
  }

  @Test
  void results_beyond_all_models_are_not_begun() {
    Tensor column = Tensor.zeros(Shape.of(1 << 14, 1));

    assertThatThrownBy(() -> of("Add", column, Tensor.zeros(Shape.of(1 << 14))))
        .hasMessage("a result of shape [16384, 16384] is too large");
  }
}
