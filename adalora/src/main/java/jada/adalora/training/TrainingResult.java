package jada.adalora.training;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The result of a run.
///
/// @param adapter the trained model, ready to predict or to be saved
/// @param evaluation scores on the held-out examples after the last step; empty if the run was
///   stopped before its end
/// @param steps optimizer steps taken
/// @param stopped whether the run was stopped before its end
/// @param seconds time of the training steps, evaluation left out
/// @param tokens tokens trained on
/// @param scores the last importance of every triplet that is alive, by module, in the order of its
///   triplets; empty where ranks are fixed
public record TrainingResult(
    AdaptedModel adapter,
    Optional<Evaluation> evaluation,
    int steps,
    boolean stopped,
    double seconds,
    long tokens,
    Map<String, List<Float>> scores) {
  /// Copies the map, keeping its order.
  public TrainingResult {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
  }

  /// Training speed, tokens per second.
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
