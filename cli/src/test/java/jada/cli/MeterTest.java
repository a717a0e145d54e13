package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MeterTest {
  private final Captured screen = new Captured();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may overflow

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void prints_a_plain_line_for_every_tenth_where_there_is_no_terminal() {
    try (Meter meter = new Meter(screen.console(), "training", false, 100, clock::get)) {
      for (int step = 1; step <= 100; step++) {
        pass(Duration.ofMillis(500));
        meter.at(step, "loss 0.500");
      }
    }

    assertThat(screen.errLines()).hasSize(10);
    assertThat(screen.errLines().getFirst())
        .isEqualTo("training 10/100, 10 %, loss 0.500, 0:45 left");
  }

  @Test
  void prints_a_line_every_ten_seconds_while_work_is_slow() {
    try (Meter meter = new Meter(screen.console(), "training", false, 1000, clock::get)) {
      for (int step = 1; step <= 5; step++) {
        pass(Duration.ofSeconds(6));
        meter.at(step, "");
      }
    }

    assertThat(screen.errLines())
        .containsExactly(
            "training 2/1000, 0 %, 1:39:48 left", "training 4/1000, 0 %, 1:39:36 left");
  }

  @Test
  void prints_nothing_about_work_that_is_over_in_a_second() {
    try (Meter meter = new Meter(screen.console(), "fetching", true, 100, clock::get)) {
      pass(Duration.ofMillis(900));
      meter.at(100, "");
    }

    assertThat(screen.err()).isEmpty();
  }

  @Test
  void counts_bytes_of_unknown_total_in_megabytes() {
    try (Meter meter = new Meter(screen.console(), "model.jar", true, 0, clock::get)) {
      pass(Duration.ofSeconds(11));
      meter.at(12_345_678, "");
    }

    assertThat(screen.errLines()).containsExactly("model.jar 12.3 MB");
  }

  @Test
  void draws_a_bar_on_a_terminal_and_prints_lines_above_it() {
    screen.onTerminal().inAscii();
    try (Meter meter = new Meter(screen.console(), "training", false, 10, System::nanoTime)) {
      meter.at(5, "λ 1");
      meter.say("dev accuracy 0.5");
    }

    assertThat(screen.err())
        .contains("\rtraining")
        .contains("5/10")
        .contains("lambda 1")
        .contains(" \rdev accuracy 0.5\n");
    assertThat(screen.err().chars()).allMatch(c -> c < 128);
  }
}
