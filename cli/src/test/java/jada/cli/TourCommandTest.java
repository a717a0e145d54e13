package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TourCommandTest {
  private final Captured jada = new Captured();

  @Test
  void lists_the_sections() {
    assertThat(jada.run("tour", "--list")).isZero();

    assertThat(jada.out()).startsWith(" 1  triplets").hasLineCount(10);
  }

  @Test
  void shows_a_section_by_number_and_by_name() {
    Captured byName = new Captured();
    assertThat(jada.run("tour", "1")).isZero();
    assertThat(byName.run("tour", "triplets")).isZero();

    assertThat(jada.out())
        .startsWith("1. An update made of triplets\n")
        .contains("ΔW = P·diag(λ)·Q")
        .contains("Read next: adalora/src/main/java/jada/adalora/SvdLinear.java")
        .isEqualTo(byName.out())
        .doesNotContain("\u001b");
  }

  @Test
  void draws_other_numbers_from_another_seed() {
    Captured other = new Captured();
    jada.run("tour", "prune", "--seed", 1);
    other.run("tour", "prune", "--seed", 2);

    assertThat(other.out()).isNotEqualTo(jada.out());
  }

  @Test
  void names_the_sections_when_one_is_unknown() {
    assertThat(jada.run("tour", "rankin")).isEqualTo(2);

    assertThat(jada.errLines()).hasSize(1);
    assertThat(jada.err())
        .contains(
            "no section \"rankin\", did you mean ranking?; there are 1 to 10: triplets, prune");
  }

  @Test
  void stops_at_q_on_a_terminal() {
    assertThat(jada.withResultsOnTerminal().withInput("\nq\n").run("tour")).isZero();

    assertThat(jada.out()).contains("1. An update", "2. Prune one").doesNotContain("3. Keep");
    assertThat(jada.err()).contains("Enter: Prune one triplet").contains("q: stop");
  }

  @Test
  void is_coloured_only_where_that_is_wanted() {
    jada.withResultsOnTerminal().inColor().run("tour", "1");

    assertThat(jada.out()).startsWith("\u001b[1m1. An update made of triplets\u001b[0m\n");
  }

  @Test
  void speaks_ascii_where_nothing_else_can_be_shown() {
    jada.inAscii();
    for (String section : new String[] {"triplets", "prune", "sensitivity", "scores", "schedule"}) {
      assertThat(jada.run("tour", section)).isZero();
    }

    assertThat(jada.out().chars()).allMatch(c -> c < 128);
    assertThat(jada.out()).contains("dW = P*diag(lambda)*Q").doesNotContain("?");
  }
}
