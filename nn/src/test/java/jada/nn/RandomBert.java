package jada.nn;

import jada.autograd.Constant;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.text.Encoding;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A small BERT with random weights, for tests.
public final class RandomBert {
  static final BertConfig CONFIG = new BertConfig(20, 16, 2, 4, 32, 12, 2, 1e-12f, 0, 0);

  private RandomBert() {}

  /// All weights of encoder and head, matrices from N(0, std²), biases too.
  public static Map<String, Tensor> weights(BertConfig config, int outputs, float std, long seed) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    int c = config.hiddenSize();
    shapes.put("embeddings.word_embeddings.weight", Shape.of(config.vocabularySize(), c));
    shapes.put("embeddings.position_embeddings.weight", Shape.of(config.maxPositions(), c));
    shapes.put("embeddings.token_type_embeddings.weight", Shape.of(config.tokenTypes(), c));
    norm(shapes, "embeddings.LayerNorm", c);
    for (int i = 0; i < config.layers(); i++) {
      String path = "encoder.layer." + i + ".";
      linear(shapes, path + "attention.self.query", c, c);
      linear(shapes, path + "attention.self.key", c, c);
      linear(shapes, path + "attention.self.value", c, c);
      linear(shapes, path + "attention.output.dense", c, c);
      norm(shapes, path + "attention.output.LayerNorm", c);
      linear(shapes, path + "intermediate.dense", config.intermediateSize(), c);
      linear(shapes, path + "output.dense", c, config.intermediateSize());
      norm(shapes, path + "output.LayerNorm", c);
    }
    linear(shapes, "pooler.dense", c, c);
    linear(shapes, "classifier", outputs, c);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    RandomSource random = RandomSource.of(seed);
    shapes.forEach(
        (name, shape) -> {
          Tensor noise = Tensor.normal(shape, std, random.split(name));
          weights.put(
              name, name.endsWith("LayerNorm.weight") ? noise.add(Tensor.full(shape, 1)) : noise);
        });
    return weights;
  }

  private static void linear(Map<String, Shape> shapes, String name, int out, int in) {
    shapes.put(name + ".weight", Shape.of(out, in));
    shapes.put(name + ".bias", Shape.of(out));
  }

  private static void norm(Map<String, Shape> shapes, String name, int channels) {
    shapes.put(name + ".weight", Shape.of(channels));
    shapes.put(name + ".bias", Shape.of(channels));
  }

  static Map<String, Variable> parameters(Map<String, Tensor> weights) {
    Map<String, Variable> parameters = new LinkedHashMap<>();
    weights.forEach((name, value) -> parameters.put(name, Parameter.of(name, value)));
    return parameters;
  }

  static Map<String, Variable> constants(Map<String, Tensor> weights) {
    Map<String, Variable> constants = new LinkedHashMap<>();
    weights.forEach((name, value) -> constants.put(name, Constant.of(value)));
    return constants;
  }

  static List<Parameter> trained(Map<String, Variable> weights) {
    List<Parameter> trained = new ArrayList<>();
    for (Variable weight : weights.values()) {
      if (weight instanceof Parameter parameter) {
        trained.add(parameter);
      }
    }
    return trained;
  }

  static SequenceClassifier classifier(
      BertConfig config, int outputs, Map<String, Variable> weights) {
    return new SequenceClassifier(
        Encoder.build(config, weights::get, LinearFactory.PLAIN),
        ClassificationHead.build(config, outputs, weights::get, LinearFactory.PLAIN));
  }

  /// Weights with one of them changed.
  static Map<String, Variable> with(
      Map<String, Variable> weights, String name, UnaryOperator<Variable> change) {
    Map<String, Variable> changed = new LinkedHashMap<>(weights);
    changed.computeIfPresent(name, (_, weight) -> change.apply(weight));
    return changed;
  }

  public static Encoding sequence(int... ids) {
    return new Encoding(ids, ids.length);
  }
}
