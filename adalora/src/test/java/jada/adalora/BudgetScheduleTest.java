package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BudgetScheduleTest {

  @Test
  void equals_peft_at_every_step() {
    for (JsonNode run : Golden.read().get("schedules")) {
      BudgetSchedule schedule =
          new BudgetSchedule(
              run.get("total").asInt(),
              run.get("tinit").asInt(),
              run.get("tfinal").asInt(),
              run.get("deltaT").asInt(),
              run.get("initial").asInt(),
              run.get("target").asInt());
      for (int t = 0; t < schedule.totalSteps(); t++) {
        boolean departs = schedule.tfinal() == 0 && t == schedule.totalSteps() - 1;
        if (!departs) {
          assertThat(schedule.budget(t)).as("b(%d) of %s", t, schedule).isEqualTo(budget(run, t));
        }
        // PEFT's flag says "mask" in the final phase too, where it only enforces the last pattern.
        if (t < schedule.finalAllocation()) {
          assertThat(schedule.allocates(t))
              .as("allocation at %d of %s", t, schedule)
              .isEqualTo(run.get("mask").get(t).asInt() == 1);
        }
      }
    }
  }

  private static int budget(JsonNode run, int t) {
    return run.get("budget").get(t).asInt();
  }

  @Test
  void follows_the_cubic_between_warm_up_and_final_phase() {
    var schedule = new BudgetSchedule(100, 10, 50, 1, 288, 96);
    assertThat(schedule.budget(0)).isEqualTo(288);
    assertThat(schedule.budget(10)).isEqualTo(288);
    assertThat(schedule.budget(30)).isEqualTo(120); // 96 + 192·(1 − 20/40)³
    assertThat(schedule.budget(50)).isEqualTo(96);
    assertThat(schedule.budget(99)).isEqualTo(96);
  }

  @Test
  void ends_on_its_target_and_never_rises_whatever_the_numbers() {
    RandomSource random = RandomSource.of(7);
    for (int i = 0; i < 2000; i++) {
      int total = 1 + random.nextInt(400);
      int tinit = random.nextInt(total);
      int tfinal = random.nextInt(total - tinit);
      int target = random.nextInt(100);
      var schedule =
          new BudgetSchedule(
              total, tinit, tfinal, 1 + random.nextInt(20), target + random.nextInt(300), target);
      int alive = schedule.initialBudget();
      for (int t = 0; t < total; t++) {
        assertThat(schedule.budget(t))
            .as("b(%d) of %s", t, schedule)
            .isBetween(target, schedule.budget(Math.max(0, t - 1)));
        alive = schedule.allocates(t) ? schedule.budget(t) : alive;
      }
      assertThat(alive).as("alive at the end of %s", schedule).isEqualTo(target);
    }
  }

  @Test
  void allocates_every_delta_t_steps_and_once_more_at_the_end_of_pruning() {
    var schedule = new BudgetSchedule(40, 5, 17, 10, 36, 12);
    assertThat(java.util.stream.IntStream.range(0, 40).filter(schedule::allocates))
        .containsExactly(10, 20, 23);
    assertThat(schedule.finalAllocation()).isEqualTo(23);
    assertThat(schedule.scores(22)).isTrue();
    assertThat(schedule.scores(23)).isFalse();
  }

  @Test
  void without_a_final_phase_the_last_step_allocates_the_target() {
    var schedule = new BudgetSchedule(10, 0, 0, 4, 1000, 10);
    assertThat(schedule.finalAllocation()).isEqualTo(9);
    assertThat(schedule.allocates(9)).isTrue();
    assertThat(schedule.budget(9)).isEqualTo(10);
  }

  @Test
  void refuses_a_schedule_that_leaves_nothing_to_prune_in_with_numbers_that_would_work() {
    assertThatThrownBy(() -> new BudgetSchedule(100, 60, 40, 1, 288, 96))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "schedule: tinit 60 and tfinal 40 leave no step to prune in a run of 100 steps;"
                + " together they must be less than 100, for example tinit 10 and tfinal 50, or"
                + " train longer");
  }

  @Test
  void takes_fractions_of_the_run() {
    var schedule = BudgetSchedule.of(AdaLoraConfig.penalized(), 24, 730);
    assertThat(schedule).isEqualTo(new BudgetSchedule(730, 73, 365, 1, 144, 96));
    for (int total = 1; total < 50; total++) {
      assertThat(BudgetSchedule.of(AdaLoraConfig.penalized(), 24, total).budget(total - 1))
          .isEqualTo(96);
    }
  }
}
