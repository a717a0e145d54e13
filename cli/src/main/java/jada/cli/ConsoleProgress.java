package jada.cli;

import jada.adalora.data.Progress;
import java.util.Optional;

/// Shows downloads and other preparation on the console.
final class ConsoleProgress implements Progress, AutoCloseable {
  private final Console console;
  private Optional<Meter> meter = Optional.empty();

  ConsoleProgress(Console console) {
    this.console = console;
  }

  @Override
  public void started(String what, String unit, long total) {
    close();
    meter = Optional.of(new Meter(console, what, unit.equals("bytes"), total, System::nanoTime));
  }

  @Override
  public void advanced(long soFar) {
    meter.ifPresent(m -> m.at(soFar, ""));
  }

  @Override
  public void finished() {
    close();
  }

  @Override
  public void close() {
    meter.ifPresent(Meter::close);
    meter = Optional.empty();
  }
}
