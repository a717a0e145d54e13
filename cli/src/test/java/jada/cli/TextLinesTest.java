package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TextLinesTest {
  private static TextLines lines(String text) {
    return new TextLines(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  private static List<Input> inputs(String... texts) {
    return List.of(texts).stream().map(Input::of).toList();
  }

  @Test
  void skips_blank_lines_and_line_ends_of_every_kind() {
    assertThat(lines("\uFEFFa\r\n\n \nb\tc\nl\u00e4st").next(10))
        .isEqualTo(inputs("a", "b\tc", "l\u00e4st"));
  }

  @Test
  void gives_no_more_than_asked_for_and_nothing_at_the_end() {
    TextLines lines = lines("a\nb\nc\n");

    assertThat(lines.next(2)).isEqualTo(inputs("a", "b"));
    assertThat(lines.next(2)).isEqualTo(inputs("c"));
    assertThat(lines.next(2)).isEmpty();
    assertThat(lines("").next(2)).isEmpty();
  }

  @Test
  @Timeout(10)
  void answers_a_line_before_the_next_one_comes() throws IOException {
    PipedOutputStream typed = new PipedOutputStream();
    TextLines lines = new TextLines(new PipedInputStream(typed), StandardCharsets.UTF_8);
    typed.write("first\n".getBytes(StandardCharsets.UTF_8));
    typed.flush();

    assertThat(lines.next(64)).isEqualTo(inputs("first"));
  }

  @Test
  void names_the_line_that_is_not_utf8() {
    TextLines lines = new TextLines(latin(), StandardCharsets.UTF_8);

    assertThatThrownBy(() -> lines.next(10))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "standard input:2: is not UTF-8 text; name its encoding, for example --encoding"
                + " ISO-8859-1");
  }

  @Test
  void reads_another_encoding_when_told() {
    assertThat(new TextLines(latin(), StandardCharsets.ISO_8859_1).next(10))
        .isEqualTo(inputs("a", "\u00e9"));
  }

  @Test
  void refuses_an_encoding_whose_lines_do_not_end_with_one_byte() {
    assertThatThrownBy(() -> new TextLines(latin(), StandardCharsets.UTF_16))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--encoding UTF-16: standard input is not read line by line in it; use --data FILE");
  }

  private static ByteArrayInputStream latin() {
    return new ByteArrayInputStream(new byte[] {'a', '\n', (byte) 0xE9, '\n'});
  }
}
