package jada.nn.examples;

import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.Encoder;
import jada.nn.LinearFactory;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Tokenizer;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// How alike sentences are: the cosine between the means of their tokens' last hidden states.
///
/// All weights are constants, so no derivative is kept. The batch is ragged: sentences of different
/// lengths stand end to end, and nothing is padded.
public final class CompareSentences {
  private CompareSentences() {}

  /// Run it: `CompareSentences FOLDER SENTENCE SENTENCE…` with a folder in Hugging Face layout.
  public static void main(String[] args) {
    PretrainedModel model = HuggingFaceFolder.read(Path.of(args[0]));
    Encoder encoder =
        Encoder.build(
            model.config(), name -> Constant.of(model.weights().get(name)), LinearFactory.PLAIN);

    List<String> sentences = List.of(args).subList(1, args.length);
    List<Tensor> vectors = embed(encoder, model.tokenizer(), sentences);
    for (int i = 1; i < sentences.size(); i++) {
      Tensor a = vectors.getFirst();
      Tensor b = vectors.get(i);
      double cosine = a.dot(b) / ((double) a.norm() * b.norm());
      System.out.printf(Locale.ROOT, "%.4f  %s%n", cosine, sentences.get(i));
    }
  }

  /// The mean hidden state of each sentence: (C) each.
  static List<Tensor> embed(Encoder encoder, Tokenizer tokenizer, List<String> sentences) {
    List<Encoding> encodings = sentences.stream().map(s -> tokenizer.encode(s, 128)).toList();
    Batch batch = Batch.of(encodings);
    Tensor hidden = encoder.forward(batch).value(); // (T, C)
    System.out.println(
        batch.tokens() + " tokens begin at " + Arrays.toString(batch.offsets()) + hidden.shape());
    List<Tensor> means = new ArrayList<>();
    for (int i = 0; i < batch.sequences(); i++) {
      int[] rows = IntStream.range(batch.offsets()[i], batch.offsets()[i + 1]).toArray();
      means.add(hidden.gatherRows(rows).sumRows().scale(1f / rows.length)); // (n, C) -> (C)
    }
    return means;
  }
}
