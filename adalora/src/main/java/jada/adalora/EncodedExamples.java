package jada.adalora;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Input;
import jada.nn.Batch;
import jada.nn.Encoding;
import jada.nn.PretrainedModel;
import java.util.ArrayList;
import java.util.List;

/// A data set as the model reads it: tokens and expected answers, made once before training.
final class EncodedExamples {
  private final List<Encoding> encodings;
  private final Answers answers;

  private EncodedExamples(List<Encoding> encodings, Answers answers) {
    this.encodings = encodings;
    this.answers = answers;
  }

  /// Tokenizes a data set.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.InputException if a label does not fit the task, naming its place
  static EncodedExamples of(Dataset data, Task task, PretrainedModel base, int maxLength) {
    Answers answers = Answers.of(task, data);
    List<Encoding> encodings = new ArrayList<>(data.size());
    for (Example example : data.examples()) {
      encodings.add(encode(example.input(), base, maxLength));
    }
    return new EncodedExamples(encodings, answers);
  }

  /// The tokens of one input, cut where the model has no more positions.
  static Encoding encode(Input input, PretrainedModel base, int maxLength) {
    int limit = Math.min(maxLength, base.config().maxPositions());
    return input
        .pair()
        .map(pair -> base.tokenizer().encode(input.text(), pair, limit))
        .orElseGet(() -> base.tokenizer().encode(input.text(), limit));
  }

  int size() {
    return encodings.size();
  }

  Answers answers() {
    return answers;
  }

  /// The examples at the given positions, as one ragged batch.
  Batch batch(int[] positions) {
    List<Encoding> chosen = new ArrayList<>(positions.length);
    for (int position : positions) {
      chosen.add(encodings.get(position));
    }
    return Batch.of(chosen);
  }
}
