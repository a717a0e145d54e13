package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Map;

/// Reads tensors of a saved state by name.
final class SavedState {
  private SavedState() {}

  /// A copy of the tensor of this name, which must have this shape.
  static Tensor get(Map<String, Tensor> state, String name, Shape shape) {
    Tensor tensor = state.get(name);
    if (tensor == null || !tensor.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "restore: "
              + name
              + " of shape "
              + shape
              + " is needed, the saved state has "
              + (tensor == null ? "none" : tensor.shape()));
    }
    return tensor.copy();
  }
}
