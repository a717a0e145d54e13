package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.autograd.Profile;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A data set prepared for the model: the tokens and targets of all examples, computed once before
/// training.
public final class EncodedExamples implements Objective {
  /// Default length at which texts are cut, in tokens, special tokens included.
  public static final int DEFAULT_MAX_LENGTH = 128;

  private final String name;
  private final List<Encoding> encodings;
  private final Targets targets;
  private final int cut;

  private EncodedExamples(String name, List<Encoding> encodings, Targets targets, int cut) {
    this.name = name;
    this.encodings = encodings;
    this.targets = targets;
    this.cut = cut;
  }

  /// Tokenizes a data set.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @param targets one for each example
  public static EncodedExamples of(
      Dataset data, Targets targets, PretrainedModel base, int maxLength) {
    List<Encoding> encodings = new ArrayList<>(data.size());
    int limit = limit(base, maxLength);
    int cut = 0;
    for (Example example : data.examples()) {
      Encoding encoding = base.tokenizer().encode(example.input(), limit);
      encodings.add(encoding);
      if (isCut(encoding, example.input(), base, limit)) {
        cut++;
      }
    }
    return new EncodedExamples(data.name(), encodings, targets, cut);
  }

  /// The tokens of one input, cut at the number of positions of the model.
  public static Encoding encode(Input input, PretrainedModel base, int maxLength) {
    return base.tokenizer().encode(input, limit(base, maxLength));
  }

  /// Whether an input is longer than allowed and is cut.
  public static boolean isCut(Input input, PretrainedModel base, int maxLength) {
    int limit = limit(base, maxLength);
    return isCut(base.tokenizer().encode(input, limit), input, base, limit);
  }

  private static boolean isCut(Encoding encoding, Input input, PretrainedModel base, int limit) {
    return encoding.length() == limit && base.tokenizer().encode(input, limit + 1).length() > limit;
  }

  private static int limit(PretrainedModel base, int maxLength) {
    return Math.min(maxLength, base.config().maxTokens());
  }

  @Override
  public int size() {
    return encodings.size();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int cut() {
    return cut;
  }

  @Override
  public int tokens(int[] positions) {
    int tokens = 0;
    for (int position : positions) {
      tokens += encodings.get(position).length();
    }
    return tokens;
  }

  @Override
  public Variable loss(Network network, int[] positions) {
    Batch batch = batch(positions);
    Profile.lap("batch");
    return targets.loss(network.output(batch), positions);
  }

  @Override
  public double lossOfGuessing() {
    return targets.lossOfGuessing();
  }

  /// The targets of the examples.
  public Targets targets() {
    return targets;
  }

  @Override
  public double weight(int[] positions) {
    return targets.weight(positions);
  }

  @Override
  public Evaluation evaluate(Network network, int step, Workspace workspace) {
    return evaluateRows(positions -> network.output(batch(positions)), step, workspace);
  }

  /// Loss and metrics of whatever gives a row (B, K) for each example at B positions.
  public Evaluation evaluateRows(Function<int[], Variable> outputs, int step, Workspace workspace) {
    List<Scored> batches = new ArrayList<>();
    for (int from = 0; from < size(); from += Evaluator.BATCH) {
      int[] positions = IntStream.range(from, Math.min(size(), from + Evaluator.BATCH)).toArray();
      batches.add(
          workspace.call(
              () -> {
                Variable output = outputs.apply(positions); // (B, K)
                float loss = targets.loss(output, positions).value().item();
                return new Scored((double) loss * positions.length, output.value().copy());
              }));
    }
    double loss = batches.stream().mapToDouble(Scored::loss).sum() / size();
    return new Evaluation(step, loss, targets.metrics(joined(batches)));
  }

  /// @param loss the sum over the examples of a batch
  private record Scored(double loss, Tensor output) {}

  /// The rows of all batches in one matrix (n, K).
  private Tensor joined(List<Scored> batches) {
    int outputs = batches.getFirst().output().shape().columns();
    float[] all = new float[size() * outputs];
    int at = 0;
    for (Scored batch : batches) {
      System.arraycopy(batch.output().array(), 0, all, at, batch.output().size());
      at += batch.output().size();
    }
    return Tensor.of(Shape.of(size(), outputs), all);
  }

  /// The examples at the given positions, as one ragged batch.
  public Batch batch(int[] positions) {
    List<Encoding> chosen = new ArrayList<>(positions.length);
    for (int position : positions) {
      chosen.add(encodings.get(position));
    }
    return Batch.of(chosen);
  }
}
