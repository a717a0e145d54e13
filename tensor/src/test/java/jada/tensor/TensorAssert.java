package jada.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/// Compares tensors element by element.
final class TensorAssert {
  private TensorAssert() {}

  static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    for (int i = 0; i < expected.size(); i++) {
      assertThat((double) actual.array()[i])
          .as("element %d of %s", i, expected.shape())
          .isCloseTo(expected.array()[i], within(tolerance));
    }
  }

  static void assertElements(Tensor actual, Shape shape, float... expected) {
    assertThat(actual.shape()).isEqualTo(shape);
    assertThat(actual.array()).isEqualTo(expected);
  }
}
