package jada.nn;

import java.util.List;
import java.util.stream.Stream;

/// A weight that a model has.
///
/// @param name Hugging Face's, without the prefix of the family
/// @param sizes its dimensions
/// @param decays whether weight decay applies: to matrices and tables yes, to biases and norms no,
///   as in transformers' trainer
public record WeightSpec(String name, List<Long> sizes, boolean decays) {
  /// Copies the dimensions.
  public WeightSpec {
    sizes = List.copyOf(sizes);
  }

  /// A table of learned vectors: (rows, channels).
  static WeightSpec table(String name, long rows, long channels) {
    return new WeightSpec(name + ".weight", List.of(rows, channels), true);
  }

  /// A matrix (out, in) and its bias (out).
  static Stream<WeightSpec> linear(String name, long out, long in) {
    return Stream.of(
        new WeightSpec(name + ".weight", List.of(out, in), true),
        new WeightSpec(name + ".bias", List.of(out), false));
  }

  /// The two vectors of a LayerNorm.
  static Stream<WeightSpec> norm(String name, long channels) {
    return Stream.of(
        new WeightSpec(name + ".weight", List.of(channels), false),
        new WeightSpec(name + ".bias", List.of(channels), false));
  }
}
