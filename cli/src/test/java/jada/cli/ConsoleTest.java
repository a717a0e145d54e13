package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  @Test
  void spells_what_ascii_cannot_show() {
    Console console = new Captured().inAscii().console();

    assertThat(console.readable("budget 288\u219296, \u03bb \u2265 0 \u2026 M\u00fcller \u4e16"))
        .isEqualTo("budget 288->96, lambda >= 0 ... Muller ?");
  }

  @Test
  void shows_unicode_where_it_can() {
    assertThat(new Captured().console().readable("288\u219296 M\u00fcller"))
        .isEqualTo("288\u219296 M\u00fcller");
  }

  @Test
  void result_that_cannot_be_written_is_an_error() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    Console console =
        Console.of(
            InputStream.nullInputStream(),
            new PrintStream(closed),
            new PrintStream(OutputStream.nullOutputStream()));

    assertThatThrownBy(() -> console.result("x"))
        .isInstanceOf(OutputException.class)
        .hasMessageStartingWith("standard output: cannot be written");
  }
}
