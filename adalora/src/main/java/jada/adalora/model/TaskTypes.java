package jada.adalora.model;

import jada.adalora.data.Dataset;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/// All kinds of task: those of Jada, and those that other modules provide.
public final class TaskTypes {
  private static final List<TaskType> OWN =
      List.of(SingleLabelTask.TYPE, MultiLabelTask.TYPE, RegressionTask.TYPE, EmbeddingTask.TYPE);

  private TaskTypes() {}

  /// All kinds, those of Jada first.
  public static List<TaskType> all() {
    // The own loader: a thread of a pool may have another that sees no providers.
    Stream<TaskType> provided =
        ServiceLoader.load(TaskType.class, TaskTypes.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get);
    return Stream.concat(OWN.stream(), provided).toList();
  }

  /// The kind with this name for users.
  public static Optional<TaskType> named(String name) {
    return all().stream().filter(type -> type.name().equals(name)).findFirst();
  }

  /// The kind with this `problem_type` in saved folders.
  public static Optional<TaskType> ofProblem(String problemType) {
    return all().stream().filter(type -> type.problemType().equals(problemType)).findFirst();
  }

  /// The kind that the data show; classification by default.
  public static TaskType of(Dataset train) {
    return all().stream()
        .filter(type -> type.isEvident(train))
        .findFirst()
        .orElse(SingleLabelTask.TYPE);
  }
}
