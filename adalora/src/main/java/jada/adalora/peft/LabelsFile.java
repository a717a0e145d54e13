package jada.adalora.peft;

import jada.adalora.model.Task;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file labels.json: `{"0": "first label", "1": "second label"}`, as in the `id2label` of
/// Hugging Face; `{}` for regression.
final class LabelsFile {
  static final String NAME = "labels.json";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private LabelsFile() {}

  /// The text of the file.
  static String write(Task task) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < task.labels().size(); i++) {
      root.put(Integer.toString(i), task.labels().get(i));
    }
    return MAPPER.writeValueAsString(root) + "\n";
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
    try {
      return new Task(labels);
    } catch (InputException e) {
      throw new InputException(
          "%s: %s; restore the file".formatted(folder.resolve(NAME), e.getMessage()), e);
    }
  }

  /// The task of a folder without the file, which Jada did not write: labels as Hugging Face names
  /// those that nobody named.
  static Task unnamed(int outputs) {
    return new Task(
        outputs == 1
            ? List.of()
            : IntStream.range(0, outputs).mapToObj(i -> "LABEL_" + i).toList());
  }
}
