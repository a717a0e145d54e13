package jada.nn.checkpoint;

import jada.nn.EncoderConfig;
import jada.nn.Family;
import jada.nn.files.InputException;
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

  /// Tells the names of all weights of the encoder and their sizes, in the order of the layers.
  void forEach(BiConsumer<String, List<Long>> weight) {
    Family names = config.family();
    long c = config.hiddenSize();
    long f = config.intermediateSize();
    table("word", config.vocabularySize(), weight);
    table("position", config.maxPositions(), weight);
    if (config.tokenTypes() > 0) {
      table("token_type", config.tokenTypes(), weight);
    }
    norm("embeddings.LayerNorm", weight);
    for (int i = 0; i < config.layers(); i++) {
      String layer = names.layer(i);
      names.attention().forEach(name -> linear(layer + name, c, c, weight));
      norm(layer + names.attentionNorm(), weight);
      linear(layer + names.feedForward().get(0), f, c, weight);
      linear(layer + names.feedForward().get(1), c, f, weight);
      norm(layer + names.outputNorm(), weight);
    }
  }

  /// The names of the weights of a head, which a checkpoint may have beside its encoder.
  List<String> head() {
    return config.family().head().stream()
        .flatMap(module -> List.of(module + ".weight", module + ".bias").stream())
        .toList();
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
    BiConsumer<String, List<Long>> optional =
        (name, wanted) -> checkOne(source, name, wanted, sizes.apply(name), false);
    long c = config.hiddenSize();
    String pooling = config.family().head().getFirst();
    String classifier = config.family().head().getLast();
    linear(pooling, c, c, optional);
    long labels =
        sizes
            .apply(classifier + ".weight")
            .filter(s -> s.size() == 2)
            .map(List::getFirst)
            .orElse(1L);
    linear(classifier, labels, c, optional);
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

  private static void linear(
      String name, long out, long in, BiConsumer<String, List<Long>> weight) {
    weight.accept(name + ".weight", List.of(out, in));
    weight.accept(name + ".bias", List.of(out));
  }

  private void norm(String name, BiConsumer<String, List<Long>> weight) {
    weight.accept(name + ".weight", List.of((long) config.hiddenSize()));
    weight.accept(name + ".bias", List.of((long) config.hiddenSize()));
  }

  private void table(String what, long rows, BiConsumer<String, List<Long>> weight) {
    weight.accept(
        "embeddings." + what + "_embeddings.weight", List.of(rows, (long) config.hiddenSize()));
  }
}
