package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.cli.TextLines.Line;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
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

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static TextLines lines(byte[] bytes) {
    return new TextLines("in", new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
  }

  @Test
  void unpacks_what_gzip_has_packed() throws IOException {
    TextLines lines = lines(packed("\uFEFFa\n\nb"));

    assertThat(lines.next(2)).isEqualTo(inputs("a", ""));
    assertThat(lines.next(2)).isEqualTo(inputs("b"));
    assertThat(lines.next(2)).isEmpty();
    assertThat(lines(new byte[] {0x1F}).next(2)).isEqualTo(inputs("\u001f"));
    assertThat(lines(packed("")).next(2)).isEmpty();
  }

  @Test
  void a_packed_stream_that_is_cut_off_is_named_after_what_could_be_read() throws IOException {
    String text = "tavo\n".repeat(100_000);
    byte[] bytes = packed(text);
    TextLines lines = lines(Arrays.copyOf(bytes, bytes.length - 9));

    assertThatThrownBy(
            () -> {
              while (!lines.next(64).isEmpty()) {
                continue;
              }
            })
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "in: is packed with gzip, and damaged or cut off at line [0-9]+; copy or fetch it"
                + " again");
    assertThatThrownBy(() -> lines(Arrays.copyOf(bytes, 5)).next(1))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("in: is packed with gzip");
  }

  @Test
  void a_line_that_unpacks_to_more_than_a_line_may_have_is_named() throws IOException {
    List<Line> read = lines(packed("x".repeat(50 << 20) + "\nz\n")).next(10);

    assertThat(read.get(0).problem())
        .hasValue("in:1: longer than 1048576 bytes; one text a line is expected");
    assertThat(read.get(1)).isEqualTo(Line.of(Input.of("z")));
  }

  @Test
  void half_a_character_is_named() {
    byte[] half = {'a', '\n', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '\n'};
    List<Line> read =
        new TextLines("in", new ByteArrayInputStream(half), Charset.forName("CESU-8")).next(10);

    assertThat(read.get(1).problem())
        .hasValue("in:2: has half a character (a surrogate without its pair); remove it");
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
