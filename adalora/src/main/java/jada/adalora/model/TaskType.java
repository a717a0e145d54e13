package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.OddLabels;
import java.util.List;

/// A kind of task: how users and saved folders name it, and how a task of this kind is made.
///
/// A module that brings one provides it through [java.util.ServiceLoader]; [TaskTypes] finds it.
public interface TaskType {
  /// The name that users write, such as `multi-label`.
  String name();

  /// The name in saved folders: `problem_type` of transformers, where that has one.
  String problemType();

  /// The task with the labels of a saved folder.
  ///
  /// @throws jada.nn.files.InputException if a task of this kind cannot have them
  Task of(List<String> labels);

  /// The task with the labels that occur in the training data.
  ///
  /// @param odd what is done with labels that look like a mistake
  /// @throws jada.nn.files.InputException if the data do not fit
  Task fit(Dataset train, OddLabels odd);

  /// The task with the labels that occur in the training data, none of which may look like a
  /// mistake.
  ///
  /// @throws jada.nn.files.InputException if the data do not fit
  default Task fit(Dataset train) {
    return fit(train, OddLabels.REFUSE);
  }

  /// Whether these data fit no other kind of task, so that the user need not name it.
  default boolean isEvident(Dataset train) {
    return false;
  }
}
