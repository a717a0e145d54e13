package jada.cli;

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
  void names_the_command_that_was_probably_meant() {
    assertThat(jada.run("finetun")).isEqualTo(2);

    assertThat(jada.errLines())
        .containsExactly("jada: unknown command finetun; did you mean finetune?; see jada --help");
    assertThat(jada.out()).isEmpty();
  }

  @Test
  void names_the_option_that_was_probably_meant() {
    assertThat(jada.run("finetune", "--lerning-rate", "1e-3")).isEqualTo(2);

    assertThat(jada.errLines())
        .containsExactly(
            "jada: unknown option --lerning-rate; did you mean --learning-rate?;"
                + " see jada finetune --help");
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
    assertThat(debugging.err()).contains("\tat jada.cli.Main");
  }
}
