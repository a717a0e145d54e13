package jada.nn.text;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordPieceTokenizerTest {
  private static final List<String> VOCABULARY =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##able", "##a", "a", "é", "e", "E",
          "中", ".", "😀", "##b");

  @TempDir Path folder;

  @Test
  void cuts_words_into_the_longest_pieces_between_the_special_tokens() throws IOException {
    WordPieceTokenizer tokenizer = uncased();
    assertThat(tokens(tokenizer, "Unable a. 中é", 99))
        .containsExactly("[CLS]", "un", "##able", "a", ".", "中", "e", "[SEP]");
    assertThat(tokens(tokenizer, "unablex aab", 99))
        .containsExactly("[CLS]", "[UNK]", "a", "##a", "##b", "[SEP]");
    assertThat(tokens(tokenizer, "", 99)).containsExactly("[CLS]", "[SEP]");
  }

  @Test
  void keeps_case_and_accents_where_the_vocabulary_is_cased() throws IOException {
    WordPieceTokenizer tokenizer = WordPieceTokenizer.fromVocabulary(vocabulary(), false);
    assertThat(tokens(tokenizer, "E é e\u0301", 99))
        .containsExactly("[CLS]", "E", "é", "[UNK]", "[SEP]");
  }

  @Test
  void finds_special_tokens_written_in_the_text() throws IOException {
    assertThat(tokens(uncased(), "a[MASK]a [mask]", 99))
        .containsExactly("[CLS]", "a", "[MASK]", "a", "[UNK]", "[UNK]", "[UNK]", "[SEP]");
  }

  @Test
  void cuts_at_the_end_and_counts_the_special_tokens() throws IOException {
    WordPieceTokenizer tokenizer = uncased();
    assertThat(tokens(tokenizer, "a e . unable", 5))
        .containsExactly("[CLS]", "a", "e", ".", "[SEP]");
    assertThat(tokens(tokenizer, "a e . unable", 6))
        .containsExactly("[CLS]", "a", "e", ".", "un", "[SEP]");
    assertThat(tokens(tokenizer, "a", 2)).containsExactly("[CLS]", "[SEP]");
    assertThatThrownBy(() -> tokenizer.encode("a", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("encode: maxLength is 1: at least 2, the number of special tokens, must fit");
    assertThatThrownBy(() -> tokenizer.encode("a", "a", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 3");
  }

  @Test
  void cuts_the_longer_of_two_texts_first() throws IOException {
    WordPieceTokenizer tokenizer = uncased();
    Encoding pair = tokenizer.encode("a a a a a", "e", 7);
    assertThat(pair.ids()).containsExactly(2, 8, 8, 8, 3, 10, 3);
    assertThat(pair.typeIds()).containsExactly(0, 0, 0, 0, 0, 1, 1);
    assertThat(tokenizer.encode("a a a a a", "e e e e", 8).ids())
        .containsExactly(2, 8, 8, 8, 3, 10, 10, 3);
  }

  @Test
  void treats_unpaired_surrogates_like_the_replacement_character() throws IOException {
    WordPieceTokenizer tokenizer = uncased();
    assertThat(tokens(tokenizer, "a\uD83D", 9)).containsExactly("[CLS]", "a", "[SEP]");
    assertThat(tokens(tokenizer, "\uDE00a\uD83D\u0000\uDE00a\uD83D", 9))
        .containsExactly("[CLS]", "a", "##a", "[SEP]");
    assertThat(tokens(tokenizer, "\uD83D\uDE00", 9)).containsExactly("[CLS]", "😀", "[SEP]");
  }

  @Test
  void takes_time_in_proportion_to_hostile_text() throws IOException {
    WordPieceTokenizer tokenizer = uncased();
    int length = 200_000;
    // Quadratic work on any of these would take minutes.
    assertTimeoutPreemptively(
        ofSeconds(60),
        () -> {
          for (String unit :
              List.of(
                  "a", "a ", "\u0301", "\u302e\u1b44", "é\u0323", "[", "[MASK", "😀", "\u00ad")) {
            tokenizer.encode(unit.repeat(length / unit.length()), Integer.MAX_VALUE);
          }
          tokenizer.encode("\u302e\u1b44".repeat(length / 2), "[MASK]".repeat(length / 6), 512);
        });
  }

  @Test
  void gives_every_thread_the_same_ids() throws IOException {
    WordPieceTokenizer tokenizer = uncased();
    String text = "Unable é a. [MASK] 中 aab ".repeat(50);
    Encoding expected = tokenizer.encode(text, 700);
    List<Encoding> encodings =
        IntStream.range(0, 400).parallel().mapToObj(i -> tokenizer.encode(text, 700)).toList();
    assertThat(encodings).allMatch(expected::equals);
  }

  @Test
  void reads_windows_lines_and_a_last_line_without_end() throws IOException {
    Path file = folder.resolve("crlf.txt");
    Files.writeString(file, String.join("\r\n", VOCABULARY));
    assertThat(WordPieceTokenizer.fromVocabulary(file, true).encode("un 中.", 9))
        .isEqualTo(uncased().encode("un 中.", 9));
    assertThat(uncased().vocabularySize()).isEqualTo(VOCABULARY.size());
  }

  @Test
  void refuses_vocabularies_it_cannot_use() throws IOException {
    assertRefused("no such file", folder.resolve("absent.txt"));
    assertRefused("the file is empty", written(""));
    assertRefused("line 3 is empty", written("[PAD]\n[UNK]\n\n[CLS]\n"));
    for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]")) {
      String text = String.join("\n", VOCABULARY).replace(token, "other");
      assertRefused("the token \"" + token + "\" is missing", written(text));
    }
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "[PAD]\né\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused("not UTF-8 at byte 6: save the file as UTF-8", latin);
  }

  private static void assertRefused(String reason, Path file) {
    assertThatThrownBy(() -> WordPieceTokenizer.fromVocabulary(file, true))
        .isInstanceOf(InputException.class)
        .message()
        .startsWith(file + ": ")
        .contains(reason);
  }

  private static List<String> tokens(WordPieceTokenizer tokenizer, String text, int maxLength) {
    return IntStream.of(tokenizer.encode(text, maxLength).ids())
        .mapToObj(tokenizer::token)
        .toList();
  }

  private WordPieceTokenizer uncased() throws IOException {
    return WordPieceTokenizer.fromVocabulary(vocabulary(), true);
  }

  private Path vocabulary() throws IOException {
    return written(String.join("\n", VOCABULARY) + "\n");
  }

  private Path written(String text) throws IOException {
    return Files.writeString(folder.resolve("vocab.txt"), text);
  }
}
