package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Expressions match what java.util.regex matches where the two agree on the syntax; what is not
/// supported is refused, and no text takes more than its share of time.
class ExpressionTest {
  private static List<String> matches(String expression, String text)
      throws ExpressionParser.Refused {
    List<String> found = new ArrayList<>();
    ExpressionParser.parse(expression)
        .matches(text, 0, text.length(), (from, to) -> found.add(text.substring(from, to)));
    return found;
  }

  /// Expressions of small parts, drawn at random, on random texts.
  @Test
  void match_what_javas_expressions_match() throws ExpressionParser.Refused {
    SplittableRandom random = new SplittableRandom(1);
    int compared = 0;
    for (int i = 0; i < 4000; i++) {
      String expression = expression(random, 3);
      java.util.regex.Pattern pattern = java.util.regex.Pattern.compile(expression);
      if (pattern.matcher("").lookingAt() || canBeEmpty(expression)) {
        continue;
      }
      for (int k = 0; k < 5; k++) {
        String text = text(random);
        List<String> expected = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
          expected.add(matcher.group());
        }
        assertThat(matches(expression, text)).as("%s on %s", expression, text).isEqualTo(expected);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(2000);
  }

  private static boolean canBeEmpty(String expression) {
    try {
      ExpressionParser.parse(expression);
      return false;
    } catch (ExpressionParser.Refused e) {
      assertThat(e).hasMessageMatching(".*(empty|place).*");
      return true;
    }
  }

  private static String expression(SplittableRandom random, int depth) {
    StringBuilder expression = new StringBuilder();
    int alternatives = random.nextInt(1, 3);
    for (int a = 0; a < alternatives; a++) {
      expression.append(a == 0 ? "" : "|");
      int parts = random.nextInt(1, 4);
      for (int p = 0; p < parts; p++) {
        String atom =
            switch (random.nextInt(depth > 0 ? 9 : 6)) {
              case 0 -> "a";
              case 1 -> "b";
              case 2 -> "[ab]";
              case 3 -> "[^a\\n]";
              case 4 -> " ";
              case 5 -> "[c-e\\d]";
              case 6 -> "(?:" + expression(random, depth - 1) + ")";
              case 7 -> "(?!" + expression(random, 0) + ")";
              default -> "(?=" + expression(random, 0) + ")";
            };
        boolean place = atom.startsWith("(?!") || atom.startsWith("(?=");
        String quantifier =
            place ? "" : List.of("", "", "", "?", "*", "+", "{2}", "{1,2}").get(random.nextInt(8));
        expression.append(atom).append(quantifier);
      }
    }
    return expression.toString();
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(List.of("a", "b", "c", "7", " ", "\n", "é", "😀").get(random.nextInt(8)));
    }
    return text.toString();
  }

  @Test
  void know_unicode_and_the_other_cases_of_letters() throws ExpressionParser.Refused {
    assertThat(matches("\\s+", "a\u00a0\u3000b\u200bc\u0085"))
        .containsExactly("\u00a0\u3000", "\u0085");
    assertThat(matches("\\p{L}+|\\p{N}", "naïve½中٣𝒳"))
        .containsExactly("naïve", "½", "中", "٣", "𝒳");
    assertThat(matches("(?i:'s|'ll|k)", "'S'ſ'Ll\u212a"))
        .containsExactly("'S", "'ſ", "'Ll", "\u212a");
    assertThat(matches("[^\\s\\p{L}\\p{^N}]", "a1 2!")).containsExactly("1", "2");
    assertThat(matches("[(\\s|[.,]]", "(|. x,")).containsExactly("(", "|", ".", " ", ",");
    assertThat(matches("\\w", "a½²")).containsExactly("a", "½", "²");
    assertThat(matches("[\\w]", "a½²")).containsExactly("a");
    assertThat(matches("a++b|a", "aab aa")).containsExactly("aab", "a", "a");
    assertThat(matches("\\s++$|\\x41\\u0042\\x{43}", "ABC  \nx ")).containsExactly("ABC", " ");
    assertThat(matches("^a|\\Ab|c\\z", "a\nab\nc\nc")).containsExactly("a", "a", "c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a+?| lazy",
        "(a+)++| possessive",
        "a*| empty",
        "(?<=a)b| group of another kind",
        "(a)\\1| escape",
        "[a&&b]| intersection",
        "[[:alpha:]]| named class",
        "\\p{Han}| property \"Han\"",
        "(?i:\\p{Lu})| cases",
        "(?i:é)| beyond ASCII",
        "(?i:ss)| without regard to case",
        "(a| without its end",
        "a)| closes nothing",
        "[a| end too early",
        "[b-a]| range that is empty",
        "+| without anything before",
        "(a?)*b| may be empty",
        "a{3,2}| interval",
        "a{1001}| interval",
        "((a{100}b){100}){100}| too large",
        "\\xff| no character",
        "\\u{D800}| no code point",
      })
  void refuse_what_is_not_supported(String expression, String reason) {
    assertThatThrownBy(() -> ExpressionParser.parse(expression))
        .isInstanceOf(ExpressionParser.Refused.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refuse_what_is_nested_or_long_without_an_overflow() {
    for (String expression :
        List.of("(".repeat(4000), "[".repeat(4000), "a|".repeat(3000), "(?!".repeat(1000) + "a")) {
      assertThatThrownBy(() -> ExpressionParser.parse(expression))
          .isInstanceOf(ExpressionParser.Refused.class);
    }
  }

  /// Each is exponential or quadratic somewhere else.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+b",
        "(a|a)+b",
        "(a|aa)+b",
        "a*b|c",
        "(.*)(.*)(.*)b",
        "(a*a)+b",
        "(?=(a+)+b)a"
      })
  @Timeout(20)
  void stop_before_an_expression_takes_too_long(String expression) throws ExpressionParser.Refused {
    Expression parsed = ExpressionParser.parse(expression);
    String text = "a".repeat(200_000);
    assertThatThrownBy(() -> parsed.matches(text, 0, text.length(), (from, to) -> {}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("needs too many steps");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\n", " \n", "é", "😀", "!", "'", "1", "a1", "\u0301", "'s"})
  @Timeout(20)
  void those_in_use_take_linear_time_on_any_text(String unit) {
    String text = unit.repeat(1_000_000 / unit.length());
    for (Pattern pattern :
        List.of(PartsJson.known(PartsJson.GPT2), PartsJson.known(BpeFiles.QWEN2))) {
      int[] covered = {0};
      assertThatCode(
              () -> pattern.matches(text, 0, text.length(), (from, to) -> covered[0] += to - from))
          .doesNotThrowAnyException();
      assertThat(covered[0]).isEqualTo(text.length());
    }
  }
}
