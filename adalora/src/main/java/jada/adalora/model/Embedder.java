package jada.adalora.model;

import jada.adalora.data.Progress;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// Makes sentence embeddings with a trained model as it is when the embedder is made: every ΔW is
/// added to its matrix then. Queries and documents get their prompts, and texts are cut where
/// training cut them.
///
/// Any number of threads may use the same embedder at once; each computes on its own thread, or on
/// the [jada.tensor.Workers] that it has bound.
public final class Embedder implements AutoCloseable {
  /// Texts between two reports of progress.
  private static final int BLOCK = 512;

  private final AdaptedModel model;
  private final EmbeddingForm form;
  private final int dimensions;
  private final Workspaces workspaces = new Workspaces();

  private Embedder(AdaptedModel model, EmbeddingForm form, int dimensions) {
    this.model = model;
    this.form = form;
    this.dimensions = dimensions;
  }

  /// An embedder of a model whose task is [EmbeddingTask].
  ///
  /// @throws IllegalArgumentException if the model has another task
  public static Embedder of(AdaptedModel model) {
    if (!(model.task() instanceof EmbeddingTask task)) {
      throw new IllegalArgumentException(
          "embedder: the task of the model is %s; use a predictor"
              .formatted(model.task().type().name()));
    }
    AdaptedModel frozen = model.frozen();
    model.textLength().ifPresent(frozen::cutTextsAt);
    return new Embedder(
        frozen, task.form().orElse(EmbeddingForm.DEFAULT), model.base().config().hiddenSize());
  }

  /// The same with vectors cut to their first k numbers and made of length 1 again; for a model
  /// that was trained with [EmbeddingLoss.Matryoshka].
  ///
  /// @throws IllegalArgumentException if k is less than 1, or more than the vectors have
  public Embedder withDimensions(int k) {
    int most = model.base().config().hiddenSize();
    if (k < 1 || k > most) {
      throw new IllegalArgumentException(
          "embedder: vectors of %s numbers; the model's have %s".formatted(k, most));
    }
    return new Embedder(model, form, k);
  }

  /// The model that makes the vectors: every ΔW is in its matrix, nothing is trained.
  public AdaptedModel model() {
    return model;
  }

  /// How vectors are made.
  public EmbeddingForm form() {
    return form;
  }

  /// d, the length of a vector.
  public int dimensions() {
    return dimensions;
  }

  /// The vectors of queries, (n, d), in their order.
  ///
  /// @throws IllegalArgumentException if there are no texts
  public Tensor queries(List<String> texts) {
    return vectors(texts, form.queryPrompt());
  }

  /// The vectors of many queries as [#queries(List)], with progress.
  public Tensor queries(List<String> texts, Progress progress) {
    return vectors("embedding queries", texts, form.queryPrompt(), progress);
  }

  /// The vectors of documents, (n, d), in their order.
  ///
  /// @throws IllegalArgumentException if there are no texts
  public Tensor documents(List<String> texts) {
    return vectors(texts, form.documentPrompt());
  }

  /// The vectors of many documents as [#documents(List)], with progress.
  public Tensor documents(List<String> texts, Progress progress) {
    return vectors("embedding documents", texts, form.documentPrompt(), progress);
  }

  private Tensor vectors(String what, List<String> texts, String prompt, Progress progress) {
    if (texts.size() <= BLOCK) {
      return vectors(texts, prompt); // done in a moment
    }
    float[] all = new float[Math.multiplyExact(texts.size(), dimensions)];
    progress.started(what, "texts", texts.size());
    try {
      for (int from = 0; from < texts.size(); from += BLOCK) {
        List<String> some = texts.subList(from, Math.min(texts.size(), from + BLOCK));
        float[] vectors = vectors(some, prompt).array();
        System.arraycopy(vectors, 0, all, from * dimensions, some.size() * dimensions);
        progress.advanced(from + some.size());
      }
    } finally {
      progress.finished();
    }
    return Tensor.of(Shape.of(texts.size(), dimensions), all);
  }

  private Tensor vectors(List<String> texts, String prompt) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("embedder: no texts; give at least one");
    }
    List<Encoding> encodings = new ArrayList<>(texts.size());
    for (String text : texts) {
      encodings.add(
          EncodedExamples.encode(Input.of(prompt + text), model.base(), model.maxLength()));
    }
    Workspace workspace = workspaces.take();
    Tensor vectors = EmbeddingTexts.vectors(model, encodings, workspace);
    workspaces.keep(workspace);
    int d = vectors.shape().columns();
    return dimensions == d ? vectors : EmbeddingTexts.ofLengthOne(first(vectors, dimensions));
  }

  private static Tensor first(Tensor vectors, int k) {
    int rows = vectors.shape().dim(0);
    int d = vectors.shape().columns();
    Tensor cut = Tensor.blank(Shape.of(rows, k));
    for (int i = 0; i < rows; i++) {
      System.arraycopy(vectors.array(), i * d, cut.array(), i * k, k);
    }
    return cut;
  }

  /// Drops the memory that is kept for later calls.
  @Override
  public void close() {
    workspaces.close();
  }
}
