package jada.tensor;

import jada.tensor.kernel.Dispatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// The threads that compute: the calling thread and `threads − 1` helpers.
///
/// Operations run on the workers bound to the calling thread by [#call]; where none are bound, on
/// the calling thread alone. Results do not depend on the number of threads.
///
///     try (Workers workers = Workers.of(2)) {
///       Tensor c = workers.call(() -> a.matmul(b));
///     }
public final class Workers implements AutoCloseable {
  private static final ScopedValue<Workers> BOUND = ScopedValue.newInstance();
  private static final Workers CALLER_ALONE = new Workers(1);

  private final int threads;

  private Workers(int threads) {
    this.threads = threads;
  }

  /// Workers with the given number of threads, the caller included.
  ///
  /// @throws IllegalArgumentException if `threads` is less than one
  public static Workers of(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: at least 1 thread is needed, got " + threads);
    }
    return new Workers(threads);
  }

  /// The workers bound to the calling thread, or the caller alone.
  public static Workers current() {
    return BOUND.orElse(CALLER_ALONE);
  }

  /// The number of threads, the caller included.
  public int threads() {
    return threads;
  }

  /// Computes with these workers bound to the calling thread.
  public <T> T call(Supplier<T> computation) {
    return ScopedValue.where(BOUND, this).call(computation::get);
  }

  /// Runs with these workers bound to the calling thread.
  public void run(Runnable computation) {
    ScopedValue.where(BOUND, this).run(computation);
  }

  /// Runs `task` once for each number in `[0, tasks)`, in any order, on these threads; returns when
  /// all have run. Tasks must not depend on the order. An exception of a task is thrown here.
  public void dispatch(int tasks, IntConsumer task) {
    if (threads == 1 || tasks <= 1) {
      Dispatcher.SEQUENTIAL.dispatch(tasks, task);
      return;
    }
    AtomicInteger next = new AtomicInteger();
    Runnable loop =
        () -> {
          for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
            task.accept(i);
          }
        };
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, tasks); i++) {
      helpers.add(Thread.ofPlatform().start(loop));
    }
    loop.run();
    for (Thread helper : helpers) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {}
}
