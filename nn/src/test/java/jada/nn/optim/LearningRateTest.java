package jada.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.nn.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LearningRateTest {
  private static final double PEAK = 0.002;

  /// 50 steps each, also past the end of the run; made by src/test/python/training_golden.py.
  private final JsonNode golden = Golden.read("training_golden.json").get("schedules");

  @Test
  void falls_linearly_as_transformers_does() {
    for (JsonNode run : golden) {
      assertEqual(
          run.get("linear"), LearningRate.linear(PEAK, warmup(run), run.get("total").asLong()));
    }
  }

  @Test
  void falls_along_a_cosine_as_transformers_does() {
    for (JsonNode run : golden) {
      assertEqual(
          run.get("cosine"), LearningRate.cosine(PEAK, warmup(run), run.get("total").asLong()));
    }
  }

  @Test
  void stays_constant_as_transformers_does() {
    for (JsonNode run : golden) {
      assertEqual(run.get("constant"), LearningRate.constant(PEAK, warmup(run)));
    }
  }

  private static long warmup(JsonNode run) {
    return run.get("warmup").asLong();
  }

  private static void assertEqual(JsonNode expected, LearningRate actual) {
    assertThat(expected.size()).isEqualTo(50);
    for (int t = 0; t < expected.size(); t++) {
      assertThat(actual.at(t)).as("t = %d", t).isCloseTo(expected.get(t).asDouble(), within(1e-15));
    }
  }

  @Test
  void refuses_a_peak_that_is_not_a_number() {
    assertThatThrownBy(() -> LearningRate.constant(Double.NaN, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("learning rate: the peak must be a number from 0 up, got NaN");
  }

  @Test
  void refuses_negative_steps() {
    assertThatThrownBy(() -> LearningRate.linear(PEAK, -1, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("learning rate: warm-up and total steps must not be negative, got -1 and 10");
  }
}
