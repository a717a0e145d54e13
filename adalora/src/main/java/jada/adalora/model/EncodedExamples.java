package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.nn.Batch;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import java.util.ArrayList;
import java.util.List;

/// A data set as the model reads it: tokens and expected answers, made once before training.
public final class EncodedExamples {
  /// Tokens at which texts are cut where nothing else is said, special tokens included.
  public static final int DEFAULT_MAX_LENGTH = 128;

  private final String name;
  private final List<Encoding> encodings;
  private final Answers answers;
  private final int cut;

  private EncodedExamples(String name, List<Encoding> encodings, Answers answers, int cut) {
    this.name = name;
    this.encodings = encodings;
    this.answers = answers;
    this.cut = cut;
  }

  /// Tokenizes a data set.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  public static EncodedExamples of(Dataset data, Task task, PretrainedModel base, int maxLength) {
    Answers answers = Answers.of(task, data);
    List<Encoding> encodings = new ArrayList<>(data.size());
    int limit = limit(base, maxLength);
    int cut = 0;
    for (Example example : data.examples()) {
      Encoding encoding = tokens(example.input(), base, limit);
      encodings.add(encoding);
      if (encoding.length() == limit && tokens(example.input(), base, limit + 1).length() > limit) {
        cut++;
      }
    }
    return new EncodedExamples(data.name(), encodings, answers, cut);
  }

  /// The tokens of one input, cut where the model has no more positions.
  public static Encoding encode(Input input, PretrainedModel base, int maxLength) {
    return tokens(input, base, limit(base, maxLength));
  }

  private static int limit(PretrainedModel base, int maxLength) {
    return Math.min(maxLength, base.config().maxPositions());
  }

  private static Encoding tokens(Input input, PretrainedModel base, int limit) {
    return input
        .pair()
        .map(pair -> base.tokenizer().encode(input.text(), pair, limit))
        .orElseGet(() -> base.tokenizer().encode(input.text(), limit));
  }

  public int size() {
    return encodings.size();
  }

  /// Where the examples come from.
  public String name() {
    return name;
  }

  /// How many texts were longer than allowed, and lost their end.
  public int cut() {
    return cut;
  }

  public Answers answers() {
    return answers;
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
