package jada.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The three streams of a command and the properties of the terminal.
///
/// @param in standard input
/// @param out results; data, hence UTF-8 whatever the terminal's character set
/// @param err messages for people
/// @param outTerminal whether `out` is a terminal
/// @param color whether `out` may be coloured: a terminal that can, and no NO_COLOR
/// @param errTerminal whether `err` is a terminal, on which a line may be redrawn
/// @param ascii whether `err` can show ASCII only
/// @param width columns of the terminal
record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean outTerminal,
    boolean color,
    boolean errTerminal,
    boolean ascii,
    int width) {
  /// Set by the launcher, because Java cannot ask whether standard error is a terminal: a list of
  /// `out-terminal`, `err-terminal`, `ascii` and `width=n`.
  private static final String PROPERTY = "jada.console";

  /// Set by the launcher to the file descriptor of messages, where that is not 2.
  private static final String ERR_PROPERTY = "jada.err";

  private static final int USUAL_WIDTH = 80;

  /// Replacements for these characters where only ASCII can be shown.
  private static final Map<String, String> SPELLINGS =
      Map.ofEntries(
          Map.entry("λ", "lambda"),
          Map.entry("γ", "gamma"),
          Map.entry("×", "x"),
          Map.entry("·", "*"),
          Map.entry("–", "-"),
          Map.entry("—", "-"),
          Map.entry("−", "-"),
          Map.entry("…", "..."),
          Map.entry("→", "->"),
          Map.entry("≥", ">="),
          Map.entry("≤", "<="),
          Map.entry("‖", "||"),
          Map.entry("ᵀ", "T"),
          Map.entry("Δ", "d"),
          Map.entry("∂", "d"),
          Map.entry("Σ", "sum "),
          Map.entry("√", "sqrt"),
          Map.entry("β", "beta"),
          Map.entry("²", "^2"),
          Map.entry("³", "^3"),
          Map.entry("₀", "0"),
          Map.entry("₁", "1"),
          Map.entry("₂", "2"),
          Map.entry("₃", "3"),
          Map.entry("ᵢ", "i"),
          Map.entry("≈", "~"),
          Map.entry("⟹", "=>"),
          Map.entry("←", "<-"),
          Map.entry("▁", "_"),
          Map.entry("▂", "."),
          Map.entry("▃", ":"),
          Map.entry("▄", "-"),
          Map.entry("▅", "="),
          Map.entry("▆", "+"),
          Map.entry("▇", "*"),
          Map.entry("█", "#"),
          Map.entry("░", "."));

  /// The console of this process.
  static Console ofProcess() {
    PrintStream out = new PrintStream(new StandardOutput(), false, StandardCharsets.UTF_8);
    PrintStream err = humanStream();
    List<String> facts = Arrays.asList(System.getProperty(PROPERTY, "").split(","));
    boolean known = System.getProperty(PROPERTY) != null;
    boolean terminal = !known && System.console() != null && System.console().isTerminal();
    int width =
        facts.stream()
            .filter(fact -> fact.matches("width=[0-9]{1,4}"))
            .mapToInt(fact -> Integer.parseInt(fact.substring("width=".length())))
            .filter(columns -> columns > 0)
            .findFirst()
            .orElse(USUAL_WIDTH);
    boolean outTerminal = terminal || facts.contains("out-terminal");
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    return new Console(
        System.in,
        out,
        err,
        outTerminal,
        outTerminal && !dumb && Optional.ofNullable(System.getenv("NO_COLOR")).orElse("").isEmpty(),
        (terminal || facts.contains("err-terminal")) && !dumb,
        facts.contains("ascii") || !err.charset().equals(StandardCharsets.UTF_8),
        width);
  }

  /// The stream of messages. The launcher moves it away from descriptor 2, on which the JVM prints
  /// a warning about the vector module that cannot be turned off.
  private static PrintStream humanStream() {
    Integer number = Integer.getInteger(ERR_PROPERTY);
    if (number == null) {
      return System.err;
    }
    OutputStream stream;
    try {
      // Java has no public way to a descriptor above 2, and opening /dev/fd/3 would start a file
      // anew.
      Constructor<FileDescriptor> constructor =
          FileDescriptor.class.getDeclaredConstructor(int.class);
      constructor.setAccessible(true);
      stream = new FileOutputStream(constructor.newInstance(number));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "descriptor " + number + " cannot be opened; run Java without -D" + ERR_PROPERTY, e);
    }
    PrintStream err = new PrintStream(stream, true, System.err.charset());
    System.setErr(err);
    return err;
  }

  /// A console without terminals, for running commands inside another program.
  static Console of(InputStream in, PrintStream out, PrintStream err) {
    return new Console(in, out, err, false, false, false, false, USUAL_WIDTH);
  }

  /// Prints a message.
  void say(String line) {
    err.print(readable(line) + "\n");
    err.flush();
  }

  /// Prints a result in one line.
  ///
  /// @throws OutputException if it cannot be written, for example because the disk is full
  void result(String line) {
    out.print(line + "\n");
    out.flush();
    if (out.checkError()) {
      throw new OutputException("standard output: cannot be written; the disk may be full");
    }
  }

  /// Prints a line of a result that is meant for people, as this console can show it.
  ///
  /// @throws OutputException if it cannot be written
  void show(String line) {
    result(readable(line));
  }

  /// The same in a style.
  void show(Style style, String line) {
    result(styled(style, readable(line)));
  }

  /// Prints a prompt; the answer is typed on the same line.
  void prompt(String question) {
    err.print(readable(question));
    err.flush();
  }

  /// Styles for parts of a result on a terminal.
  enum Style {
    TITLE("1"),
    FORMULA("1;36"),
    NUMBERS("32"),
    ASIDE("2");

    /// Of the control sequence "select graphic rendition" (ECMA-48).
    private final String parameters;

    Style(String parameters) {
      this.parameters = parameters;
    }
  }

  /// The text in a style, if results may be coloured.
  String styled(Style style, String text) {
    return color && !text.isEmpty()
        ? "\u001b[" + style.parameters + "m" + text + "\u001b[0m"
        : text;
  }

  /// The text as this console can show it.
  String readable(String text) {
    if (!ascii || text.chars().allMatch(c -> c < 128)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    // Letters lose their accents; other characters become question marks.
    Normalizer.normalize(text, Normalizer.Form.NFD)
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(
            c ->
                shown.append(
                    c < 128
                        ? Character.toString(c)
                        : SPELLINGS.getOrDefault(Character.toString(c), "?")));
    return shown.toString();
  }
}
