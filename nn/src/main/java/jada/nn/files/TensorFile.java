package jada.nn.files;

import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A file that holds tensors by name. What it says of them is checked when it is opened, their
/// elements are read when they are asked for.
public sealed interface TensorFile permits Safetensors, TorchFile {
  /// The file, for errors.
  Path file();

  /// The names of all tensors, readable as floats or not, in the order of the file.
  Set<String> names();

  /// The sizes of a tensor.
  ///
  /// @throws InputException if the file holds no tensor of this name
  List<Long> sizes(String name);

  /// Reads one tensor as floats.
  ///
  /// @throws InputException if the file holds no tensor of this name, or it cannot be read as
  ///   floats
  Tensor tensor(String name);
}
