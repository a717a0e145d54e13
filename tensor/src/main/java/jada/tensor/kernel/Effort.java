package jada.tensor.kernel;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Counts the floating-point operations of matrix products, 2·m·n·k each, while it is bound to the
/// calling thread; the tasks that this thread hands out count too. Without one bound, counting is a
/// look at a scoped value for each product.
public final class Effort {
  private static final ScopedValue<Effort> BOUND = ScopedValue.newInstance();

  private final LongAdder operations = new LongAdder();

  /// Nothing counted yet.
  public Effort() {}

  /// Computes with this bound to the calling thread.
  public <T> T call(Supplier<T> computation) {
    return ScopedValue.where(BOUND, this).call(computation::get);
  }

  /// The operations so far.
  public long operations() {
    return operations.sum();
  }

  /// The task as other threads shall run it: with what is bound here bound there.
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
