package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagEmbeddingTest {
  @TempDir Path folder;

  private Path lines(String... lines) {
    try {
      return Files.writeString(
          folder.resolve("a.jsonl"), String.join("\n", lines).replace('\'', '"'));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String refusal(String... lines) {
    Path file = lines(lines);
    InputException e =
        catchThrowableOfType(InputException.class, () -> new DatasetReader().readTuples(file));
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n");
    return e.getMessage().substring(folder.toString().length() + 1);
  }

  private static Example tuple(String query, String document, String... negatives) {
    return new Example(Input.of(query, document), List.of(), List.of(negatives));
  }

  @Test
  void each_positive_is_an_example_with_all_negatives() {
    Dataset data =
        new DatasetReader()
            .readTuples(
                lines(
                    "{'query': 'q', 'pos': ['a', 'b'], 'neg': ['n', 'm'], 'pos_scores': [1, 2],"
                        + " 'neg_scores': [0.1, 0.2], 'prompt': 'p', 'type': 't'}",
                    "{'query': 'r', 'pos': ['c'], 'neg': []}",
                    "{'query': 's', 'pos': ['d']}"));
    assertThat(data.examples())
        .containsExactly(
            tuple("q", "a", "n", "m"), tuple("q", "b", "n", "m"), tuple("r", "c"), tuple("s", "d"));
    assertThat(data.place(1)).endsWith("a.jsonl:1");
    assertThat(data.place(3)).endsWith("a.jsonl:3");
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo(
            "text = query, pair = pos, negatives = neg; not read: pos_scores, neg_scores, prompt,"
                + " type");
  }

  @Test
  void lines_without_lists_are_ordinary_columns() {
    assertThat(
            new DatasetReader()
                .readTuples(lines("{'query': 'q', 'pos': 'a', 'neg': ['n']}"))
                .examples())
        .containsExactly(tuple("q", "a", "n"));
  }

  @Test
  void empty_texts_follow_the_choice() {
    String[] lines = {
      "{'query': 'q', 'pos': ['a', ''], 'neg': ['n']}", "{'query': 'r', 'pos': ['c'], 'neg': [' ']}"
    };
    assertThat(refusal(lines))
        .startsWith("a.jsonl:1: the document is empty, and so it is in 2 of 3 rows;");
    Dataset skipped = new DatasetReader().withEmpty(EmptyTexts.SKIP).readTuples(lines(lines));
    assertThat(skipped.examples()).containsExactly(tuple("q", "a", "n"));
    assertThat(skipped.skipped()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'query': 'q', 'pos': []}|no positive under 'pos'; give at least one, or remove the line",
        "{'query': 'q'}|no positive under 'pos'; give at least one, or remove the line",
        "{'pos': ['a']}|no text under 'query'; FlagEmbedding's lines are",
        "{'query': ['q'], 'pos': ['a']}|'query' holds a list where a text is expected; FlagEmb",
        "{'query': 'q', 'pos': 'a'}|'pos' is a string where a list of texts is expected; FlagEmb",
        "{'query': 'q', 'pos': ['a'], 'neg': 'n'}|'neg' is a string where a list of texts is",
        "{'query': 'q', 'pos': ['a', 1]}|'pos' holds a number where a text is expected; FlagEmb",
        "{'query': 'q', 'pos': ['a'], 'neg': [null]}|'neg' holds null where a text is expected",
        "{'query': 'q', 'pos': ['\\udc00']}|the string under 'pos' has one half of a surrogate"
            + " pair",
        "{'query': 'q', 'pos': ['a']|not a JSON object"
      })
  void wrong_lines_are_refused(String line, String message) {
    assertThat(refusal("{'query': 'q', 'pos': ['x'], 'neg': ['n']}", line))
        .startsWith("a.jsonl:2: " + message);
  }

  @Test
  void the_form_is_in_the_message() {
    assertThat(refusal("{'query': 'q', 'pos': ['x']}", "{'query': 'q', 'pos': {}}"))
        .isEqualTo(
            "a.jsonl:2: 'pos' is an object where a list of texts is expected; FlagEmbedding's lines"
                + " are {\"query\": \"…\", \"pos\": [\"…\"], \"neg\": [\"…\"]}");
  }
}
