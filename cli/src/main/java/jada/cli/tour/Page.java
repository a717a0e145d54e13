package jada.cli.tour;

import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a section of the tour shows: lines of text, each of a kind, so that they can be printed in
/// different styles. Numbers have a decimal point in every locale.
public final class Page {
  /// No line of text is longer; matrices may be.
  private static final int WIDTH = 84;

  private static final String LEVELS = "▁▂▃▄▅▆▇█";

  private final List<Line> lines = new ArrayList<>();

  /// What a line is.
  public enum Kind {
    /// Plain words.
    TEXT,
    /// An equation.
    FORMULA,
    /// Something that was computed a moment ago.
    NUMBERS,
    /// Which file of Jada to read.
    SOURCE
  }

  /// One line.
  ///
  /// @param kind what it is
  /// @param text without a line break
  public record Line(Kind kind, String text) {}

  /// An empty page.
  public Page() {}

  /// The lines so far. A copy.
  public List<Line> lines() {
    return List.copyOf(lines);
  }

  /// Words, broken into lines.
  void say(String words) {
    StringBuilder line = new StringBuilder();
    for (String word : words.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
        add(Kind.TEXT, line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    add(Kind.TEXT, line.toString());
  }

  /// An equation between empty lines.
  void formula(String... equations) {
    add(Kind.TEXT, "");
    for (String equation : equations) {
      add(Kind.FORMULA, "    " + equation);
    }
    add(Kind.TEXT, "");
  }

  /// A line of computed numbers, or the head of a table of them.
  void numbers(String format, Object... values) {
    add(Kind.NUMBERS, "  " + String.format(Locale.ROOT, format, values).stripTrailing());
  }

  void gap() {
    add(Kind.TEXT, "");
  }

  /// Matrices with equally many rows side by side, a sign before each but the first.
  void sideBySide(List<String> titles, List<Tensor> matrices, List<String> signs) {
    StringBuilder head = new StringBuilder();
    for (int m = 0; m < matrices.size(); m++) {
      int width = 6 * matrices.get(m).shape().dim(1);
      head.append(m == 0 ? "" : "   ")
          .append(String.format(Locale.ROOT, "%-" + width + "s", titles.get(m)));
    }
    numbers("%s", head);
    int rows = matrices.getFirst().shape().dim(0);
    for (int i = 0; i < rows; i++) {
      StringBuilder line = new StringBuilder();
      for (int m = 0; m < matrices.size(); m++) {
        line.append(m == 0 ? "" : i == rows / 2 ? " " + signs.get(m - 1) + " " : "   ");
        for (int j = 0; j < matrices.get(m).shape().dim(1); j++) {
          line.append(entry(matrices.get(m).get(i, j)));
        }
      }
      numbers("%s", line);
    }
  }

  private static String entry(float value) {
    String text = String.format(Locale.ROOT, "%6.2f", value);
    return text.equals(" -0.00") ? "  0.00" : text;
  }

  /// The files where what was shown is computed.
  void readNext(Class<?>... types) {
    gap();
    for (Class<?> type : types) {
      add(Kind.SOURCE, "Read next: " + path(type));
    }
  }

  /// A type's file in the repository: `jada.nn.optim.AdamW` is in the module `nn`.
  private static String path(Class<?> type) {
    String module = type.getPackageName().split("\\.")[1];
    return module + "/src/main/java/" + type.getName().replace('.', '/') + ".java";
  }

  /// A bar of `length` blocks.
  static String bar(int length) {
    return "█".repeat(length);
  }

  /// A curve of one letter a value, its height relative to the largest that is to be shown.
  static String curve(float[] values, float largest) {
    StringBuilder curve = new StringBuilder();
    for (float value : values) {
      int level = largest > 0 ? (int) (value / largest * (LEVELS.length() - 1) + 0.5f) : 0;
      curve.append(LEVELS.charAt(Math.clamp(level, 0, LEVELS.length() - 1)));
    }
    return curve.toString();
  }

  private void add(Kind kind, String text) {
    lines.add(new Line(kind, text));
  }
}
