package jada.nn.checkpoint;

import jada.nn.Family;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The `config.json` of a model, as transformers reads it.
final class ConfigText {
  private ConfigText() {}

  static String of(PretrainedModel model) {
    Family family = model.config().family();
    String weight = family.classifier() + ".weight";
    boolean classifies = model.weights().containsKey(weight);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("architectures").add(family.architecture(classifies));
    json.put("model_type", family.type());
    family.write(model.config(), json);
    json.put("initializer_range", 0.02);
    if (!json.has("pad_token_id")) {
      json.put("pad_token_id", model.tokenizer().paddingId());
    }
    json.put("torch_dtype", "float32");
    putLabels(json, model, classifies);
    model.problemType().ifPresent(type -> json.put("problem_type", type));
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
  }

  // Without labels, transformers takes the number of classes from id2label's default, two.
  private static void putLabels(ObjectNode json, PretrainedModel model, boolean classifies) {
    int classes =
        classifies
            ? model.weights().get(model.config().family().classifier() + ".weight").shape().dim(0)
            : model.labels().size();
    List<String> labels = model.labels();
    if (classes == 0) {
      return;
    }
    ObjectNode byId = json.putObject("id2label");
    ObjectNode byLabel = json.putObject("label2id");
    for (int i = 0; i < classes; i++) {
      String label = labels.size() == classes ? labels.get(i) : "LABEL_" + i;
      byId.put(Integer.toString(i), label);
      byLabel.put(label, i);
    }
  }
}
