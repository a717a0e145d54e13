package jada.adalora;

import jada.tensor.Tensor;
import java.util.Map;
import java.util.SortedMap;

/// The importance of each triplet of one matrix for the loss.
///
/// It observes the triplets and their gradients in every step and computes a score for each
/// triplet; higher is more important. Scores of all matrices are ranked together by
/// [RankAllocator].
///
/// The gradients are those the optimizer uses: of task loss and orthogonality penalty together,
/// after clipping.
public sealed interface Importance
    permits PaperImportance, ArticleImportance, MagnitudeImportance, FisherImportance {

  /// The importance that a configuration asks for, for a matrix that starts with the given shapes.
  static Importance of(AdaLoraConfig config, Triplets triplets) {
    return switch (config.importance()) {
      case PAPER -> new PaperImportance(triplets, config.beta1(), config.beta2());
      case ARTICLE -> new ArticleImportance(triplets.rank(), config.beta1());
      case MAGNITUDE -> new MagnitudeImportance(triplets.rank(), config.gauge());
      case FISHER -> new FisherImportance(triplets.rank(), config.beta1());
    };
  }

  /// Observes one step.
  ///
  /// @param values the triplets at the moment the reading prescribes, see [#afterStep()]
  /// @param gradients of this step
  void observe(Triplets values, Triplets gradients);

  /// The score of each triplet as of the last observation; zeros before the first. A copy.
  float[] scores();

  /// Whether the values to observe are those after the optimizer step, rather than those before it.
  boolean afterStep();

  /// Drops all triplets but those with the given indices.
  void keep(int... indices);

  /// The state of the scores, by name, for a checkpoint.
  SortedMap<String, Tensor> state();

  /// Restores the state of a checkpoint.
  ///
  /// @throws IllegalArgumentException if a name is missing or a size differs
  void restore(Map<String, Tensor> state);
}
