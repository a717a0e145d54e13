package jada.cli.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommentsTest {
  private static List<String> openings(String source) {
    return Comments.openings(List.of(new SourceFile("a/A.java", source))).stream()
        .map(Comments.Found::opening)
        .toList();
  }

  private static List<String> ofComment(String comment) {
    return openings("/** " + comment + " */ class A {}");
  }

  @Test
  void reads_comments_of_types_and_methods_only() {
    assertThat(
            openings(
                """
                /* Licensed to somebody under terms that are not documentation at all. */
                package a;
                /** A kettle that boils as much water as you pour into it. */
                public class Kettle {
                  /** How many litres of water this kettle holds right now. */
                  private int litres;
                  /** Heats the water in this kettle until it boils. */
                  void boil() {
                    /** This is not documentation because nothing here can have any. */
                    int x = 0;
                  }
                  /** The lid of a kettle, which keeps most of the steam inside. */
                  interface Lid {}
                }
                """))
        .containsExactly(
            "A kettle that boils as much water as you pour into it.",
            "Heats the water in this kettle until it boils.",
            "The lid of a kettle, which keeps most of the steam inside.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Boils {@code water < 1 l} as {@literal <fast>} as it can. | water < 1 l as <fast> as",
        "Boils as {@link a.Kettle#boil(int) boiling} does, only once and without steam. | Boils as"
            + " boiling does",
        "Boils as {@link a.Kettle#boil(int)} would do, only once or twice. | Boils as Kettle.boil"
            + " would do",
        "Boils as {@link #boil} and {@link a.b.Kettle} do, once or twice. | Boils as boil and"
            + " Kettle do",
        "Tea &amp; milk &lt;hot&gt; for <b>two</b><br>people a day. | Tea & milk <hot> for two"
            + " people",
      })
  void renders_tags_as_a_reader_sees_them(String comment, String expected) {
    assertThat(ofComment(comment)).singleElement().asString().contains(expected);
  }

  @Test
  void folds_white_space_and_the_stars_of_the_margin() {
    assertThat(ofComment("Pours  tea\tinto\n   * each of\n   * the eight * cups."))
        .containsExactly("Pours tea into each of the eight * cups.");
  }

  @Test
  void takes_whole_sentences_of_the_first_paragraph() {
    assertThat(ofComment("<p>Pours tea, e.g. green tea, at 1.5 bar. Then waits.\n<p>And more."))
        .containsExactly("Pours tea, e.g. green tea, at 1.5 bar. Then waits.");
    assertThat(ofComment("Pours tea into each of the eight cups:<ul><li>one</ul>"))
        .containsExactly("Pours tea into each of the eight cups:");
    assertThat(ofComment("Pours tea into each of the cups here. @see Cup\n * @param x the tea"))
        .singleElement()
        .asString()
        .startsWith("Pours tea into each of the cups here.");
    String second = "Then " + "waits ".repeat(40) + "on.";
    assertThat(ofComment("Pours tea into each of the eight cups. " + second))
        .containsExactly("Pours tea into each of the eight cups.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Default constructor of this kettle.",
        "a b c d e f g h i j",
        "{@inheritDoc} And then it boils the water once more.",
        "Boils the water if a < b but not as long as c.",
      })
  void leaves_out_what_says_too_little_or_is_malformed(String comment) {
    assertThat(ofComment(comment)).isEmpty();
  }

  @Test
  void leaves_out_a_sentence_that_is_too_long() {
    assertThat(ofComment("Pours tea " + "and tea ".repeat(40) + "again.")).isEmpty();
  }

  @Test
  void leaves_out_markdown() {
    assertThat(openings("/// Pours tea into each of the eight cups.\nclass A {}")).isEmpty();
  }

  @Test
  void reads_what_it_can_of_a_broken_file() {
    assertThat(
            openings("/** Pours tea into each of the eight cups. */ class A { void ( {{{ \u0000"))
        .containsExactly("Pours tea into each of the eight cups.");
  }
}
