package jada.nn.checkpoint;

import jada.nn.BertConfig;
import jada.nn.DistilBertConfig;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The `config.json` of a model, as transformers reads it.
final class ConfigText {
  private ConfigText() {}

  static String of(PretrainedModel model) {
    boolean classifies = model.weights().containsKey("classifier.weight");
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode architectures = json.putArray("architectures");
    json.put("model_type", model.config().family().type());
    switch (model.config()) {
      case BertConfig bert -> {
        architectures.add(classifies ? "BertForSequenceClassification" : "BertModel");
        put(json, bert);
      }
      case DistilBertConfig distilBert -> {
        architectures.add(classifies ? "DistilBertForSequenceClassification" : "DistilBertModel");
        put(json, distilBert);
      }
    }
    json.put("initializer_range", 0.02);
    json.put("pad_token_id", model.tokenizer().paddingId());
    json.put("torch_dtype", "float32");
    putLabels(json, model, classifies);
    model.problemType().ifPresent(type -> json.put("problem_type", type));
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
  }

  private static void put(ObjectNode json, BertConfig config) {
    json.put("vocab_size", config.vocabularySize());
    json.put("hidden_size", config.hiddenSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("intermediate_size", config.intermediateSize());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("type_vocab_size", config.tokenTypes());
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", decimal(config.layerNormEpsilon()));
    json.put("hidden_dropout_prob", decimal(config.hiddenDropout()));
    json.put("attention_probs_dropout_prob", decimal(config.attentionDropout()));
  }

  private static void put(ObjectNode json, DistilBertConfig config) {
    json.put("vocab_size", config.vocabularySize());
    json.put("dim", config.hiddenSize());
    json.put("n_layers", config.layers());
    json.put("n_heads", config.heads());
    json.put("hidden_dim", config.intermediateSize());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("sinusoidal_pos_embds", false);
    json.put("activation", "gelu");
    json.put("dropout", decimal(config.hiddenDropout()));
    json.put("attention_dropout", decimal(config.attentionDropout()));
    json.put("seq_classif_dropout", decimal(config.headDropout()));
  }

  // Without labels, transformers takes the number of classes from id2label's default, two.
  private static void putLabels(ObjectNode json, PretrainedModel model, boolean classifies) {
    int classes =
        classifies
            ? model.weights().get("classifier.weight").shape().dim(0)
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

  // The shortest decimal of the float, so that 0.1f is written 0.1 and not 0.10000000149011612.
  private static double decimal(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
