package jada.nn.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotedTest {
  @Test
  void nothing_breaks_the_line_or_steers_a_terminal() {
    assertThat(Quoted.of("a\nb\u2028c\u2029d\u001b[31me\u202ef\ud800"))
        .isEqualTo("'a?b?c?d?[31me?f?'");
    assertThat(Quoted.of("naïve 😀")).isEqualTo("'naïve 😀'");
  }

  @Test
  void long_texts_are_cut_between_characters() {
    assertThat(Quoted.of("😀".repeat(80))).isEqualTo("'" + "😀".repeat(80) + "'");
    assertThat(Quoted.of("😀".repeat(81))).isEqualTo("'" + "😀".repeat(80) + "…'");
  }
}
