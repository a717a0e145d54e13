package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.Operations.Case;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What must hold of every differentiable operation.
class OperationsTest {
  static Stream<Case> small() {
    return Operations.at(1).stream();
  }

  static Stream<Case> large() {
    return Operations.at(7).stream();
  }

  static Stream<Case> fused() {
    return large().filter(c -> c.composed().isPresent());
  }

  @Test
  void cover_every_public_operation() {
    assertThat(small().map(Case::signature))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Operations.offeredBy(Ops.class), Operations.offeredBy(Fused.class))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("small")
  void have_the_derivative_that_finite_differences_show(Case c) {
    GradCheck.of(c.operation(), c.inputs().toArray(Tensor[]::new)).requireWithin(1e-3);
  }

  @ParameterizedTest
  @MethodSource("fused")
  void equal_their_composition_in_value_and_gradients(Case c) {
    List<Tensor> fused = outputAndGradients(c.operation(), c, _ -> true);
    List<Tensor> composed = outputAndGradients(c.composed().orElseThrow(), c, _ -> true);

    assertThat(fused).hasSize(1 + c.inputs().size());
    for (int i = 0; i < fused.size(); i++) {
      assertClose(i == 0 ? "output" : "input " + (i - 1), fused.get(i), composed.get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void give_the_same_output_and_gradients_whichever_inputs_are_frozen(Case c) {
    List<Tensor> all = outputAndGradients(c.operation(), c, _ -> true);
    for (int i = 0; i < c.inputs().size(); i++) {
      int chosen = i;
      List<Tensor> alone = outputAndGradients(c.operation(), c, input -> input == chosen);
      List<Tensor> others = outputAndGradients(c.operation(), c, input -> input != chosen);
      assertSame(alone.getFirst(), all.getFirst());
      assertSame(others.getFirst(), all.getFirst());
      for (int input = 0; input < c.inputs().size(); input++) {
        Tensor expected = all.get(1 + input);
        Tensor zeros = Tensor.zeros(expected.shape());
        assertSame(alone.get(1 + input), input == chosen ? expected : zeros);
        assertSame(others.get(1 + input), input == chosen ? zeros : expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void give_the_same_bits_on_any_number_of_threads(Case c) {
    List<Tensor> one = outputAndGradients(c.operation(), c, _ -> true);
    try (Workers workers = Workers.of(3)) {
      List<Tensor> three = workers.call(() -> outputAndGradients(c.operation(), c, _ -> true));
      for (int i = 0; i < one.size(); i++) {
        assertSame(three.get(i), one.get(i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("small")
  void leave_their_inputs_alone(Case c) {
    List<Tensor> before = c.inputs().stream().map(Tensor::copy).toList();
    outputAndGradients(c.operation(), c, _ -> true);
    for (int i = 0; i < before.size(); i++) {
      assertSame(c.inputs().get(i), before.get(i));
    }
  }

  /// The output, then the gradient of a random projection of it with respect to each input; zeros
  /// for the frozen ones.
  private static List<Tensor> outputAndGradients(
      Function<List<Variable>, Variable> operation, Case c, IntPredicate trained) {
    List<Variable> inputs = new ArrayList<>();
    for (int i = 0; i < c.inputs().size(); i++) {
      Tensor value = c.inputs().get(i);
      inputs.add(trained.test(i) ? Parameter.of("input " + i, value) : Constant.of(value));
    }
    Variable output = operation.apply(inputs);
    Tensor projection = Tensor.normal(output.shape(), 1, RandomSource.of(3));
    Gradients gradients = Gradients.of(Ops.sum(Ops.multiply(output, Constant.of(projection))));
    List<Tensor> found = new ArrayList<>(List.of(output.value()));
    for (Variable input : inputs) {
      found.add(
          switch (input) {
            case Parameter parameter -> gradients.of(parameter);
            default -> Tensor.zeros(input.shape());
          });
    }
    return found;
  }

  private static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.array()).containsExactly(expected.array());
  }

  /// Element by element within 1e-5 of the element and of the largest of its tensor.
  private static void assertClose(String what, Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    float largest = 0;
    for (float e : expected.array()) {
      largest = Math.max(largest, Math.abs(e));
    }
    for (int i = 0; i < expected.size(); i++) {
      float e = expected.array()[i];
      assertThat((double) Math.abs(actual.array()[i] - e))
          .as("%s, element %d: %s, expected %s", what, i, actual.array()[i], e)
          .isLessThanOrEqualTo(2e-6 * largest + 1e-5 * Math.abs(e));
    }
  }
}
