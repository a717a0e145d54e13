package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.OddLabels;
import jada.autograd.Variable;
import jada.nn.EmbeddingHead;
import jada.nn.EncoderConfig;
import jada.nn.Head;
import jada.nn.LinearFactory;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/// Sentence embeddings: a text becomes a vector, and texts that belong together lie together. It has
/// no head with weights; the adapters alone are trained.
///
///     EmbeddingTask task = Task.embedding();
///     AdaptedModel adapted = AdaLora.adapt(Models.load("all-minilm-l6-v2"), task, config);
///     FineTuner.of(adapted).run(pairs, heldOutPairs);
///     Embedder embedder = Embedder.of(adapted);
///
/// @param form how a vector is made of a text; empty: as the base model's files say, or else the
///   mean ([EmbeddingForm#DEFAULT])
/// @param loss what the vectors are trained to do
/// @param miniBatch texts that the network reads at once, where a batch has more: the loss is that
///   of the whole batch, its memory that of so many texts, and the network runs twice
///   ([jada.autograd.Recomputed]); 0: all texts of a batch at once
/// @param outputs d, the length of a vector; 0 before the task is that of a base model
public record EmbeddingTask(
    Optional<EmbeddingForm> form, EmbeddingLoss loss, int miniBatch, int outputs) implements Task {
  /// The kind: `embedding`.
  public static final TaskType TYPE = new Type();

  /// Checks the numbers.
  ///
  /// @throws InputException if the mini-batch is negative
  public EmbeddingTask {
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(loss, "loss");
    if (miniBatch < 0) {
      throw new InputException("`mini-batch-size` %s: give 1 or more".formatted(miniBatch));
    }
  }

  /// The same with another loss.
  public EmbeddingTask withLoss(EmbeddingLoss replacement) {
    return new EmbeddingTask(form, replacement, miniBatch, outputs);
  }

  /// The same with vectors made in this way, whatever the base model's files say.
  public EmbeddingTask withForm(EmbeddingForm replacement) {
    return new EmbeddingTask(Optional.of(replacement), loss, miniBatch, outputs);
  }

  /// The same with no more than so many texts in memory at once.
  public EmbeddingTask withMiniBatch(int texts) {
    return new EmbeddingTask(form, loss, texts, outputs);
  }

  /// The same on a base model: its form, where none was chosen, and its length of vectors.
  ///
  /// @throws InputException if the model's form cannot be computed, or the loss wants longer
  ///   vectors
  @Override
  public EmbeddingTask on(PretrainedModel base) {
    EmbeddingForm known = form.or(base::embedding).orElse(EmbeddingForm.DEFAULT);
    known
        .refusal()
        .ifPresent(
            reason -> {
              throw new InputException(reason);
            });
    int length = base.config().hiddenSize();
    if (loss instanceof EmbeddingLoss.Matryoshka cut && cut.dimensions().getFirst() > length) {
      throw new InputException(
          "`matryoshka` %s: the vectors of %s have %s numbers; give no more"
              .formatted(cut.dimensions().getFirst(), base.name(), length));
    }
    return new EmbeddingTask(Optional.of(known), loss, miniBatch, length);
  }

  /// The same with a loss that these examples fit, which may be of another kind than those of
  /// training: pairs with scores have that of CoSENT, and those without hard negatives multiple
  /// negatives ranking, where the loss of training asks for what they do not have.
  @Override
  public EmbeddingTask evaluating(Dataset data) {
    boolean scored = !data.examples().getFirst().labels().isEmpty();
    boolean hard = data.examples().stream().allMatch(e -> !e.negatives().isEmpty());
    boolean fits = scored == loss.needsScores() && (hard || !loss.needsNegatives());
    return fits
        ? this
        : withLoss(scored ? new EmbeddingLoss.Cosent(20) : EmbeddingLoss.multipleNegatives());
  }

  /// Checks examples against the loss, before a model is there.
  ///
  /// @throws InputException if one does not fit, naming its place
  public void requireFitting(Dataset data) {
    EmbeddingExamples.requireFitting(data, loss);
  }

  /// Checks that a batch has wrong documents to tell the right one from.
  ///
  /// @throws InputException if each batch has one example, whose document is the only one
  public void requireBatch(Dataset train, int batchSize) {
    boolean hard = train.examples().stream().allMatch(e -> !e.negatives().isEmpty());
    if (batchSize == 1 && loss.usesOthers() && !hard) {
      throw new InputException(
          "`batch-size` 1: the loss %s takes the other documents of a batch for wrong answers, and"
                  .formatted(loss.name())
              + " there are none; give 2 or more, such as 32, or a hard negative for each pair");
    }
  }

  @Override
  public TaskType type() {
    return TYPE;
  }

  @Override
  public List<String> labels() {
    return List.of();
  }

  @Override
  public String description() {
    return outputs == 0 ? "sentence embeddings" : "sentence embeddings of " + outputs + " numbers";
  }

  @Override
  public String identity() {
    return "%s %s mini-batch %s".formatted(loss, form, miniBatch);
  }

  @Override
  public boolean hasClassifier() {
    return false;
  }

  @Override
  public Head head(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    EmbeddingForm known = form.orElse(EmbeddingForm.DEFAULT);
    return new EmbeddingHead(known.pooling(), known.normalize());
  }

  @Override
  public Map<String, Tensor> initialHead(EncoderConfig config, RandomSource random) {
    return Map.of();
  }

  @Override
  public EmbeddingExamples prepare(Dataset data, PretrainedModel base, int maxLength) {
    return EmbeddingExamples.of(data, on(base), base, maxLength);
  }

  @Override
  public Prediction predict(float[] output) {
    return new Prediction("", 1, List.of(), Map.of(), output);
  }

  private record Type() implements TaskType {
    @Override
    public String name() {
      return "embedding";
    }

    /// The task of a model that answers with its hidden states, in transformers' words.
    @Override
    public String problemType() {
      return "feature-extraction";
    }

    @Override
    public Task of(List<String> labels) {
      if (!labels.isEmpty()) {
        throw new InputException(
            "task: embedding has no labels, got " + labels.size() + "; is it a classification?");
      }
      return Task.embedding();
    }

    @Override
    public Task fit(Dataset train, OddLabels odd) {
      boolean scored = train.examples().stream().anyMatch(e -> !e.labels().isEmpty());
      return scored ? Task.embedding().withLoss(new EmbeddingLoss.Cosent(20)) : Task.embedding();
    }
  }
}
