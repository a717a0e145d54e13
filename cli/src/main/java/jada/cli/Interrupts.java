package jada.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.utils.Signals;

/// Turns Ctrl-C (SIGINT), SIGTERM and SIGHUP (the terminal is gone) into a request to stop after
/// the current step; a second one ends the process at once. Closing restores the default handlers
/// of the JVM, which end the process.
final class Interrupts implements AutoCloseable {
  /// Shells report a process ended by signal n as 128 + n.
  private static final int INT = 128 + 2;

  private static final int TERM = 128 + 15;

  private static final int HUP = 128 + 1;

  private final Runnable asked;
  private final Runnable atHalt;
  private final AtomicInteger status = new AtomicInteger();
  private final List<Runnable> restore = new ArrayList<>();

  /// Installs the handlers.
  ///
  /// @param asked runs at the first signal
  /// @param atHalt runs at the second, before the process ends
  Interrupts(Runnable asked, Runnable atHalt) {
    this.asked = asked;
    this.atHalt = atHalt;
    listen("INT", INT);
    listen("TERM", TERM);
    listen("HUP", HUP);
  }

  private void listen(String signal, int exitStatus) {
    Object former = Signals.register(signal, () -> received(exitStatus));
    restore.add(() -> Signals.unregister(signal, former));
  }

  private void received(int exitStatus) {
    if (status.compareAndSet(0, exitStatus)) {
      asked.run();
      return;
    }
    try {
      atHalt.run();
    } finally {
      Runtime.getRuntime().halt(exitStatus);
    }
  }

  /// Whether a signal was received.
  boolean requested() {
    return status.get() != 0;
  }

  /// The exit status of a process stopped by a signal; 0 if none was received.
  int status() {
    return status.get();
  }

  @Override
  public void close() {
    restore.forEach(Runnable::run);
    restore.clear();
  }
}
