package jada.adalora.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Runs an example inside a test and keeps what it prints.
public final class Printed {
  private Printed() {}

  /// The `main` of an example.
  public interface Example {
    /// Runs it.
    void main(String[] args) throws IOException;
  }

  /// All that the example prints to standard output.
  public static String by(Example example, Object... args) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    try {
      example.main(texts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
