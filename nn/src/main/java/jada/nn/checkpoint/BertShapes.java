package jada.nn.checkpoint;

import jada.nn.BertConfig;
import jada.nn.files.InputException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Derives the configuration of a BERT from the shapes of its weights, for files that hold nothing
/// but weights.
///
/// @param source named in errors
/// @param sizes of a weight by its name, if the source has it
record BertShapes(String source, Function<String, Optional<List<Long>>> sizes) {
  // Not visible in any shape; these are the values of every published BERT.
  private static final float LAYER_NORM_EPSILON = 1e-12f;
  private static final float DROPOUT = 0.1f;

  /// The configuration.
  ///
  /// @param heads attention heads of a layer, which no shape shows
  /// @throws InputException if a weight is missing or the heads do not fit
  BertConfig config(int heads) {
    List<Integer> words = matrix("embeddings.word_embeddings.weight");
    List<Integer> positions = matrix("embeddings.position_embeddings.weight");
    List<Integer> types = matrix("embeddings.token_type_embeddings.weight");
    List<Integer> wide = matrix("encoder.layer.0.intermediate.dense.weight");
    int layers =
        (int)
            IntStream.iterate(0, i -> i + 1)
                .takeWhile(
                    i -> sizes.apply("encoder.layer." + i + ".output.LayerNorm.weight").isPresent())
                .count();
    try {
      return new BertConfig(
          words.get(0),
          words.get(1),
          layers,
          heads,
          wide.get(0),
          positions.get(0),
          types.get(0),
          LAYER_NORM_EPSILON,
          DROPOUT,
          DROPOUT);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          source + ": " + e.getMessage() + "; name the heads and the file of the same model", e);
    }
  }

  private List<Integer> matrix(String name) {
    Optional<List<Long>> found = sizes.apply(name);
    if (found.isEmpty() || found.get().size() != 2) {
      throw new InputException(
          source
              + ": the weight "
              + name
              + " is missing or not a matrix; use the file of a float32 BERT encoder");
    }
    return found.get().stream().map(Math::toIntExact).toList();
  }
}
