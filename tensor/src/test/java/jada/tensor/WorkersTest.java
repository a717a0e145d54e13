package jada.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {
  @Test
  void runs_every_task_exactly_once() {
    for (int threads = 1; threads <= 4; threads++) {
      try (Workers workers = Workers.of(threads)) {
        for (int tasks : new int[] {0, 1, 2, 3, 7, 100}) {
          AtomicIntegerArray runs = new AtomicIntegerArray(100);
          workers.dispatch(tasks, runs::incrementAndGet);
          for (int i = 0; i < 100; i++) {
            assertThat(runs.get(i)).as("task %d of %d", i, tasks).isEqualTo(i < tasks ? 1 : 0);
          }
        }
      }
    }
  }

  @Test
  void runs_tasks_at_the_same_time() throws InterruptedException {
    try (Workers workers = Workers.of(3)) {
      CountDownLatch meeting = new CountDownLatch(3);
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      workers.dispatch(
          3,
          task -> {
            meeting.countDown();
            awaitQuietly(meeting);
            seen.add(Thread.currentThread());
          });
      assertThat(seen).hasSize(3).contains(Thread.currentThread());
    }
  }

  @Test
  void survives_ten_thousand_dispatches_with_and_without_pauses() throws InterruptedException {
    try (Workers workers = Workers.of(3)) {
      int[] counts = new int[5];
      for (int i = 0; i < 10_000; i++) {
        workers.dispatch(5, task -> counts[task]++);
        if (i % 1000 == 0) {
          Thread.sleep(1); // long enough for the helpers to fall asleep
        }
      }
      assertThat(counts).containsOnly(10_000);
    }
  }

  @Test
  void throws_what_a_task_threw_once_no_task_is_running() {
    try (Workers workers = Workers.of(2)) {
      for (int round = 0; round < 200; round++) {
        AtomicInteger running = new AtomicInteger();
        int failing = round % 20;
        assertThatThrownBy(
                () ->
                    workers.dispatch(
                        20,
                        task -> {
                          running.incrementAndGet();
                          try {
                            if (task == failing) {
                              throw new IllegalStateException("task " + task);
                            }
                            Thread.onSpinWait();
                          } finally {
                            running.decrementAndGet();
                          }
                        }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("task " + failing);
        assertThat(running).hasValue(0);
      }
      AtomicInteger after = new AtomicInteger();
      workers.dispatch(20, task -> after.incrementAndGet());
      assertThat(after).as("tasks after a failure").hasValue(20);
    }
  }

  @Test
  void keeps_the_failures_of_other_tasks_as_suppressed() {
    try (Workers workers = Workers.of(2)) {
      CountDownLatch meeting = new CountDownLatch(2);
      assertThatThrownBy(
              () ->
                  workers.dispatch(
                      2,
                      task -> {
                        meeting.countDown();
                        awaitQuietly(meeting);
                        throw new AssertionError("task " + task);
                      }))
          .isInstanceOf(AssertionError.class)
          .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
    }
  }

  @Test
  void drops_the_tasks_not_begun_when_one_fails() {
    try (Workers workers = Workers.of(2)) {
      AtomicInteger runs = new AtomicInteger();
      assertThatThrownBy(
              () ->
                  workers.dispatch(
                      1000,
                      task -> {
                        sleepQuietly(1);
                        if (runs.incrementAndGet() == 10) {
                          throw new IllegalStateException("tenth");
                        }
                      }))
          .hasMessage("tenth");
      assertThat(runs.get()).isLessThan(20);
    }
  }

  @Test
  void runs_a_dispatch_within_a_task_on_the_thread_of_the_task() {
    try (Workers workers = Workers.of(3)) {
      AtomicInteger inner = new AtomicInteger();
      workers.dispatch(
          2, // so that one helper has nothing to do
          task -> {
            Thread self = Thread.currentThread();
            workers.dispatch(
                4,
                nested -> {
                  assertThat(Thread.currentThread()).isSameAs(self);
                  sleepQuietly(2);
                  inner.incrementAndGet();
                });
          });
      assertThat(inner).hasValue(8);
    }
  }

  @Test
  void serves_two_threads_that_dispatch_at_once() throws InterruptedException {
    try (Workers workers = Workers.of(3)) {
      int[][] counts = new int[2][8];
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread[] callers = new Thread[2];
      for (int c = 0; c < 2; c++) {
        int[] mine = counts[c];
        callers[c] =
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
                .start(
                    () -> {
                      for (int i = 0; i < 2000; i++) {
                        workers.dispatch(8, task -> mine[task]++);
                      }
                    });
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(failure).hasValue(null);
      assertThat(counts[0]).containsOnly(2000);
      assertThat(counts[1]).containsOnly(2000);
    }
  }

  @Test
  void keeps_the_interrupt_of_the_caller() throws InterruptedException {
    try (Workers workers = Workers.of(2)) {
      CountDownLatch helperHasBegun = new CountDownLatch(1);
      Thread caller = Thread.currentThread();
      AtomicInteger runs = new AtomicInteger();
      workers.dispatch(
          2,
          task -> {
            if (Thread.currentThread() == caller) {
              awaitQuietly(helperHasBegun);
              caller.interrupt();
            } else {
              helperHasBegun.countDown();
              sleepQuietly(20); // the caller is asleep and interrupted meanwhile
            }
            runs.incrementAndGet();
          });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void ends_its_threads_on_close_and_computes_alone_afterwards() {
    Workers workers = Workers.of(3);
    Set<Thread> helpers = ConcurrentHashMap.newKeySet();
    CountDownLatch meeting = new CountDownLatch(3);
    workers.dispatch(
        3,
        task -> {
          meeting.countDown();
          awaitQuietly(meeting);
          helpers.add(Thread.currentThread());
        });
    helpers.remove(Thread.currentThread());
    assertThat(helpers).hasSize(2).allMatch(Thread::isDaemon);
    workers.close();
    workers.close();
    assertThat(helpers).noneMatch(Thread::isAlive);
    AtomicInteger runs = new AtomicInteger();
    workers.dispatch(5, task -> runs.incrementAndGet());
    assertThat(runs).hasValue(5);
  }

  @Test
  void binds_itself_to_the_calling_thread_for_the_length_of_a_call() {
    Workers before = Workers.current();
    assertThat(before.threads()).isEqualTo(1);
    try (Workers workers = Workers.of(2)) {
      assertThat(workers.threads()).isEqualTo(2);
      assertThat(workers.call(Workers::current)).isSameAs(workers);
      workers.run(() -> assertThat(Workers.current()).isSameAs(workers));
      assertThat(Workers.current()).isSameAs(before);
    }
  }

  @Test
  void refuses_less_than_one_thread() {
    assertThatThrownBy(() -> Workers.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("workers: at least 1 thread is needed, got 0");
  }

  @Test
  void tensor_operations_give_the_same_bits_on_any_number_of_threads() {
    RandomSource random = RandomSource.of(3);
    Tensor a = Tensor.normal(Shape.of(333, 257), 1, random);
    Tensor b = Tensor.normal(Shape.of(333, 257), 1, random);
    Tensor row = Tensor.normal(Shape.of(257), 1, random);
    Tensor column = Tensor.normal(Shape.of(333), 1, random);
    float[][] expected = everything(a, b, row, column);
    // Several rounds: code that is compiled meanwhile must not change a bit either.
    for (int round = 0; round < 12; round++) {
      int threads = 1 + round % 4;
      try (Workers workers = Workers.of(threads)) {
        float[][] actual = workers.call(() -> everything(a, b, row, column));
        for (int operation = 0; operation < expected.length; operation++) {
          assertThat(Arrays.equals(actual[operation], expected[operation]))
              .as("operation %d on %d threads, round %d", operation, threads, round)
              .isTrue();
        }
      }
    }
  }

  private static float[][] everything(Tensor a, Tensor b, Tensor row, Tensor column) {
    return new float[][] {
      a.add(b).array(),
      a.subtract(b).array(),
      a.multiply(b).array(),
      a.scale(3).array(),
      a.exp().array(),
      a.abs().log().array(),
      a.abs().sqrt().array(),
      a.tanh().array(),
      a.erf().array(),
      a.relu().array(),
      a.addRow(row).array(),
      a.multiplyRow(row).array(),
      a.multiplyColumn(column).array(),
      a.sumRows().array(),
      a.sumColumns().array(),
      a.sum().array(),
      {a.dot(b), a.norm()},
      a.softmax().array(),
      a.matmulTransposed(b).array(),
      a.transposedMatmul(b).array(),
      a.matmul(b.transpose()).array(),
      a.gatherColumns(3, 1, 2).array(),
    };
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleepQuietly(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
