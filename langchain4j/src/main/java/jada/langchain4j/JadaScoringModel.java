package jada.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.model.RegressionTask;
import jada.adalora.model.SingleLabelTask;
import jada.adalora.model.Task;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Scores of how well texts answer a query, for LangChain4j, by a model that Jada trained on pairs
/// of texts (a cross-encoder), with the answers of its [Predictor].
///
///     JadaScoringModel model = JadaScoringModel.load(Path.of("judge-adapter"));
///     RetrievalAugmentor augmentor = DefaultRetrievalAugmentor.builder()
///         .contentRetriever(retriever)
///         .contentAggregator(ReRankingContentAggregator.builder()
///             .scoringModel(model)
///             .maxResults(3)
///             .build())
///         .build();
///
/// The network reads the query first and the text second, so training must have had them in this
/// order. A score is
///
/// - in regression the number that the model gives, as it is; for the cross-encoders of
///   sentence-transformers this is the logit, before the sigmoid;
/// - in classification the probability of one label, from 0 to 1: of two labels the second, as in
///   GLUE's tasks, or the one that is named.
///
/// Token usage counts the tokens that the network reads, special tokens included. Any number of
/// threads may use the same model at once; it computes on the thread that calls.
public final class JadaScoringModel implements ScoringModel, AutoCloseable {
  private final Predictor predictor;
  private final Optional<String> label;
  private final Tokenizer tokenizer;

  private JadaScoringModel(Predictor predictor, Optional<String> label) {
    this.predictor = predictor;
    this.label = label;
    this.tokenizer = predictor.model().base().tokenizer();
  }

  /// A model whose score is the number of a regression, or the probability of the second of two
  /// labels.
  ///
  /// @throws IllegalArgumentException if the task of the predictor is neither
  public static JadaScoringModel of(Predictor predictor) {
    Task task = predictor.model().task();
    if (task instanceof RegressionTask) {
      return new JadaScoringModel(predictor, Optional.empty());
    }
    if (task instanceof SingleLabelTask && task.labels().size() == 2) {
      return of(predictor, task.labels().getLast());
    }
    throw new IllegalArgumentException(
        "scoring model: the task is %s of %s, and a score is one number; name the label whose"
                .formatted(task.type().name(), task.description())
            + " probability it is");
  }

  /// A model whose score is the probability of this label.
  ///
  /// @throws IllegalArgumentException if the task of the predictor has no such label
  public static JadaScoringModel of(Predictor predictor, String label) {
    List<String> labels = predictor.model().task().labels();
    if (!labels.contains(label)) {
      throw new IllegalArgumentException(
          "scoring model: no label is \"%s\"; the task has %s".formatted(label, labels));
    }
    return new JadaScoringModel(predictor, Optional.of(label));
  }

  /// The model in a folder as [#of(Predictor)] takes it: an adapter, with the base model that it
  /// names, or a whole classifier in Hugging Face layout.
  ///
  /// @throws InputException if the folder or the base model is not there, a file is damaged, or it
  ///   makes sentence embeddings
  /// @throws IllegalArgumentException if its task is neither regression nor has two labels
  public static JadaScoringModel load(Path folder) {
    ModelFolder files = ModelFolder.of(folder);
    if (files.embeds()) {
      throw new InputException(
          files.folder() + ": makes sentence embeddings; they are for JadaEmbeddingModel");
    }
    return of(Predictor.of(files.load()));
  }

  /// The scores of the texts in their order, the higher the better; none for none.
  ///
  /// @throws IllegalArgumentException if a text is null, or the query blank
  /// @throws IllegalStateException if it is closed
  @Override
  public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
    if (query.isBlank()) {
      throw new IllegalArgumentException(
          "scoring model: the query is blank; give the question that the texts may answer");
    }
    Segments.requireAll("scoring model", segments);
    List<Input> pairs = segments.stream().map(text -> Input.of(query, text.text())).toList();
    List<Double> scores = new ArrayList<>(pairs.size());
    for (Prediction prediction : predictor.predict(pairs)) {
      scores.add(
          label
              .map(prediction.scores()::get)
              .orElseGet(() -> prediction.logits().getFirst().doubleValue()));
    }
    return Response.from(scores, new TokenUsage(tokens(pairs)));
  }

  /// Tokenizing twice is cheap beside the network.
  private int tokens(List<Input> pairs) {
    return pairs.stream()
        .mapToInt(pair -> tokenizer.encode(pair, predictor.maxLength()).length())
        .sum();
  }

  /// Closes the predictor, which then answers no more.
  @Override
  public void close() {
    predictor.close();
  }
}
