package jada.tensor;

import jada.tensor.kernel.Dispatcher;
import jada.tensor.kernel.Effort;
import jada.tensor.kernel.Subnormals;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// The threads that compute: the calling thread and `threads − 1` helper threads.
///
/// Operations run on the workers bound to the calling thread by [#call]; if none are bound, on the
/// calling thread alone. Results do not depend on the number of threads.
///
///     try (Workers workers = Workers.of(2)) {
///       Tensor c = workers.call(() -> a.matmul(b));
///     }
///
/// Helpers are daemon threads that live until [#close]. After a task they spin for half a millisecond,
/// because the next operation usually follows at once, and then sleep.
public final class Workers implements AutoCloseable {
  /// How long a thread spins, waiting for work or for the end of other threads' tasks, before it
  /// sleeps. Longer than a large task (0.2 to 0.4 ms), so that no thread falls asleep while another
  /// one finishes the last task: waking a thread costs about 50 µs.
  private static final long SPIN_NANOS = 500_000;

  private static final ScopedValue<Workers> BOUND = ScopedValue.newInstance();
  private static final Workers CALLER_ALONE = new Workers(1);

  private final Helper[] helpers;

  /// Held by the running dispatch. A dispatch that finds it taken, for example from within a task,
  /// runs on its own thread alone.
  private final AtomicBoolean taken = new AtomicBoolean();

  private volatile Work work = Work.NONE;
  private volatile boolean closed;

  private Workers(int threads) {
    helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper();
      helpers[i].thread =
          Thread.ofPlatform().daemon().name("jada-worker-" + (i + 1)).unstarted(helpers[i]);
    }
    for (Helper helper : helpers) {
      helper.thread.start();
    }
  }

  /// Workers with the given number of threads, the caller included.
  ///
  /// @throws IllegalArgumentException if `threads` is less than one
  public static Workers of(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: at least 1 thread is needed, got " + threads);
    }
    Subnormals.check();
    return new Workers(threads);
  }

  /// The workers bound to the calling thread, or the caller alone.
  public static Workers current() {
    return BOUND.orElse(CALLER_ALONE);
  }

  /// The number of threads, the caller included.
  public int threads() {
    return helpers.length + 1;
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
  /// all have run. Tasks must not depend on the order.
  ///
  /// If a task throws, tasks that have not begun are dropped, and its exception is rethrown here
  /// once no task is running any more. A dispatch from within a task, or while another thread's
  /// dispatch is running, or after [#close], runs on the calling thread alone.
  public void dispatch(int tasks, IntConsumer task) {
    if (helpers.length == 0 || tasks <= 1 || !taken.compareAndSet(false, true)) {
      Dispatcher.SEQUENTIAL.dispatch(tasks, task);
      return;
    }
    try {
      Work mine = new Work(tasks, Effort.carried(task));
      work = mine;
      for (int i = 0; i < Math.min(helpers.length, tasks - 1); i++) {
        helpers[i].wake();
      }
      mine.take();
      mine.await();
      work = Work.NONE; // so that finished tasks and all they refer to can be collected
      mine.rethrow();
    } finally {
      taken.set(false);
    }
  }

  /// Ends the helper threads after the running dispatch and waits for them. Must not be called from
  /// within a task.
  @Override
  public void close() {
    boolean interrupted = false;
    while (helpers.length > 0 && !closed && !taken.compareAndSet(false, true)) {
      Thread.onSpinWait();
    }
    closed = true;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper.thread);
      while (helper.thread.isAlive()) {
        try {
          helper.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// The tasks of one dispatch.
  private static final class Work {
    static final Work NONE = new Work(0, task -> {});

    private final int tasks;
    private final IntConsumer task;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger open;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread owner = Thread.currentThread();
    private volatile boolean ownerSleeps;

    Work(int tasks, IntConsumer task) {
      this.tasks = tasks;
      this.task = task;
      this.open = new AtomicInteger(tasks);
    }

    boolean hasMore() {
      return next.get() < tasks;
    }

    /// Runs tasks until none is left.
    void take() {
      for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
        int done = 1;
        try {
          task.accept(i);
        } catch (Throwable thrown) {
          if (!failure.compareAndSet(null, thrown) && failure.get() != thrown) {
            failure.get().addSuppressed(thrown);
          }
          done += Math.max(0, tasks - next.getAndSet(tasks)); // drops tasks that have not begun
        }
        if (open.addAndGet(-done) == 0 && ownerSleeps) {
          LockSupport.unpark(owner);
        }
      }
    }

    /// Waits until every task has run or has been dropped.
    void await() {
      if (spin(() -> open.get() == 0)) {
        return;
      }
      boolean interrupted = false;
      ownerSleeps = true;
      while (open.get() > 0) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted(); // an interrupted thread would not sleep
      }
      if (interrupted) {
        owner.interrupt();
      }
    }

    void rethrow() {
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e); // sneaked past the compiler
      }
    }
  }

  /// One helper thread.
  private final class Helper implements Runnable {
    private Thread thread;
    private volatile boolean sleeps;

    void wake() {
      if (sleeps) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      while (!closed) {
        if (spin(() -> closed || work.hasMore())) {
          work.take();
          continue;
        }
        sleeps = true;
        while (!closed && !work.hasMore()) {
          LockSupport.park(Workers.this);
        }
        sleeps = false;
      }
    }
  }

  private interface Condition {
    boolean holds();
  }

  /// Spins for a short time; returns whether the condition became true.
  private static boolean spin(Condition condition) {
    long end = System.nanoTime() + SPIN_NANOS;
    do {
      for (int i = 0; i < 32; i++) {
        if (condition.holds()) {
          return true;
        }
        Thread.onSpinWait();
      }
    } while (System.nanoTime() < end);
    return condition.holds();
  }
}
