package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.testing.TinyBert;
import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against PyTorch and scikit-learn (src/test/python/class_loss_golden.py).
class ClassLossTest {
  private static JsonNode golden(String part) throws IOException {
    try (InputStream in = ClassLossTest.class.getResourceAsStream("class_loss_golden.json")) {
      return new JsonMapper().readTree(in).path(part);
    }
  }

  private static float[] numbers(JsonNode list) {
    float[] numbers = new float[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = list.get(i).floatValue();
    }
    return numbers;
  }

  private static int[] labels(JsonNode list) {
    return list.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  private static float[] flat(JsonNode rows) {
    List<Float> all = new ArrayList<>();
    rows.forEach(row -> row.forEach(value -> all.add(value.floatValue())));
    float[] flat = new float[all.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = all.get(i);
    }
    return flat;
  }

  @Test
  void loss_and_gradient_are_those_of_pytorch() throws IOException {
    assertThat(golden("losses")).hasSize(5);
    for (JsonNode one : golden("losses")) {
      float[] values = flat(one.path("logits"));
      int[] labels = labels(one.path("labels"));
      float[] weights = numbers(one.path("weights"));
      Parameter logits =
          Parameter.of("z", Tensor.of(Shape.of(labels.length, weights.length), values));
      double smoothing = one.path("smoothing").doubleValue();
      Variable loss = Fused.crossEntropy(logits, labels, weights, smoothing);
      assertThat(loss.value().item()).isCloseTo(one.path("loss").floatValue(), within(2e-6f));
      float[] gradient = Gradients.of(loss).of(logits).array();
      assertThat(gradient).containsExactly(flat(one.path("gradient")), within(1e-6f));
    }
  }

  @Test
  void balanced_weights_are_those_of_scikit_learn() throws IOException {
    ClassLoss balanced = new ClassLoss(ClassWeights.BALANCED, 0);
    for (JsonNode one : golden("balanced")) {
      float[] expected = numbers(one.path("weights"));
      assertThat(balanced.of(labels(one.path("labels")), expected.length))
          .containsExactly(expected, within(1e-6f));
    }
    // A class that nobody has takes no part.
    assertThat(balanced.of(new int[] {0, 2, 2, 2}, 3)).containsExactly(2, 0, 2 / 3f);
  }

  private static Dataset unbalanced() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      examples.add(Example.of("a b", i < 6 ? "no" : "yes"));
    }
    return Dataset.of("unbalanced", examples);
  }

  @Test
  void guessing_is_judged_by_the_loss_that_is_trained() {
    Task task = Task.classification("no", "yes");
    ClassLoss balanced = new ClassLoss(ClassWeights.BALANCED, 0);
    Objective plain = task.prepare(unbalanced(), TinyBert.encoder(), 8);
    Objective weighted = task.prepare(unbalanced(), TinyBert.encoder(), 8, balanced);
    double share = 0.75;
    assertThat(plain.lossOfGuessing())
        .isCloseTo(-share * Math.log(share) - 0.25 * Math.log(0.25), within(1e-12));
    assertThat(weighted.lossOfGuessing()).isCloseTo(Math.log(2), within(1e-7));
    assertThat(plain.weight(new int[] {0, 6})).isEqualTo(2);
    // 8 / (2·6) and 8 / (2·2).
    assertThat(weighted.weight(new int[] {0, 6})).isCloseTo(2 / 3.0 + 2, within(1e-6));
  }

  @Test
  void the_best_guess_of_smoothed_labels_has_the_loss_of_guessing() {
    ClassLoss smooth = new ClassLoss(ClassWeights.NONE, 0.2);
    Objective examples =
        Task.classification("no", "yes").prepare(unbalanced(), TinyBert.encoder(), 8, smooth);
    // Of a row 0.9 is wanted of its class and 0.1 of the other: 0.75·0.9 + 0.25·0.1 of `no`.
    double no = 0.7;
    assertThat(examples.lossOfGuessing())
        .isCloseTo(-no * Math.log(no) - (1 - no) * Math.log(1 - no), within(1e-7));
  }

  @Test
  void tasks_without_classes_know_no_such_loss() {
    assertThatThrownBy(
            () ->
                Task.regression()
                    .prepare(
                        unbalanced(), TinyBert.encoder(), 8, new ClassLoss(ClassWeights.NONE, 0.1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("`label-smoothing`")
        .hasMessageContaining("the task is regression");
    assertThatThrownBy(() -> new ClassLoss(ClassWeights.NONE, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("label-smoothing: must be in [0, 1)");
  }
}
