package jada.autograd;

import jada.tensor.kernel.Effort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Where the time of training steps goes, operation by operation.
///
///     Profile profile = new Profile();
///     profile.call(() -> fineTuner.run(train, dev));
///     profile.lines().forEach(System.out::println);
///
/// A stopwatch with laps: an operation of the graph ends one when it has its result, and again when
/// its derivatives are done; whoever steps begins and ends the watch around a step, and ends laps of
/// its own for what is not an operation. What happens between two laps belongs to the second, so
/// that nothing is left out and nothing counts twice. Where no profile is bound to the calling
/// thread, a lap is a look at a scoped value.
public final class Profile {
  private static final ScopedValue<Profile> BOUND = ScopedValue.newInstance();

  private final Effort effort = new Effort();
  private final Map<Key, long[]> totals = new LinkedHashMap<>(); // calls, nanos, operations, bytes
  private boolean running;
  private long lastNanos;
  private long lastOperations;
  private long steps;

  /// The parts of a step.
  public enum Phase {
    /// Values.
    FORWARD,
    /// Gradients.
    BACKWARD,
    /// What is done with them, and batches.
    UPDATE
  }

  /// What one kind of operation took in all steps together.
  ///
  /// @param phase the part of the step
  /// @param op the name of the operation
  /// @param calls how often it was done
  /// @param nanos wall-clock time
  /// @param operations floating-point operations of matrix products, 2·m·n·k each
  /// @param bytes of the values that it made; of a derivative, of the gradient it was given
  public record Line(Phase phase, String op, long calls, long nanos, long operations, long bytes) {
    /// 10⁹ operations of matrix products a second.
    public double gigaflops() {
      return nanos == 0 ? 0 : (double) operations / nanos;
    }
  }

  private record Key(Phase phase, String op) {}

  /// Nothing measured yet.
  public Profile() {}

  /// Computes with this profile bound to the calling thread.
  public <T> T call(Supplier<T> computation) {
    return effort.call(() -> ScopedValue.where(BOUND, this).call(computation::get));
  }

  /// A step begins: what went before does not count.
  public static void begin() {
    if (BOUND.isBound()) {
      Profile profile = BOUND.get();
      profile.running = true;
      profile.steps++;
      profile.lastNanos = System.nanoTime();
      profile.lastOperations = profile.effort.operations();
    }
  }

  /// The step is over: what follows, such as an evaluation, does not count.
  public static void end() {
    if (BOUND.isBound()) {
      BOUND.get().running = false;
    }
  }

  /// Something outside the graph is done that began with the last lap.
  public static void lap(String what) {
    lap(Phase.UPDATE, what, 0);
  }

  static void lap(Phase phase, String op, long floats) {
    if (BOUND.isBound() && BOUND.get().running) {
      BOUND.get().add(phase, op, 4 * floats);
    }
  }

  private void add(Phase phase, String op, long bytes) {
    long nanos = System.nanoTime();
    long operations = effort.operations();
    long[] total = totals.computeIfAbsent(new Key(phase, op), _ -> new long[4]);
    total[0]++;
    total[1] += nanos - lastNanos;
    total[2] += operations - lastOperations;
    total[3] += bytes;
    lastNanos = nanos;
    lastOperations = operations;
  }

  /// The steps measured.
  public long steps() {
    return steps;
  }

  /// All kinds of operations, the one that took most time first.
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    totals.forEach((key, t) -> lines.add(new Line(key.phase(), key.op(), t[0], t[1], t[2], t[3])));
    lines.sort(Comparator.comparingLong(Line::nanos).reversed());
    return lines;
  }
}
