package jada.adalora.peft;

import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.RegressionTask;
import jada.adalora.model.SingleLabelTask;
import jada.adalora.model.Task;
import jada.adalora.model.TaskType;
import jada.adalora.model.TaskTypes;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file labels.json: `{"0": "first label", "1": "second label"}`, as in the `id2label` of
/// Hugging Face; `{}` for regression. Beside them stands the `problem_type` where the labels do not
/// tell it.
final class LabelsFile {
  static final String NAME = "labels.json";
  private static final String PROBLEM_TYPE = "problem_type";

  private LabelsFile() {}

  /// The text of the file.
  static String write(Task task) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < task.labels().size(); i++) {
      root.put(Integer.toString(i), task.labels().get(i));
    }
    if (!task.type().equals(implied(task.labels()))) {
      root.put(PROBLEM_TYPE, task.type().problemType());
    }
    return JsonFile.text(root);
  }

  /// The task of a folder whose classifier has this many outputs.
  ///
  /// @throws jada.nn.files.InputException if the labels are not numbered from 0, or not one for
  ///   each output
  static Task read(Path folder, int outputs) {
    JsonFile json = JsonFile.read(folder.resolve(NAME));
    List<String> labels = new ArrayList<>();
    while (json.has(Integer.toString(labels.size()))) {
      labels.add(json.text(Integer.toString(labels.size())));
    }
    int expected = outputs == 1 ? 0 : outputs;
    json.require(
        labels.size() == expected,
        Integer.toString(Math.min(labels.size(), expected)),
        expected == 0
            ? "absent: the classifier has one output, a number"
            : "one of the labels 0 to "
                + (expected - 1)
                + " of the classifier's "
                + outputs
                + " outputs");
    for (Map.Entry<String, JsonNode> entry : json.entries()) {
      json.require(
          entry.getKey().equals(PROBLEM_TYPE) || isNumberBelow(expected, entry.getKey()),
          entry.getKey(),
          "absent: it is no number of an output, nor " + PROBLEM_TYPE);
    }
    try {
      return type(json, labels).of(labels);
    } catch (InputException e) {
      throw new InputException(
          "%s: %s; restore the file".formatted(folder.resolve(NAME), e.getMessage()), e);
    }
  }

  private static boolean isNumberBelow(int end, String key) {
    return key.matches("0|[1-9][0-9]{0,8}") && Integer.parseInt(key) < end;
  }

  /// The labels of a folder without the file, which Jada did not write: as Hugging Face names those
  /// that nobody named.
  static List<String> unnamed(int outputs) {
    return outputs == 1
        ? List.of()
        : IntStream.range(0, outputs).mapToObj(i -> "LABEL_" + i).toList();
  }

  /// Whether the file of a folder says that its model makes sentence embeddings.
  static boolean isEmbedding(Path folder) {
    JsonFile json = JsonFile.read(folder.resolve(NAME));
    return json.node(PROBLEM_TYPE).asString("").equals(EmbeddingTask.TYPE.problemType());
  }

  private static TaskType type(JsonFile json, List<String> labels) {
    if (!json.has(PROBLEM_TYPE)) {
      return implied(labels);
    }
    String named = json.text(PROBLEM_TYPE);
    Optional<TaskType> type = TaskTypes.ofProblem(named);
    json.require(
        type.isPresent(),
        PROBLEM_TYPE,
        "one of " + TaskTypes.all().stream().map(TaskType::problemType).toList());
    return type.orElseThrow();
  }

  /// The kind of task of a file that does not name one.
  static TaskType implied(List<String> labels) {
    return labels.isEmpty() ? RegressionTask.TYPE : SingleLabelTask.TYPE;
  }
}
