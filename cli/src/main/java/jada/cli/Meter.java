package jada.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// Shows the progress of some work: a bar on a terminal, elsewhere a plain line now and then.
final class Meter implements AutoCloseable {
  /// For logs: a line for every tenth of the work, at least every ten seconds, at most every
  /// second.
  private static final long SLOWEST = Duration.ofSeconds(10).toNanos();

  private static final long FASTEST = Duration.ofSeconds(1).toNanos();
  private static final int BAR_INTERVAL_MILLIS = 200;

  private final Console console;
  private final String title;
  private final boolean bytes;
  private final long total;
  private final LongSupplier nanoTime;
  private final long begun;
  private final Optional<ProgressBar> bar;
  private long lastTime;
  private long lastTenth;
  private long doneBefore;

  /// Starts showing.
  ///
  /// @param bytes whether bytes are counted, shown as megabytes
  /// @param total the amount of work; 0 if that is not known
  /// @param nanoTime the clock, nanoseconds
  Meter(Console console, String title, boolean bytes, long total, LongSupplier nanoTime) {
    this.console = console;
    this.title = title;
    this.bytes = bytes;
    this.total = total;
    this.nanoTime = nanoTime;
    begun = nanoTime.getAsLong();
    lastTime = begun;
    bar = console.errTerminal() ? Optional.of(bar()) : Optional.empty();
  }

  private ProgressBar bar() {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(console.readable(title))
            .setInitialMax(total > 0 ? total : -1)
            .setStyle(console.ascii() ? ProgressBarStyle.ASCII : ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(BAR_INTERVAL_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.width() - 1));
    return (bytes ? builder.setUnit(" MB", 1_000_000) : builder).build();
  }

  /// The work done before this began, which does not count in the estimate of the time left.
  void startAt(long done) {
    doneBefore = done;
    bar.ifPresent(b -> b.stepTo(done));
  }

  /// Reports the work done so far.
  ///
  /// @param detail further information; may be empty
  void at(long done, String detail) {
    bar.ifPresentOrElse(
        b -> b.setExtraMessage(" " + console.readable(detail)).stepTo(done),
        () -> sayNowAndThen(done, detail));
  }

  private void sayNowAndThen(long done, String detail) {
    long now = nanoTime.getAsLong();
    long tenth = total > 0 ? done * 10 / total : 0;
    long waited = now - lastTime;
    if (waited >= SLOWEST || (tenth > lastTenth && waited >= FASTEST)) {
      lastTime = now;
      lastTenth = tenth;
      console.say(line(done, detail, (now - begun) / 1e9));
    }
  }

  private String line(long done, String detail, double seconds) {
    StringBuilder line = new StringBuilder(title).append(' ').append(amount(done));
    if (total > 0) {
      line.append('/').append(amount(total)).append(", ").append(done * 100 / total).append(" %");
    }
    if (!detail.isEmpty()) {
      line.append(", ").append(detail);
    }
    if (total > 0 && done > doneBefore) {
      double left = seconds / (done - doneBefore) * (total - done);
      line.append(", ").append(duration(left)).append(" left");
    }
    return line.toString();
  }

  private String amount(long count) {
    return bytes ? String.format(Locale.ROOT, "%.1f MB", count / 1e6) : Long.toString(count);
  }

  /// Prints a line without disturbing the bar.
  void say(String line) {
    if (bar.isPresent()) {
      // In one write, because the bar is drawn from another thread.
      console.say("\r" + " ".repeat(console.width() - 1) + "\r" + line);
    } else {
      console.say(line);
    }
  }

  /// Minutes and seconds, and hours where there are any.
  static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
