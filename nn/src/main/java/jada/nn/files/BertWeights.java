package jada.nn.files;

import jada.nn.BertConfig;
import jada.nn.InputException;
import jada.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// The weights of a BERT encoder as a file gave them, complete and of the right shapes.
///
/// Names are Hugging Face's without the prefix `bert.`: `embeddings.word_embeddings.weight`,
/// `encoder.layer.0.attention.self.query.weight` (out, in), … Of a head, what the file has:
/// `pooler.dense` and `classifier`.
///
/// @param config the sizes
/// @param tensors the weights by name; cannot be modified
/// @param checksum SHA-256 of the file they came from, in hexadecimal
public record BertWeights(
    BertConfig config, SequencedMap<String, Tensor> tensors, String checksum) {

  /// The weights of a head that a checkpoint may have beside its encoder.
  static final List<String> HEAD =
      List.of("pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias");

  /// Makes the map unmodifiable.
  public BertWeights {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /// Hugging Face's name without the model's prefix and with today's names of LayerNorm's two
  /// vectors.
  static String canonical(String name) {
    String bare = name.startsWith("bert.") ? name.substring("bert.".length()) : name;
    if (bare.endsWith("LayerNorm.gamma")) {
      return bare.substring(0, bare.length() - "gamma".length()) + "weight";
    }
    return bare.endsWith("LayerNorm.beta")
        ? bare.substring(0, bare.length() - "beta".length()) + "bias"
        : bare;
  }

  /// Tells the names of all weights of an encoder and their sizes, in the order of the layers.
  static void forEach(BertConfig config, BiConsumer<String, List<Long>> weight) {
    long c = config.hiddenSize();
    long f = config.intermediateSize();
    weight.accept("embeddings.word_embeddings.weight", List.of((long) config.vocabularySize(), c));
    weight.accept(
        "embeddings.position_embeddings.weight", List.of((long) config.maxPositions(), c));
    weight.accept(
        "embeddings.token_type_embeddings.weight", List.of((long) config.tokenTypes(), c));
    norm("embeddings.LayerNorm", c, weight);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      linear(layer + "attention.self.query", c, c, weight);
      linear(layer + "attention.self.key", c, c, weight);
      linear(layer + "attention.self.value", c, c, weight);
      linear(layer + "attention.output.dense", c, c, weight);
      norm(layer + "attention.output.LayerNorm", c, weight);
      linear(layer + "intermediate.dense", f, c, weight);
      linear(layer + "output.dense", c, f, weight);
      norm(layer + "output.LayerNorm", c, weight);
    }
  }

  /// Checks that every weight of the encoder is there in its size, and that those of a head, where
  /// they are there, fit the encoder.
  ///
  /// @param source named in errors
  /// @param sizes of a weight by its name, if the source has it
  /// @throws InputException naming the first weight that is missing or does not fit
  static void check(
      BertConfig config, String source, Function<String, Optional<List<Long>>> sizes) {
    // Checked one after the other, so a config that claims a billion layers stops at the first.
    forEach(config, (name, wanted) -> checkOne(source, name, wanted, sizes.apply(name), true));
    long c = config.hiddenSize();
    linear(
        "pooler.dense",
        c,
        c,
        (name, wanted) -> checkOne(source, name, wanted, sizes.apply(name), false));
    long labels =
        sizes.apply("classifier.weight").filter(s -> s.size() == 2).map(List::getFirst).orElse(1L);
    linear(
        "classifier",
        labels,
        c,
        (name, wanted) -> checkOne(source, name, wanted, sizes.apply(name), false));
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
              + " is missing; use the weights of a float32 BERT encoder with all its layers");
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

  private static void norm(String name, long c, BiConsumer<String, List<Long>> weight) {
    weight.accept(name + ".weight", List.of(c));
    weight.accept(name + ".bias", List.of(c));
  }
}
