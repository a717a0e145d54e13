package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  @Test
  void numbers_added_tokens_behind_those_of_the_model() {
    Vocabulary vocabulary =
        new Vocabulary("v", Map.of("a", 0, "b", 1), List.of(added(1, "b"), added(2, "new")));
    assertThat(vocabulary.size()).isEqualTo(3);
    assertThat(vocabulary.token(2)).isEqualTo("new");
    assertThat(vocabulary.require("new")).isEqualTo(2);
    assertThat(vocabulary.modelIds()).containsOnlyKeys("a", "b");
  }

  @Test
  void refuses_ids_that_repeat_leave_holes_or_contradict_each_other() {
    assertRefused(Map.of("a", 0, "b", 0), "the id 0 belongs to both");
    assertRefused(
        Map.of("a", 0, "b", 2),
        "the token \"b\" has the id 2, but 2 tokens need the ids 0 to 1 without holes");
    assertRefused(Map.of("a", -1), "has the id -1");
    assertRefused(Map.of(), "it has no tokens");
    assertThatThrownBy(() -> new Vocabulary("v", Map.of("a", 0), List.of(added(1, "a"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the token \"a\" has the ids 0 and 1");
  }

  @Test
  void refuses_more_or_longer_tokens_than_any_vocabulary_has() {
    assertRefused(Map.of("m".repeat(1025), 0), "a token of 1025 characters, but at most 1024");
    Map<String, Integer> many = HashMap.newHashMap(Vocabulary.MOST_TOKENS + 1);
    for (int i = 0; i <= Vocabulary.MOST_TOKENS; i++) {
      many.put(Integer.toString(i, 36), i);
    }
    assertRefused(many, "1048577 tokens, but at most 1048576 are read");
    Map<String, Integer> wide = new HashMap<>();
    String filler = "m".repeat(250);
    for (int i = 0; i < 40_000; i++) {
      wide.put(filler + i, i);
    }
    assertRefused(wide, "characters in all tokens, but at most 8388608 are read");
  }

  @Test
  void refuses_half_a_surrogate_pair() {
    assertRefused(Map.of("\uD83D", 0), "the token \"\\u{d83d}\" holds half a surrogate pair");
  }

  private static void assertRefused(Map<String, Integer> ids, String reason) {
    assertThatThrownBy(() -> new Vocabulary("v.json: model.vocab", ids, List.of()))
        .isInstanceOf(InputException.class)
        .message()
        .startsWith("v.json: model.vocab: ")
        .contains(reason)
        .endsWith(": use the file as the model was published");
  }

  private static AddedToken added(int id, String content) {
    return new AddedToken(id, content, false, false, false, false);
  }
}
