package jada.adalora.peft;

import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// The tensors of a file, taken out one by one by name and expected shape.
public final class SavedTensors {
  private final Path file;
  private final String prefix;
  private final Map<String, Tensor> left;

  /// @param prefix what all names begin with
  public SavedTensors(Path file, String prefix, Map<String, Tensor> tensors) {
    this.file = file;
    this.prefix = prefix;
    this.left = new LinkedHashMap<>(tensors);
  }

  /// Leaves out tensors without effect, by name without the prefix.
  void forget(Predicate<String> without) {
    left.keySet()
        .removeIf(name -> name.startsWith(prefix) && without.test(name.substring(prefix.length())));
  }

  /// Whether there is a tensor of this name that has not been taken.
  public boolean has(String name) {
    return left.containsKey(prefix + name);
  }

  /// The number of rows of a matrix that is there, at least 1: its shape is checked when it is
  /// taken.
  int rows(String name) {
    Shape shape = left.get(prefix + name).shape();
    return shape.rank() == 0 ? 1 : Math.max(1, shape.dim(0));
  }

  /// The tensor of this name, which must be there.
  ///
  /// @throws InputException if it is missing, has another shape, or a number that is not finite
  public Tensor take(String name, int... dims) {
    return take(name, Shape.of(dims));
  }

  /// The tensor of this name, which must be there.
  ///
  /// @throws InputException if it is missing, has another shape, or a number that is not finite
  public Tensor take(String name, Shape expected) {
    Tensor tensor = takeAny(name, expected);
    if (!tensor.isFinite()) {
      throw new InputException(
          file
              + ": "
              + prefix
              + name
              + " has numbers that are infinite or NaN; the training had diverged, train again");
    }
    return tensor;
  }

  /// The same for numbers that may be infinite, such as running means of squares.
  ///
  /// @throws InputException if it is missing or has another shape
  public Tensor takeAny(String name, Shape expected) {
    Tensor tensor = left.remove(prefix + name);
    if (tensor == null) {
      throw new InputException(
          file + ": " + prefix + name + " " + expected + " is missing; save the adapter again");
    }
    if (!tensor.shape().equals(expected)) {
      throw new InputException(
          file
              + ": "
              + prefix
              + name
              + " is "
              + tensor.shape()
              + ", base model and configuration need "
              + expected
              + "; adapter and base model do not belong together");
    }
    return tensor;
  }

  /// @throws InputException if a tensor is left over
  public void requireAllTaken() {
    if (!left.isEmpty()) {
      String name = left.keySet().iterator().next();
      throw new InputException(
          file
              + ": "
              + name.replaceAll("\\p{Cntrl}", "?")
              + " belongs to no layer of the base model, or its partners are missing;"
              + " adapter and base model do not belong together");
    }
  }
}
