package jada.tensor.kernel;

import java.util.function.IntConsumer;

/// Runs numbered tasks, in any order and on any threads, and returns when all have run.
@FunctionalInterface
public interface Dispatcher {
  /// Runs every task in the calling thread, in order.
  Dispatcher SEQUENTIAL =
      (tasks, task) -> {
        for (int i = 0; i < tasks; i++) {
          task.accept(i);
        }
      };

  /// Runs `task` once for each number in `[0, tasks)`. If a task throws, its exception is rethrown
  /// here once no task is running any more.
  void dispatch(int tasks, IntConsumer task);
}
