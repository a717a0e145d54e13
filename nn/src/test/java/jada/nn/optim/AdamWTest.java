package jada.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Golden;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AdamWTest {
  /// Made by src/test/python/training_golden.py.
  private final JsonNode golden = Golden.read("training_golden.json").get("adamw");

  /// Gradients that are the given numbers: those of Σ p ⊙ g.
  private static Gradients gradients(Map<Parameter, float[]> numbers) {
    Variable loss = Constant.of(Tensor.scalar(0));
    for (Parameter p : numbers.keySet()) {
      Variable g = Constant.of(Tensor.of(p.shape(), numbers.get(p)));
      loss = Ops.add(loss, Ops.sum(Ops.multiply(p, g)));
    }
    return Gradients.of(loss);
  }

  private static AdamW plain(Parameter... parameters) {
    return AdamW.of(List.of(new AdamW.Group(List.of(parameters), 0)));
  }

  @Test
  void takes_the_steps_that_torch_takes() {
    JsonNode initial = golden.get("initial");
    Parameter decayed =
        Parameter.of("decayed", Tensor.of(Shape.of(2, 3), Golden.floats(initial.get("decayed"))));
    Parameter free =
        Parameter.of("free", Tensor.of(Shape.of(4), Golden.floats(initial.get("free"))));
    AdamW optimizer =
        AdamW.of(
            List.of(new AdamW.Group(List.of(decayed), 0.1), new AdamW.Group(List.of(free), 0)));

    assertThat(golden.get("steps").size()).isEqualTo(50);
    for (JsonNode step : golden.get("steps")) {
      JsonNode g = step.get("gradients");
      optimizer.step(
          gradients(
              Map.of(decayed, Golden.floats(g.get("decayed")), free, Golden.floats(g.get("free")))),
          step.get("learning_rate").asDouble());

      JsonNode values = step.get("values");
      Golden.assertClose(
          "decayed", decayed.value(), Golden.floats(values.get("decayed")), 1e-6, 1e-6);
      Golden.assertClose("free", free.value(), Golden.floats(values.get("free")), 1e-6, 1e-6);
    }
    optimizer
        .state()
        .moments()
        .forEach(
            (name, moments) -> {
              JsonNode expected = golden.get("moments").get(name);
              float[] first = Golden.floats(expected.get("first"));
              float[] second = Golden.floats(expected.get("second"));
              Golden.assertClose(name + " m", moments.first(), first, 1e-6, 1e-6);
              Golden.assertClose(name + " v", moments.second(), second, 1e-9, 1e-6);
            });
  }

  @Test
  void treats_a_parameter_without_influence_as_one_with_gradient_zero() {
    Parameter used = Parameter.of("used", Tensor.vector(1));
    Parameter idle = Parameter.of("idle", Tensor.vector(2));
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(List.of(used, idle), 0.5)));

    optimizer.step(gradients(Map.of(used, new float[] {1})), 0.1);

    assertThat(idle.value().item()).isEqualTo(2 * 0.95f);
  }

  @Test
  void goes_on_from_a_saved_state_bit_for_bit() {
    Parameter p = Parameter.of("p", Tensor.vector(1, 2, 3));
    AdamW optimizer = plain(p);
    optimizer.step(gradients(Map.of(p, new float[] {1, -2, 0.5f})), 0.1);
    AdamW.State saved = optimizer.state();
    Parameter copy = Parameter.of("p", p.value());
    AdamW resumed = plain(copy);
    resumed.restore(saved);

    for (int i = 0; i < 3; i++) {
      float[] g = {i, 1, -i};
      optimizer.step(gradients(Map.of(p, g)), 0.1);
      resumed.step(gradients(Map.of(copy, g)), 0.1);
    }

    assertThat(saved.steps()).isEqualTo(1);
    assertThat(copy.value().array()).isEqualTo(p.value().array());
    assertThat(resumed.state().steps()).isEqualTo(4);
  }

  @Test
  void hands_out_a_state_that_later_steps_leave_alone() {
    Parameter p = Parameter.of("p", Tensor.vector(1));
    AdamW optimizer = plain(p);
    AdamW.State saved = optimizer.state();

    optimizer.step(gradients(Map.of(p, new float[] {1})), 0.1);

    assertThat(saved.moments().get("p").first().item()).isZero();
  }

  @Test
  void keeps_the_moments_of_the_rows_that_stay() {
    Tensor values = Tensor.matrix(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6});
    Parameter whole = Parameter.of("q", values);
    AdamW optimizer = plain(whole);
    optimizer.step(gradients(Map.of(whole, new float[] {1, -2, 3, -4, 5, -6})), 0.1);
    Parameter small = Parameter.of("q", whole.value().gatherRows(0, 2));

    optimizer.replace(whole, small, m -> m.gatherRows(0, 2));
    optimizer.step(gradients(Map.of(small, new float[] {2, 2, 2, 2})), 0.1);

    // The same two steps with all rows: those that stay must not notice that one has gone.
    Parameter twin = Parameter.of("q", values);
    AdamW undisturbed = plain(twin);
    undisturbed.step(gradients(Map.of(twin, new float[] {1, -2, 3, -4, 5, -6})), 0.1);
    undisturbed.step(gradients(Map.of(twin, new float[] {2, 2, 0, 0, 2, 2})), 0.1);
    assertThat(small.value().array()).isEqualTo(twin.value().gatherRows(0, 2).array());
  }

  @Test
  void a_group_may_learn_at_a_multiple_of_the_rate_or_not_at_all() {
    Parameter fast = Parameter.of("fast", Tensor.vector(1, -2));
    Parameter still = Parameter.of("still", Tensor.vector(3, 4));
    AdamW optimizer =
        AdamW.of(
            List.of(
                new AdamW.Group(List.of(fast), 0.1, 11), new AdamW.Group(List.of(still), 0, 0)));
    Parameter twin = Parameter.of("fast", Tensor.vector(1, -2));
    AdamW plain = AdamW.of(List.of(new AdamW.Group(List.of(twin), 0.1)));
    for (int i = 1; i < 4; i++) {
      float[] g = {i, -0.5f};
      optimizer.step(gradients(Map.of(fast, g, still, g)), 0.01);
      plain.step(gradients(Map.of(twin, g)), 0.01 * 11);
    }
    assertThat(fast.value().array()).isEqualTo(twin.value().array());
    assertThat(still.value().array()).containsExactly(3, 4);
    assertThatThrownBy(() -> new AdamW.Group(List.of(), 0, Double.NaN))
        .hasMessage("AdamW: the ratio of a group's learning rate must be 0 or more, got NaN");
  }

  /// The parameter is now counted in halves: its value and gradient change by 2 and by 1/2, the
  /// mean square by 1/4.
  @Test
  void goes_on_with_other_coordinates_of_the_same_parameter() {
    Parameter p = Parameter.of("p", Tensor.vector(1, -3));
    AdamW optimizer = plain(p);
    optimizer.step(gradients(Map.of(p, new float[] {1, -2})), 0.1);
    AdamW.Moments before = optimizer.state().moments().get("p");

    optimizer.replace(p, p, m -> m.scale(0.5f), v -> v.scale(0.25f));

    AdamW.Moments after = optimizer.state().moments().get("p");
    assertThat(after.first().array()).isEqualTo(before.first().scale(0.5f).array());
    assertThat(after.second().array()).isEqualTo(before.second().scale(0.25f).array());
    optimizer.step(gradients(Map.of(p, new float[] {1, 1})), 0.1); // still knows it
  }

  @Test
  void lets_a_parameter_shrink_to_nothing() {
    Parameter whole = Parameter.of("q", Tensor.zeros(Shape.of(2, 3)));
    Parameter none = Parameter.of("q", Tensor.zeros(Shape.of(0, 3)));
    AdamW optimizer = plain(whole);

    optimizer.replace(whole, none, m -> m.gatherRows());
    optimizer.step(gradients(Map.of()), 0.1);

    assertThat(optimizer.state().moments().get("q").first().shape()).isEqualTo(Shape.of(0, 3));
  }

  @Test
  void gives_the_same_bits_on_any_number_of_threads() {
    Shape shape = Shape.of(40_001);
    Tensor start = Tensor.normal(shape, 1, RandomSource.of(1));
    float[] g = Tensor.normal(shape, 1, RandomSource.of(2)).array();
    List<float[]> results =
        IntStream.rangeClosed(1, 4)
            .mapToObj(
                threads -> {
                  Parameter p = Parameter.of("p", start);
                  try (Workers workers = Workers.of(threads)) {
                    workers.run(() -> plain(p).step(gradients(Map.of(p, g)), 0.1));
                  }
                  return p.value().array();
                })
            .toList();

    assertThat(results.get(0)).isNotEqualTo(start.array());
    assertThat(results).allSatisfy(result -> assertThat(result).isEqualTo(results.get(0)));
  }

  @Test
  void refuses_two_parameters_of_one_name() {
    Parameter a = Parameter.of("a", Tensor.vector(1));
    Parameter b = Parameter.of("a", Tensor.vector(1));

    assertThatThrownBy(() -> plain(a, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("AdamW: two parameters are named a; the saved state needs one name for each");
  }

  @Test
  void refuses_moments_of_another_shape() {
    Parameter whole = Parameter.of("q", Tensor.zeros(Shape.of(3, 2)));
    Parameter small = Parameter.of("q", Tensor.zeros(Shape.of(1, 2)));

    assertThatThrownBy(() -> plain(whole).replace(whole, small, m -> m.gatherRows(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "AdamW: replace: q is (1, 2), its moments are (2, 2) and (2, 2); they must be alike");
  }

  @Test
  void refuses_to_replace_a_parameter_it_does_not_have() {
    Parameter stranger = Parameter.of("stranger", Tensor.vector(1));
    AdamW optimizer = plain(Parameter.of("p", Tensor.vector(1)));

    assertThatThrownBy(() -> optimizer.replace(stranger, stranger, m -> m))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("AdamW: replace: stranger is not a parameter of this optimizer");
  }

  @Test
  void refuses_the_state_of_other_parameters() {
    AdamW.State of = plain(Parameter.of("p", Tensor.vector(1))).state();
    AdamW other = plain(Parameter.of("q", Tensor.vector(1)));
    AdamW smaller = plain();

    assertThatThrownBy(() -> other.restore(of))
        .hasMessage("AdamW: restore: the state has no moments of q");
    assertThatThrownBy(() -> smaller.restore(of))
        .hasMessage("AdamW: restore: the state is of 1 parameters, this optimizer has 0");
  }

  @Test
  void refuses_numbers_out_of_range() {
    assertThatThrownBy(() -> new AdamW(List.of(), 1, 0.9, 1e-8))
        .hasMessage("AdamW: beta1 must be at least 0 and below 1, got 1.0");
    assertThatThrownBy(() -> new AdamW(List.of(), 0.9, -1, 1e-8))
        .hasMessage("AdamW: beta2 must be at least 0 and below 1, got -1.0");
    assertThatThrownBy(() -> new AdamW(List.of(), 0.9, 0.9, 0))
        .hasMessage("AdamW: epsilon must be positive, got 0.0");
    assertThatThrownBy(() -> new AdamW.Group(List.of(), -0.1))
        .hasMessage("AdamW: the weight decay must be 0 or more, got -0.1");
  }
}
