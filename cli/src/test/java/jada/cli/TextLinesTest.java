package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.cli.TextLines.Line;
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
        "standard input",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        StandardCharsets.UTF_8);
  }

  private static List<Line> inputs(String... texts) {
    return List.of(texts).stream().map(Input::of).map(Line::of).toList();
  }

  @Test
  void gives_every_line_without_its_end_of_whatever_kind_blank_ones_too() {
    List<Line> lines = lines("\uFEFFa\r\n\n \nb\tc\nl\u00e4st").next(10);

    assertThat(lines).isEqualTo(inputs("a", "", " ", "b\tc", "l\u00e4st"));
    assertThat(lines).extracting(Line::isBlank).containsExactly(false, true, true, false, false);
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
    TextLines lines =
        new TextLines("standard input", new PipedInputStream(typed), StandardCharsets.UTF_8);
    typed.write("first\n".getBytes(StandardCharsets.UTF_8));
    typed.flush();

    assertThat(lines.next(64)).isEqualTo(inputs("first"));
  }

  @Test
  void a_line_that_is_not_utf8_is_named_and_the_others_are_read() {
    TextLines lines = new TextLines("standard input", latin(), StandardCharsets.UTF_8);

    List<Line> read = lines.next(10);

    assertThat(read).extracting(Line::input).containsExactly(Input.of("a"), Input.of(""));
    assertThat(read.getFirst().problem()).isEmpty();
    assertThat(read.getLast().isBlank()).isFalse();
    assertThat(read.getLast().problem())
        .hasValue(
            "standard input:2: is not UTF-8 text; name its encoding, for example --encoding"
                + " ISO-8859-1");
  }

  @Test
  void a_line_that_is_too_long_to_be_text_is_named_and_the_next_is_read() {
    TextLines lines = lines("x".repeat((1 << 20) + 1) + "\n" + "y".repeat(1 << 20) + "\nz\n");

    List<Line> read = lines.next(10);

    assertThat(read).hasSize(3);
    assertThat(read.get(0).problem())
        .hasValue("standard input:1: longer than 1048576 bytes; one text a line is expected");
    assertThat(read.get(1).input().text()).hasSize(1 << 20);
    assertThat(read.get(2)).isEqualTo(Line.of(Input.of("z")));
  }

  @Test
  void reads_another_encoding_when_told() {
    assertThat(new TextLines("standard input", latin(), StandardCharsets.ISO_8859_1).next(10))
        .isEqualTo(inputs("a", "\u00e9"));
  }

  @Test
  void refuses_an_encoding_whose_lines_do_not_end_with_one_byte() {
    assertThatThrownBy(() -> new TextLines("standard input", latin(), StandardCharsets.UTF_16))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--encoding UTF-16: standard input is not read line by line in it; use --data FILE");
  }

  private static ByteArrayInputStream latin() {
    return new ByteArrayInputStream(new byte[] {'a', '\n', (byte) 0xE9, '\n'});
  }
}
