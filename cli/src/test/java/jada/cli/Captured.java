package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Runs commands inside the test and keeps what they print.
final class Captured {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new HeldStream();
  private byte[] in = {};
  private String mark = "";
  private CountDownLatch passed = new CountDownLatch(0);
  private boolean terminal;
  private boolean color;
  private boolean outTerminal;
  private boolean ascii;

  /// The same with this text on standard input.
  Captured withInput(byte[] bytes) {
    in = bytes.clone();
    return this;
  }

  Captured withInput(String text) {
    return withInput(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The command waits as soon as it has printed this text to standard error, until [#letPass()]: a
  /// test can look at a run that is under way on a machine of any speed.
  Captured heldAfter(String text) {
    mark = text;
    passed = new CountDownLatch(1);
    return this;
  }

  /// Lets a held command go on.
  ///
  /// @throws AssertionError if it never printed the text
  void letPass() {
    assertThat(err()).contains(mark);
    passed.countDown();
  }

  Captured onTerminal() {
    terminal = true;
    return this;
  }

  /// Results go to a terminal, too.
  Captured withResultsOnTerminal() {
    outTerminal = true;
    return onTerminal();
  }

  Captured inColor() {
    color = true;
    return this;
  }

  Captured inAscii() {
    ascii = true;
    return this;
  }

  Console console() {
    return new Console(
        new ByteArrayInputStream(in),
        new PrintStream(out, false, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        outTerminal,
        color,
        terminal,
        ascii,
        80);
  }

  /// Runs a command line and returns its exit status.
  int run(Object... arguments) {
    String[] texts = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
    return Main.run(texts, console());
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /// The lines of `err`, which an error leaves with exactly one.
  List<String> errLines() {
    return err().lines().toList();
  }

  private final class HeldStream extends ByteArrayOutputStream {
    @Override
    public void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      try {
        if (passed.getCount() > 0 && err().contains(mark)) {
          passed.await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
