package jada.autograd;

import jada.tensor.kernel.Effort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Measures the time of training steps by operation.
///
///     Profile profile = new Profile();
///     profile.call(() -> fineTuner.run(train, dev));
///     profile.lines().forEach(System.out::println);
///
/// It works like a stopwatch with laps. Each operation ends a lap when its result exists, and another
/// one when its derivatives do. The training loop starts and stops the watch around a step, and ends
/// laps for work that is not an operation. The time between two laps belongs to the second one, so
/// nothing is left out or counted twice. If no profile is bound to the calling thread, a lap costs one
/// look at a scoped value.
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
    /// The optimizer's update, and preparing batches.
    UPDATE
  }

  /// The cost of one kind of operation over all steps.
  ///
  /// @param phase the part of the step
  /// @param op the name of the operation
  /// @param calls the number of calls
  /// @param nanos wall-clock time
  /// @param operations floating-point operations of matrix products, 2·m·n·k each
  /// @param bytes size of the values produced; for a derivative, of the gradient received
  public record Line(Phase phase, String op, long calls, long nanos, long operations, long bytes) {
    /// 10⁹ floating-point operations of matrix products per second.
    public double gigaflops() {
      return nanos == 0 ? 0 : (double) operations / nanos;
    }
  }

  private record Key(Phase phase, String op) {}

  /// An empty profile.
  public Profile() {}

  /// Computes with this profile bound to the calling thread.
  public <T> T call(Supplier<T> computation) {
    return effort.call(() -> ScopedValue.where(BOUND, this).call(computation::get));
  }

  /// Starts a step: time before it is not counted.
  public static void begin() {
    if (BOUND.isBound()) {
      Profile profile = BOUND.get();
      profile.running = true;
      profile.steps++;
      profile.lastNanos = System.nanoTime();
      profile.lastOperations = profile.effort.operations();
    }
  }

  /// Ends the step: time after it, such as an evaluation, is not counted.
  public static void end() {
    if (BOUND.isBound()) {
      BOUND.get().running = false;
    }
  }

  /// Ends a lap of work outside the graph.
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

  /// The number of steps measured.
  public long steps() {
    return steps;
  }

  /// All kinds of operations, the most expensive first.
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    totals.forEach((key, t) -> lines.add(new Line(key.phase(), key.op(), t[0], t[1], t[2], t[3])));
    lines.sort(Comparator.comparingLong(Line::nanos).reversed());
    return lines;
  }
}
