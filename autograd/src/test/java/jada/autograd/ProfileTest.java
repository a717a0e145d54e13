package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.Profile.Line;
import jada.autograd.Profile.Phase;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProfileTest {
  private static final int TOKENS = 100;

  private final RandomSource random = RandomSource.of(2);
  private final Parameter x = parameter(TOKENS, 64);
  private final Parameter w = parameter(96, 64);
  private final Parameter bias = parameter(96);

  private Parameter parameter(int... dims) {
    return Parameter.of("p", Tensor.normal(Shape.of(dims), 1, random));
  }

  private Gradients step() {
    Profile.begin();
    Gradients gradients = Gradients.of(Ops.sum(Fused.gelu(Fused.linear(x, w, bias))));
    Profile.lap("optimizer");
    Profile.end();
    return gradients;
  }

  private static Map<String, Line> byName(Profile profile) {
    return profile.lines().stream()
        .collect(Collectors.toMap(l -> l.phase() + " " + l.op(), Function.identity()));
  }

  @Test
  void every_operation_is_there_in_both_directions_with_its_operations_and_bytes() {
    Profile profile = new Profile();
    profile.call(this::step);
    profile.call(this::step);

    Map<String, Line> lines = byName(profile);
    long product = 2L * TOKENS * 64 * 96;
    assertThat(profile.steps()).isEqualTo(2);
    assertThat(lines)
        .containsOnlyKeys(
            "FORWARD linear",
            "FORWARD gelu",
            "FORWARD sum",
            "BACKWARD sum",
            "BACKWARD gelu",
            "BACKWARD linear",
            "UPDATE optimizer");
    assertThat(lines.get("FORWARD linear").calls()).isEqualTo(2);
    assertThat(lines.get("FORWARD linear").operations()).isEqualTo(2 * product);
    assertThat(lines.get("BACKWARD linear").operations()).isEqualTo(2 * 2 * product); // dx and dW
    assertThat(lines.get("FORWARD gelu").operations()).isZero();
    assertThat(lines.get("FORWARD gelu").bytes()).isEqualTo(2 * 4 * TOKENS * 96);
    assertThat(lines.values()).allSatisfy(l -> assertThat(l.nanos()).isPositive());
  }

  @Test
  void lines_are_sorted_by_time_and_add_up_to_less_than_the_whole() {
    Profile profile = new Profile();
    long start = System.nanoTime();
    profile.call(this::step);
    long whole = System.nanoTime() - start;

    assertThat(profile.lines()).isSortedAccordingTo((a, b) -> Long.compare(b.nanos(), a.nanos()));
    assertThat(profile.lines().stream().mapToLong(Line::nanos).sum()).isBetween(1L, whole);
  }

  @Test
  void what_is_done_between_steps_does_not_count() {
    Profile profile = new Profile();
    profile.call(() -> Fused.gelu(x));
    profile.call(this::step);
    profile.call(() -> Fused.gelu(x));

    assertThat(byName(profile).get("FORWARD gelu").calls()).isEqualTo(1);
  }

  @Test
  void tasks_on_other_threads_count_too() {
    Profile profile = new Profile();
    try (Workers workers = Workers.of(3)) {
      int[] offsets = {0, 40, TOKENS};
      profile.call(
          () ->
              workers.call(
                  () -> {
                    Profile.begin();
                    return Fused.attention(x, x, x, offsets, 4);
                  }));
    }

    // S = Q·Kᵀ and P·V of each sequence: 2·2·L²·C operations.
    assertThat(profile.lines().getFirst().phase()).isEqualTo(Phase.FORWARD);
    assertThat(profile.lines().getFirst().operations()).isEqualTo(4L * 64 * (40 * 40 + 60 * 60));
  }

  @Test
  void measuring_changes_no_bit() {
    float[] plain = step().of(w).array();

    assertThat(new Profile().call(this::step).of(w).array()).containsExactly(plain);
  }
}
