package jada.adalora.model;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.nn.Batch;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Different texts, each tokenized once and numbered from 0.
final class EmbeddingTexts {
  private final PretrainedModel base;
  private final int maxLength;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<Encoding> encodings = new ArrayList<>();
  private int cut;

  EmbeddingTexts(PretrainedModel base, int maxLength) {
    this.base = base;
    this.maxLength = maxLength;
  }

  /// The number of a text, which is added if it is new.
  ///
  /// @param text with its prompt
  int add(String text) {
    Integer known = numbers.get(text);
    if (known != null) {
      return known;
    }
    Input input = Input.of(text);
    encodings.add(EncodedExamples.encode(input, base, maxLength));
    cut += EncodedExamples.isCut(input, base, maxLength) ? 1 : 0;
    numbers.put(text, encodings.size() - 1);
    return encodings.size() - 1;
  }

  /// How many were cut.
  int cut() {
    return cut;
  }

  /// The tokens of a text.
  int length(int number) {
    return encodings.get(number).length();
  }

  /// These texts as one ragged batch.
  Batch batch(int[] of) {
    return Batch.of(Arrays.stream(of).mapToObj(encodings::get).toList());
  }

  /// The vectors of all texts, (n, d). Texts of like lengths are read together.
  Tensor vectors(Network network, Workspace workspace) {
    return vectors(network, encodings, workspace);
  }

  /// The vectors of texts, (n, d).
  static Tensor vectors(Network network, List<Encoding> encodings, Workspace workspace) {
    int[] order =
        IntStream.range(0, encodings.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> encodings.get(i).length()))
            .mapToInt(Integer::intValue)
            .toArray();
    float[][] rows = new float[order.length][];
    for (int from = 0; from < order.length; from += Evaluator.BATCH) {
      int[] some = Arrays.copyOfRange(order, from, Math.min(order.length, from + Evaluator.BATCH));
      workspace.run(
          () -> {
            Batch batch = Batch.of(Arrays.stream(some).mapToObj(encodings::get).toList());
            Tensor output = network.output(batch).value(); // (B, d)
            int d = output.shape().columns();
            for (int i = 0; i < some.length; i++) {
              rows[some[i]] = Arrays.copyOfRange(output.array(), i * d, (i + 1) * d);
            }
          });
    }
    float[] all = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
    }
    return Tensor.of(Shape.of(rows.length, rows[0].length), all);
  }

  /// The same rows with length 1.
  static Tensor ofLengthOne(Tensor vectors) {
    return Fused.normalizeRows(Constant.of(vectors)).value();
  }
}
