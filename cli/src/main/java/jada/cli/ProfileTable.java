package jada.cli;

import jada.autograd.Profile;
import jada.autograd.Profile.Line;
import jada.tensor.Workers;
import jada.tensor.kernel.Peak;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A profile as a table: a row for each kind of operation, the slowest first, per step; GFLOP/s are
/// those of matrix products, as a share of the peak measured in registers.
final class ProfileTable {
  /// Rounds of about 1 ms: enough to be compiled and to hit an undisturbed moment.
  private static final int ROUNDS = 300;

  private static final String ROW = "%-9s %-28s %6s %9s %6s %8s %6s %8s";

  private ProfileTable() {}

  /// The multiply-add peak of this machine, measured now, in GFLOP/s.
  static double peak(int threads) {
    try (Workers workers = Workers.of(threads)) {
      return workers.call(() -> Peak.gigaflops(Workers.current()::dispatch, threads, ROUNDS));
    }
  }

  /// The table's lines, head and sums included.
  ///
  /// @param peak GFLOP/s that the machine can reach
  static List<String> lines(Profile profile, double peak) {
    double steps = Math.max(1, profile.steps());
    List<Line> rows = profile.lines();
    long nanos = rows.stream().mapToLong(Line::nanos).sum();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "profile of %d steps; multiply-add peak of this machine %.0f GFLOP/s",
            profile.steps(),
            peak));
    lines.add(
        String.format(Locale.ROOT, ROW, "", "", "calls", "ms", "share", "GFLOP/s", "peak", "MB")
            .stripTrailing());
    for (Line row : rows) {
      lines.add(row(row.phase().name().toLowerCase(Locale.ROOT), row, steps, nanos, peak));
    }
    long operations = rows.stream().mapToLong(Line::operations).sum();
    long calls = rows.stream().mapToLong(Line::calls).sum();
    long bytes = rows.stream().mapToLong(Line::bytes).sum();
    Line sum = new Line(Profile.Phase.UPDATE, "", calls, nanos, operations, bytes);
    lines.add(row("step", sum, steps, nanos, peak));
    return lines;
  }

  private static String row(String name, Line row, double steps, long all, double peak) {
    boolean multiplies = row.operations() > 0;
    return String.format(
        Locale.ROOT,
        ROW,
        name,
        row.op(),
        number("%.0f", row.calls() / steps),
        number("%.2f", row.nanos() / steps * 1e-6),
        number("%.1f%%", 100.0 * row.nanos() / Math.max(1, all)),
        multiplies ? number("%.1f", row.gigaflops()) : "",
        multiplies ? number("%.0f%%", 100 * row.gigaflops() / peak) : "",
        number("%.2f", row.bytes() / steps * 1e-6));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
