package jada.onnx;

import jada.autograd.Constant;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.ClassificationHead;
import jada.nn.EmbeddingHead;
import jada.nn.Encoder;
import jada.nn.EncoderConfig;
import jada.nn.Head;
import jada.nn.LinearFactory;
import jada.nn.SequenceClassifier;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Encoding;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Says how far an ONNX file is from the network that it was written from.
public final class OnnxCheck {
  static final String EMBEDDING = "sentence_embedding";
  static final String LOGITS = "logits";

  private OnnxCheck() {}

  /// The largest difference of a number that the model's own network computes of the texts, one by
  /// one, and the same number that the file computes of them, as one padded batch. The numbers are
  /// the logits of a classifier, or the vectors of an encoder. Prompts are not added. Float32 alone
  /// makes a difference of some 1e-6; NaN if either side computes one.
  ///
  /// @param texts of different lengths, or nothing is padded; the file computes all at once, so a
  ///   dozen is enough
  /// @throws InputException if the file cannot be read, or is not of such a model
  /// @throws IllegalArgumentException if there are no texts
  public static float largestDifference(PretrainedModel model, Path file, List<String> texts) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("onnx check: no texts; give at least one");
    }
    Purpose purpose = Purpose.of(model);
    List<Encoding> encodings =
        texts.stream().map(text -> model.tokenizer().encode(text, purpose.maxLength())).toList();
    SequenceClassifier network = network(model, purpose);
    Tensor computed = ofFile(model, purpose, file, encodings);
    float largest = 0;
    for (int i = 0; i < encodings.size(); i++) {
      Tensor own = network.logits(Batch.of(List.of(encodings.get(i)))).value(); // (1, K)
      if (computed.shape().columns() != own.shape().columns()) {
        throw new InputException(
            "%s: gives %s numbers for a text, the model %s; write the file again"
                .formatted(file, computed.shape().columns(), own.shape().columns()));
      }
      for (int k = 0; k < own.shape().columns(); k++) {
        largest = Math.max(largest, Math.abs(own.get(0, k) - computed.get(i, k)));
      }
    }
    return largest;
  }

  /// What the model's own network computes of one text, (1, K) or (1, C).
  static Tensor computed(PretrainedModel model, Encoding text) {
    return network(model, Purpose.of(model)).logits(Batch.of(List.of(text))).value();
  }

  private static SequenceClassifier network(PretrainedModel model, Purpose purpose) {
    EncoderConfig config = model.config();
    Function<String, Variable> weights = name -> Constant.of(model.weights().get(name));
    Head head =
        purpose.classifies()
            ? ClassificationHead.build(config, purpose.outputs(), weights, LinearFactory.PLAIN)
            : new EmbeddingHead(purpose.form().pooling(), purpose.form().normalize());
    return new SequenceClassifier(Encoder.build(config, weights, LinearFactory.PLAIN), head);
  }

  private static Tensor ofFile(
      PretrainedModel model, Purpose purpose, Path file, List<Encoding> encodings) {
    OnnxGraph graph = OnnxGraph.read(file);
    String name = purpose.classifies() ? LOGITS : EMBEDDING;
    if (!graph.outputs().contains(name)) {
      throw new InputException(
          "%s: has no output '%s', which a model of this kind gives; write the file again"
              .formatted(file, name));
    }
    Map<String, Tensor> inputs = padded(encodings, model.tokenizer().paddingId());
    inputs.keySet().retainAll(graph.inputs());
    Tensor result = graph.run(inputs).get(name);
    if (result.shape().rank() != 2 || result.shape().dim(0) != encodings.size()) {
      throw new InputException(
          "%s: the output '%s' has shape %s for %s texts; write the file again"
              .formatted(file, name, result.shape(), encodings.size()));
    }
    return result;
  }

  /// The inputs of a graph for a batch that is padded to its longest text, by name, (B, T) each.
  static Map<String, Tensor> padded(List<Encoding> encodings, int padding) {
    int longest = encodings.stream().mapToInt(Encoding::length).max().orElseThrow();
    List<float[]> ids = new ArrayList<>();
    List<float[]> mask = new ArrayList<>();
    List<float[]> types = new ArrayList<>();
    for (Encoding encoding : encodings) {
      float[] row = new float[longest];
      Arrays.fill(row, padding);
      float[] kept = new float[longest];
      float[] second = new float[longest];
      for (int t = 0; t < encoding.length(); t++) {
        row[t] = encoding.id(t);
        kept[t] = 1;
        second[t] = encoding.typeId(t);
      }
      ids.add(row);
      mask.add(kept);
      types.add(second);
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put(EncoderNodes.IDS, matrix(ids));
    inputs.put(EncoderNodes.MASK, matrix(mask));
    inputs.put(EncoderNodes.TYPES, matrix(types));
    return inputs;
  }

  private static Tensor matrix(List<float[]> rows) {
    return Tensor.matrix(rows.toArray(float[][]::new));
  }
}
