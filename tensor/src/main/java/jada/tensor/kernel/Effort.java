package jada.tensor.kernel;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Counts the floating-point operations of matrix products, 2·m·n·k each, while it is bound to the
/// calling thread. Tasks that this thread hands to other threads count too. If none is bound, a
/// product costs one look at a scoped value.
public final class Effort {
  private static final ScopedValue<Effort> BOUND = ScopedValue.newInstance();

  private final LongAdder operations = new LongAdder();

  /// A counter at zero.
  public Effort() {}

  /// Computes with this bound to the calling thread.
  public <T> T call(Supplier<T> computation) {
    return ScopedValue.where(BOUND, this).call(computation::get);
  }

  /// The floating-point operations counted so far.
  public long operations() {
    return operations.sum();
  }

  /// Wraps a task so that it runs with this thread's counter on another thread.
  public static IntConsumer carried(IntConsumer task) {
    if (!BOUND.isBound()) {
      return task;
    }
    ScopedValue.Carrier here = ScopedValue.where(BOUND, BOUND.get());
    return i -> here.run(() -> task.accept(i));
  }

  static void count(int m, int n, int k) {
    if (BOUND.isBound()) {
      BOUND.get().operations.add(2L * m * n * k);
    }
  }
}
