package jada.nn.checkpoint;

import jada.nn.EncoderConfig;
import jada.nn.Family;
import jada.nn.WeightSpec;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Which weights a model of given sizes has: their names, without the prefix of the family, and
/// their shapes.
///
/// @param config the sizes
record EncoderWeights(EncoderConfig config) {

  /// Hugging Face's name without the family's prefix and with today's names of LayerNorm's two
  /// vectors.
  static String canonical(Family family, String name) {
    String bare = family.bare(name);
    if (bare.endsWith("LayerNorm.gamma")) {
      return bare.substring(0, bare.length() - "gamma".length()) + "weight";
    }
    return bare.endsWith("LayerNorm.beta")
        ? bare.substring(0, bare.length() - "beta".length()) + "bias"
        : bare;
  }

  /// Passes on the names and sizes of all weights of the encoder, in the order of the layers.
  void forEach(BiConsumer<String, List<Long>> weight) {
    config.family().weights(config).forEach(spec -> weight.accept(spec.name(), spec.sizes()));
  }

  /// The names of the weights of a head, which a checkpoint may have beside its encoder.
  List<String> head() {
    return config.family().headWeights(config, 1).map(WeightSpec::name).toList();
  }

  /// Checks that every weight of the encoder is there in its size, and that those of a head, where
  /// they are there, fit the encoder.
  ///
  /// @param source named in errors
  /// @param sizes of a weight by its name, if the source has it
  /// @throws InputException naming the first weight that is missing or does not fit
  void check(String source, Function<String, Optional<List<Long>>> sizes) {
    // Checked one after the other, so a config that claims a billion layers stops at the first.
    forEach((name, wanted) -> checkOne(source, name, wanted, sizes.apply(name), true));
    int outputs =
        sizes
            .apply(config.family().classifier() + ".weight")
            .filter(s -> s.size() == 2 && s.getFirst() <= Integer.MAX_VALUE)
            .map(s -> s.getFirst().intValue())
            .orElse(1);
    config
        .family()
        .headWeights(config, outputs)
        .forEach(
            spec -> checkOne(source, spec.name(), spec.sizes(), sizes.apply(spec.name()), false));
  }

  /// A weight that holds numbers.
  ///
  /// @throws InputException naming the weight if one of its elements is NaN or infinite
  static Tensor finite(String source, String name, Tensor weight) {
    if (!weight.isFinite()) {
      throw new InputException(
          source
              + ": the weight "
              + name
              + " holds NaN or infinite numbers; train or fetch the model again");
    }
    return weight;
  }

  private static void checkOne(
      String source, String name, List<Long> wanted, Optional<List<Long>> found, boolean required) {
    if (found.isEmpty() && required) {
      throw new InputException(
          source
              + ": the weight "
              + name
              + " "
              + wanted
              + " is missing; use the weights of a float32 encoder with all its layers");
    }
    if (found.isPresent() && !found.get().equals(wanted)) {
      throw new InputException(
          source
              + ": the weight "
              + name
              + " has shape "
              + found.get()
              + ", the model's configuration asks for "
              + wanted
              + "; use weights and configuration of the same model");
    }
  }
}
