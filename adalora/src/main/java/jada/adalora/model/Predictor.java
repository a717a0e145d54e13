package jada.adalora.model;

import jada.nn.Batch;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Answers with a trained model as it is when the predictor is made: every ΔW is added to its
/// matrix then, and what the model learns later does not reach the predictor. One sentence costs
/// what it costs without adapters, about a tenth less than with them (all-MiniLM-L6-v2, 24 matrices
/// of rank 4).
///
/// Any number of threads may predict with the same predictor at once; each computes on its own
/// thread, or on the [jada.tensor.Workers] that it has bound. It takes [#bytes()] of memory until
/// it is closed; nothing else has to be given back.
public final class Predictor implements AutoCloseable {
  private volatile Optional<AdaptedModel> model;
  private final int maxLength;

  private final Workspaces workspaces = new Workspaces();

  private Predictor(AdaptedModel model, int maxLength) {
    this.model = Optional.of(model);
    this.maxLength = maxLength;
  }

  /// A predictor that cuts texts where training cut them ([AdaptedModel#maxLength]).
  ///
  /// @throws IllegalArgumentException if the model makes sentence embeddings
  public static Predictor of(AdaptedModel model) {
    if (model.task() instanceof EmbeddingTask) {
      throw new IllegalArgumentException(
          "predictor: the task of the model is %s; use an embedder"
              .formatted(model.task().type().name()));
    }
    return new Predictor(model.frozen(), model.maxLength());
  }

  /// The same with texts cut at another length, in tokens, special tokens included.
  ///
  /// @throws IllegalArgumentException if the special tokens alone are more, or the model has no
  ///   position for so many
  public Predictor withMaxLength(int tokens) {
    AdaptedModel model = open();
    int most = model.base().config().maxTokens();
    if (tokens > most) {
      throw new IllegalArgumentException(
          "predictor: texts of %s tokens; the model has positions for %s".formatted(tokens, most));
    }
    model.base().tokenizer().encode("", tokens); // throws if there is no room for a text
    return new Predictor(model, tokens);
  }

  /// The model that answers: every ΔW is in its matrix, nothing is trained.
  ///
  /// @throws IllegalStateException if it is closed
  public AdaptedModel model() {
    return open();
  }

  /// Tokens at which texts are cut, special tokens included.
  public int maxLength() {
    return maxLength;
  }

  /// The answer to one text.
  public Prediction predict(String text) {
    return predict(List.of(Input.of(text))).getFirst();
  }

  /// The memory that the weights take in the heap, and from the first prediction on the copies of
  /// their matrices that are packed for products, outside of the heap; for all-MiniLM-L6-v2 90 MB
  /// and 43 MB. Weights that were not adapted are shared with the base model and with other
  /// predictors, and counted by each. Not counted is the memory of one layer for each call under
  /// way, for 32 sentences some 15 MB, which is kept for later calls while the heap has room.
  ///
  /// @return bytes
  /// @throws IllegalStateException if it is closed
  public long bytes() {
    return open().weightBytes();
  }

  /// Drops its reference to the weights, which others may still have, such as a predictor that
  /// [#withMaxLength] has made of it. Predictions that have begun are completed.
  @Override
  public void close() {
    model = Optional.empty();
    workspaces.close();
  }

  private AdaptedModel open() {
    return model.orElseThrow(
        () -> new IllegalStateException("predictor: it is closed; make another of the model"));
  }

  /// The answers to several inputs, in their order.
  ///
  /// @throws IllegalStateException if it is closed
  public List<Prediction> predict(List<Input> inputs) {
    AdaptedModel model = open();
    List<Prediction> predictions = new ArrayList<>(inputs.size());
    Workspace workspace = workspaces.take();
    for (int from = 0; from < inputs.size(); from += Evaluator.BATCH) {
      List<Encoding> encodings = new ArrayList<>();
      for (Input input : inputs.subList(from, Math.min(inputs.size(), from + Evaluator.BATCH))) {
        encodings.add(EncodedExamples.encode(input, model.base(), maxLength));
      }
      workspace.run(
          () -> {
            Tensor output = model.output(Batch.of(encodings)).value(); // (B, K)
            int outputs = output.shape().columns();
            for (int i = 0; i < encodings.size(); i++) {
              float[] row = Arrays.copyOfRange(output.array(), i * outputs, (i + 1) * outputs);
              predictions.add(model.task().predict(row));
            }
          });
    }
    workspaces.keep(workspace);
    return predictions;
  }
}
