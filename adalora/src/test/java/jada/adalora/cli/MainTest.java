package jada.adalora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {
  private final Captured jada = new Captured();

  @Test
  void shows_help_on_standard_output() {
    assertThat(jada.run("--help")).isZero();

    assertThat(jada.out()).contains("Usage: jada").contains("JADA_OPTS");
    assertThat(jada.err()).isEmpty();
  }

  @Test
  void says_that_a_command_is_missing() {
    assertThat(jada.run()).isEqualTo(2);

    assertThat(jada.errLines()).containsExactly("jada: no command given; see jada --help");
  }

  @Test
  void reports_the_version_of_jada_and_java() {
    assertThat(jada.run("--version")).isZero();

    assertThat(jada.out()).matches("jada \\d\\S*, .* 25\\S*\\R").doesNotContain("${");
  }

  @Test
  void shows_a_stack_trace_only_when_asked() {
    jada.run("finetun");
    assertThat(jada.err()).doesNotContain("\tat ");

    Captured debugging = new Captured();
    debugging.run("finetun", "--debug");
    assertThat(debugging.err()).contains("\tat jada.adalora.cli.Main");
  }
}
