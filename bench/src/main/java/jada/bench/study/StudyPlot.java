package jada.bench.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// Drawings of a study as SVG elements.
final class StudyPlot {
  /// Okabe and Ito's palette, which people with any colour vision can tell apart.
  private static final List<String> COLORS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#000000");

  private static final int HEIGHT = 240;
  private static final int LEFT = 46;
  private static final int TOP = 26;
  private static final int COLUMN = 26;
  private static final int LINE = 18;

  private final StringBuilder body = new StringBuilder();
  private double width;
  private double height;

  private StudyPlot() {}

  private static String color(int arm) {
    return COLORS.get(arm % COLORS.size());
  }

  private void add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void text(double x, double y, String anchor, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x, y, anchor, PageText.escaped(text));
  }

  private void line(double x1, double y1, double x2, double y2, String color, double strength) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
            + " stroke-width=\"%.1f\"/>",
        x1, y1, x2, y2, color, strength);
  }

  private String svg() {
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$.0f\" height=\"%2$.0f\""
                + " viewBox=\"0 0 %1$.0f %2$.0f\" font-family=\"sans-serif\" font-size=\"11\">%n",
            width,
            height)
        + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        + body
        + "</svg>\n";
  }

  private void legend(List<String> arms, double y) {
    for (int i = 0; i < arms.size(); i++) {
      add("<circle cx=\"%d\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>", LEFT, y + i * LINE, color(i));
      text(LEFT + 10, y + i * LINE + 4, "start", arms.get(i));
    }
    height = Math.max(height, y + arms.size() * LINE);
  }

  /// Ends of an axis around these values, and the distance of its marks.
  private record Axis(double low, double high, double step) {
    static Axis around(List<Double> values) {
      double low = values.stream().mapToDouble(v -> v).min().orElse(0);
      double high = values.stream().mapToDouble(v -> v).max().orElse(1);
      double span = Math.max(high - low, 0.1);
      double power = StrictMath.pow(10, Math.floor(StrictMath.log10(span / 4)));
      double step =
          span / 4 <= 2 * power ? 2 * power : span / 4 <= 5 * power ? 5 * power : 10 * power;
      return new Axis(Math.floor(low / step) * step, Math.ceil(high / step) * step, step);
    }

    double share(double value) {
      return (value - low) / (high - low);
    }

    List<Double> marks() {
      List<Double> marks = new ArrayList<>();
      for (int i = 0; low + i * step <= high + step / 2; i++) {
        marks.add(low + i * step);
      }
      return marks;
    }

    String shown(double mark) {
      int digits = (int) Math.clamp(-Math.floor(StrictMath.log10(step)), 0, 4);
      return String.format(Locale.ROOT, "%." + digits + "f", mark);
    }
  }

  private void vertical(Axis axis, double x, double right) {
    for (double mark : axis.marks()) {
      double y = TOP + HEIGHT * (1 - axis.share(mark));
      line(x, y, right, y, "#dddddd", 1);
      text(x - 4, y + 4, "end", axis.shown(mark));
    }
  }

  /// Every run as a dot, the mean as a bar: a panel for each task, a column for each arm.
  ///
  /// @param scores by task and arm, in the order of the arms
  static String runs(List<String> arms, SequencedMap<String, List<List<Double>>> scores) {
    StudyPlot plot = new StudyPlot();
    double x = LEFT;
    for (var panel : scores.entrySet()) {
      List<Double> all = panel.getValue().stream().flatMap(List::stream).toList();
      if (all.isEmpty()) {
        continue;
      }
      Axis axis = Axis.around(all);
      double right = x + Math.max(90, COLUMN * arms.size());
      plot.text((x + right) / 2, TOP - 10, "middle", panel.getKey());
      plot.vertical(axis, x, right);
      for (int arm = 0; arm < arms.size(); arm++) {
        List<Double> runs = panel.getValue().get(arm);
        double middle = x + COLUMN * (arm + 0.5);
        for (int i = 0; i < runs.size(); i++) {
          // Side by side, so that equal scores are seen as several.
          double aside = runs.size() < 2 ? 0 : 10.0 * i / (runs.size() - 1) - 5;
          plot.add(
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\" fill-opacity=\"0.6\"/>",
              middle + aside, TOP + HEIGHT * (1 - axis.share(runs.get(i))), color(arm));
        }
        if (!runs.isEmpty()) {
          double mean = PairedStatistics.mean(runs.stream().mapToDouble(v -> v).toArray());
          double y = TOP + HEIGHT * (1 - axis.share(mean));
          plot.line(middle - 9, y, middle + 9, y, color(arm), 2);
        }
      }
      x = right + LEFT;
    }
    plot.width = Math.max(320, x);
    plot.legend(arms, TOP + HEIGHT + 24);
    return plot.svg();
  }

  /// A difference with its interval.
  ///
  /// @param arm index of its colour
  record Bar(String label, int arm, double mean, PairedStatistics.Interval interval) {}

  /// Differences to the reference with their intervals, the margin of no difference shaded.
  static String differences(List<Bar> bars, double margin) {
    StudyPlot plot = new StudyPlot();
    List<Double> ends = new ArrayList<>(List.of(-margin, margin));
    for (Bar bar : bars) {
      ends.add(bar.mean());
      if (!Double.isNaN(bar.interval().low())) {
        ends.add(bar.interval().low());
        ends.add(bar.interval().high());
      }
    }
    Axis axis = Axis.around(ends);
    double left = 20 + 6.5 * bars.stream().mapToInt(b -> b.label().length()).max().orElse(0);
    double span = 480;
    double bottom = TOP + LINE * bars.size();
    plot.add(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.1f\" fill=\"#eeeeee\"/>",
        left + span * axis.share(-margin),
        TOP,
        span * (axis.share(margin) - axis.share(-margin)),
        bottom - TOP);
    for (double mark : axis.marks()) {
      double x = left + span * axis.share(mark);
      plot.line(x, TOP, x, bottom, Math.abs(mark) < 1e-9 ? "#000000" : "#dddddd", 1);
      plot.text(x, TOP - 8, "middle", axis.shown(mark));
    }
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double y = TOP + LINE * (i + 0.5);
      plot.text(left - 8, y + 4, "end", bar.label());
      if (!Double.isNaN(bar.interval().low())) {
        plot.line(
            left + span * axis.share(bar.interval().low()),
            y,
            left + span * axis.share(bar.interval().high()),
            y,
            color(bar.arm()),
            2);
      }
      plot.add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>",
          left + span * axis.share(bar.mean()), y, color(bar.arm()));
    }
    plot.width = left + span + 30;
    plot.height = bottom + 14;
    return plot.svg();
  }

  /// Means over the seeds of something that grows with the steps, a line for each arm and a panel
  /// for each task.
  ///
  /// @param courses by task, then in the order of the arms: value by step
  static String courses(
      List<String> arms, SequencedMap<String, List<SequencedMap<Integer, Double>>> courses) {
    StudyPlot plot = new StudyPlot();
    double x = LEFT;
    for (var panel : courses.entrySet()) {
      List<Double> values = panel.getValue().stream().flatMap(c -> c.values().stream()).toList();
      if (values.isEmpty()) {
        continue;
      }
      int steps =
          panel.getValue().stream()
              .flatMap(c -> c.keySet().stream())
              .mapToInt(i -> i)
              .max()
              .orElse(1);
      List<Double> from0 = new ArrayList<>(values);
      from0.add(0.0);
      Axis axis = Axis.around(from0);
      double span = 240;
      plot.text(x + span / 2, TOP - 10, "middle", panel.getKey());
      plot.vertical(axis, x, x + span);
      plot.text(x + span, TOP + HEIGHT + 14, "end", String.format(Locale.ROOT, "step %,d", steps));
      for (int arm = 0; arm < arms.size(); arm++) {
        StringBuilder points = new StringBuilder();
        for (var point : panel.getValue().get(arm).entrySet()) {
          points.append(
              String.format(
                  Locale.ROOT,
                  "%.1f,%.1f ",
                  x + span * point.getKey() / steps,
                  TOP + HEIGHT * (1 - axis.share(point.getValue()))));
        }
        plot.add(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>",
            points.toString().strip(), color(arm));
      }
      x += span + LEFT;
    }
    plot.width = Math.max(320, x);
    plot.legend(arms, TOP + HEIGHT + 34);
    return plot.svg();
  }
}
