package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.testing.Json;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ImportanceTest {

  @Test
  void the_papers_scores_and_masks_equal_pefts_over_a_whole_run() {
    JsonNode run = Golden.read().get("importance");
    int rank = run.get("rank").asInt();
    List<String> names = new ArrayList<>(run.get("sizes").propertyNames());
    var schedule =
        new BudgetSchedule(
            run.get("total").asInt(),
            run.get("tinit").asInt(),
            run.get("tfinal").asInt(),
            run.get("deltaT").asInt(),
            names.size() * rank,
            names.size() * run.get("target").asInt());
    List<Importance> importances = new ArrayList<>();
    int compared = 0;
    for (int t = 0; t < schedule.totalSteps(); t++) {
      JsonNode step = run.get("steps").get(t);
      List<float[]> scores = new ArrayList<>();
      for (int m = 0; m < names.size(); m++) {
        JsonNode sizes = run.get("sizes").get(names.get(m));
        Triplets values = Golden.triplets(step.get("values").get(names.get(m)), sizes, rank);
        Triplets gradients = Golden.triplets(step.get("gradients").get(names.get(m)), sizes, rank);
        if (t == 0) {
          importances.add(new PaperImportance(values, 0.85, 0.85));
        }
        if (schedule.scores(t)) {
          importances.get(m).observe(values, gradients);
          float[] expected = Json.floats(step.get("scores").get(names.get(m)));
          float[] actual = importances.get(m).scores();
          for (int i = 0; i < rank; i++) {
            assertThat(actual[i])
                .as("score of %s[%d] at %d", names.get(m), i, t)
                .isCloseTo(expected[i], Percentage.withPercentage(1e-4));
            compared++;
          }
        }
        scores.add(importances.get(m).scores());
      }
      if (schedule.allocates(t)) {
        List<BitSet> alive = RankAllocator.allocate(scores, schedule.budget(t));
        for (int m = 0; m < names.size(); m++) {
          for (int i = 0; i < rank; i++) {
            assertThat(alive.get(m).get(i))
                .as("%s[%d] alive at %d", names.get(m), i, t)
                .isEqualTo(step.get("alive").get(names.get(m)).get(i).asBoolean());
          }
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(6 * 9 + 3); // steps 0–5 have scores; 2, 4 and 6 allocate
  }

  @Test
  void the_papers_score_is_smoothed_sensitivity_times_uncertainty() {
    // One triplet of a (2,1) matrix, one step: Ī = 0.15·I and Ū = 0.15·(I − Ī) = 0.1275·I.
    Triplets values = triplets(new float[] {1, 2}, new float[] {3}, new float[] {4});
    Triplets gradients = triplets(new float[] {1, -1}, new float[] {0.5f}, new float[] {-2});
    Importance importance = new PaperImportance(values, 0.85, 0.85);
    importance.observe(values, gradients);
    double element = 0.15 * 0.1275; // Ī·Ū of an element with I = 1
    double expected = element * (1.5 * 1.5 + 8 * 8 + (1 * 1 + 2 * 2) / 2.0);
    assertThat(importance.scores()[0]).isCloseTo((float) expected, within(1e-5f));
  }

  @Test
  void the_articles_score_is_smoothed_sensitivity_times_size() {
    Triplets values = triplets(new float[] {3, 4}, new float[] {-2}, new float[] {7});
    Importance importance = new ArticleImportance(1, 0.85);
    Triplets gradients = triplets(new float[2], new float[] {0.5f}, new float[1]);
    importance.observe(values, gradients);
    // s = |−2·0.5| = 1, s̄ = 0.15; ‖P‖ = 5, ‖Q‖ = 7, d = 2, d_in = 1.
    double expected = 0.15 * 2 * 5 * 7 / Math.sqrt(2);
    assertThat(importance.scores()[0]).isCloseTo((float) expected, within(1e-5f));
    importance.observe(values, gradients); // s̄ = 0.85·0.15 + 0.15
    assertThat(importance.scores()[0]).isCloseTo((float) (expected * 1.85), within(1e-5f));
  }

  @Test
  void in_the_articles_reading_a_masked_triplet_scores_0_whatever_its_gradient() {
    Importance importance = new ArticleImportance(1, 0.85);
    Triplets gradients = triplets(new float[2], new float[] {9}, new float[1]);
    importance.observe(triplets(new float[] {1, 1}, new float[] {5}, new float[] {1}), gradients);
    importance.observe(triplets(new float[] {1, 1}, new float[] {0}, new float[] {1}), gradients);
    assertThat(importance.scores()).containsExactly(0);
  }

  @Test
  void magnitude_is_the_size_of_lambda() {
    Importance importance = new MagnitudeImportance(1, Gauge.NONE);
    Triplets values = triplets(new float[2], new float[] {-3}, new float[1]);
    importance.observe(values, values);
    assertThat(importance.scores()).containsExactly(3);
  }

  @Test
  void with_a_gauge_magnitude_is_the_norm_of_the_triplet() {
    Importance importance = new MagnitudeImportance(1, Gauge.FLOW);
    Triplets values = triplets(new float[] {3, 4}, new float[] {1}, new float[] {-7});
    importance.observe(values, values);
    assertThat(importance.scores()).containsExactly(35);
  }

  @Test
  void fisher_smooths_the_square_of_lambda_times_its_gradient_before_the_step() {
    Importance importance = new FisherImportance(1, 0.9);
    assertThat(importance.afterStep()).isFalse();
    Triplets values = triplets(new float[2], new float[] {-2}, new float[1]);
    importance.observe(values, triplets(new float[2], new float[] {1.5f}, new float[1]));
    assertThat(importance.scores()[0]).isCloseTo(0.1f * 9, within(1e-6f));
    importance.observe(values, triplets(new float[2], new float[] {0.5f}, new float[1]));
    assertThat(importance.scores()[0]).isCloseTo(0.9f * 0.9f + 0.1f, within(1e-6f));
  }

  @Test
  void a_restored_importance_goes_on_as_if_nothing_had_happened() {
    RandomSource random = RandomSource.of(3);
    for (ImportanceScore score : ImportanceScore.values()) {
      AdaLoraConfig config = AdaLoraConfig.penalized().withImportance(score);
      Triplets first = random(random);
      Importance whole = Importance.of(config, first);
      whole.observe(first, random(random));
      whole.observe(random(random), random(random));
      Importance resumed = Importance.of(config, first);
      resumed.restore(whole.state());
      assertThat(resumed.scores()).isEqualTo(whole.scores());
      Triplets values = random(random);
      Triplets gradients = random(random);
      whole.observe(values, gradients);
      resumed.observe(values, gradients);
      assertThat(resumed.scores()).isEqualTo(whole.scores());
    }
  }

  @Test
  void dropping_triplets_leaves_the_scores_of_the_others() {
    RandomSource random = RandomSource.of(4);
    for (ImportanceScore score : ImportanceScore.values()) {
      Triplets values = random(random);
      Triplets gradients = random(random);
      Importance whole = Importance.of(AdaLoraConfig.penalized().withImportance(score), values);
      Importance part = Importance.of(AdaLoraConfig.penalized().withImportance(score), values);
      whole.observe(values, gradients);
      part.observe(values, gradients);
      part.keep(0, 2);
      whole.observe(values, gradients);
      part.observe(values.keep(0, 2), gradients.keep(0, 2));
      assertThat(part.scores())
          .containsExactly(new float[] {whole.scores()[0], whole.scores()[2]}, within(1e-6f));
    }
  }

  @Test
  void refuses_a_state_that_does_not_fit() {
    Triplets values = random(RandomSource.of(5));
    Importance importance = new PaperImportance(values, 0.85, 0.85);
    assertThatThrownBy(() -> importance.restore(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("restore: sensitivity.p of shape (4, 3) is needed, the saved state has none");
  }

  private static Triplets triplets(float[] p, float[] lambda, float[] q) {
    return new Triplets(
        Tensor.of(Shape.of(p.length, 1), p), Tensor.vector(lambda), Tensor.of(Shape.of(1, 1), q));
  }

  private static Triplets random(RandomSource random) {
    return new Triplets(
        Tensor.normal(Shape.of(4, 3), 1, random),
        Tensor.normal(Shape.of(3), 1, random),
        Tensor.normal(Shape.of(3, 5), 1, random));
  }
}
