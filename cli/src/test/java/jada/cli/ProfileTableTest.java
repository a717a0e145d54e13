package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Profile;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileTableTest {
  @Test
  void has_a_row_for_each_operation_and_their_sum() {
    Parameter x = Parameter.of("x", Tensor.full(Shape.of(50, 40), 1));
    Parameter w = Parameter.of("w", Tensor.full(Shape.of(30, 40), 1));
    Parameter bias = Parameter.of("b", Tensor.zeros(Shape.of(30)));
    Profile profile = new Profile();
    profile.call(
        () -> {
          Profile.begin();
          return Gradients.of(Ops.sum(Fused.linear(x, w, bias)));
        });

    List<String> lines = ProfileTable.lines(profile, 100);

    assertThat(lines).hasSize(2 + 4 + 1);
    assertThat(lines.get(0))
        .isEqualTo("profile of 1 steps; multiply-add peak of this machine 100 GFLOP/s");
    assertThat(lines).anySatisfy(l -> assertThat(l).matches("forward +linear +1 .*%.*"));
    assertThat(lines).anySatisfy(l -> assertThat(l).matches("backward +linear +1 .*%.*"));
    assertThat(lines.getLast()).matches("step +4 .*100\\.0% .*");
  }

  @Test
  void the_peak_of_two_threads_is_a_number_of_flops_that_a_machine_can_do() {
    assertThat(ProfileTable.peak(2)).isBetween(0.1, 1e5);
  }
}
