package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MetricsTest {
  /// Made by src/test/python/metrics_golden.py.
  static List<JsonNode> golden() {
    JsonMapper json = new JsonMapper();
    try (InputStream in = MetricsTest.class.getResourceAsStream("metrics_golden.jsonl")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(json::readTree)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> classifications() {
    return golden().stream().filter(node -> node.has("classes")).toList();
  }

  static List<JsonNode> regressions() {
    return golden().stream().filter(node -> node.has("pearson")).toList();
  }

  @ParameterizedTest
  @MethodSource("classifications")
  void agrees_with_scikit_learn_on_classes(JsonNode golden) {
    int[] predicted = ints(golden.get("predicted"));
    int[] expected = ints(golden.get("expected"));
    int classes = golden.get("classes").intValue();
    String name = golden.get("name").stringValue();
    assertThat(Metrics.accuracy(predicted, expected))
        .as(name)
        .isCloseTo(golden.get("accuracy").doubleValue(), within(1e-12));
    assertThat(Metrics.f1(predicted, expected, classes))
        .as(name)
        .isCloseTo(golden.get("f1").doubleValue(), within(1e-12));
    assertThat(Metrics.matthews(predicted, expected, classes))
        .as(name)
        .isCloseTo(golden.get("matthews").doubleValue(), within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("regressions")
  void agrees_with_scipy_on_numbers(JsonNode golden) {
    double[] predicted = doubles(golden.get("predicted"));
    double[] expected = doubles(golden.get("expected"));
    String name = golden.get("name").stringValue();
    assertCorrelation(name, Metrics.pearson(predicted, expected), golden.get("pearson"));
    assertCorrelation(name, Metrics.spearman(predicted, expected), golden.get("spearman"));
  }

  private static void assertCorrelation(String name, double actual, JsonNode expected) {
    if (expected.isNull()) {
      assertThat(actual).as(name).isNaN();
    } else {
      assertThat(actual).as(name).isCloseTo(expected.doubleValue(), within(1e-9));
    }
  }

  @Test
  void commonest_class_is_what_a_dummy_classifier_reaches() {
    // sklearn.dummy.DummyClassifier(strategy="most_frequent").fit(x, y).score(x, y)
    int[] rare = new int[400];
    rare[17] = 1;
    assertThat(Metrics.commonestClass(rare, 2)).isEqualTo(0.9975);
    assertThat(Metrics.commonestClass(new int[] {2, 0, 2, 1, 1, 2, 0}, 4)).isEqualTo(3.0 / 7);
    assertThat(Metrics.commonestClass(new int[] {1, 1}, 2)).isEqualTo(1);
  }

  @Test
  void f1_of_two_classes_is_that_of_the_second_label() {
    int[] predicted = {1, 1, 0, 0};
    int[] expected = {1, 0, 0, 0};
    // precision 1/2, recall 1
    assertThat(Metrics.f1(predicted, expected, 2)).isCloseTo(2.0 / 3.0, within(1e-15));
  }

  @Test
  void refuses_what_cannot_be_compared() {
    assertThatThrownBy(() -> Metrics.accuracy(new int[] {1, 0}, new int[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "accuracy: 2 predictions for 1 examples; as many as examples are needed, and at least"
                + " one");
    assertThatThrownBy(() -> Metrics.pearson(new double[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Metrics.f1(new int[] {3}, new int[] {0}, 3))
        .hasMessage("metrics: example 0: predicted 3, expected 0; classes are 0 to 2");
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  private static double[] doubles(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).doubleValue()).toArray();
  }
}
