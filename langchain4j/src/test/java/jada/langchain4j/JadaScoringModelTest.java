package jada.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.aggregator.ReRankingContentAggregator;
import dev.langchain4j.rag.query.Query;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JadaScoringModelTest {
  private static final String QUERY = "c e";
  private static final List<String> TEXTS =
      List.of("c e g", "d", "o n", "d d d d d d d d d d d", "e f", "g h i j", "k");
  private static final List<TextSegment> SEGMENTS = TEXTS.stream().map(TextSegment::from).toList();

  @TempDir private Path temp;

  private static List<Prediction> predictions(Predictor predictor) {
    return predictor.predict(TEXTS.stream().map(text -> Input.of(QUERY, text)).toList());
  }

  private static List<Double> numbers(Predictor predictor) {
    return predictions(predictor).stream().map(p -> p.logits().getFirst().doubleValue()).toList();
  }

  private static List<Double> probabilities(Predictor predictor, String label) {
    return predictions(predictor).stream().map(p -> p.scores().get(label)).toList();
  }

  private static Predictor regression() {
    return Predictor.of(Tiny.judge(Task.regression()));
  }

  @Test
  void the_score_of_a_regression_is_its_number() {
    Predictor predictor = regression();
    assertThat(numbers(predictor)).doesNotHaveDuplicates();
    JadaScoringModel model = JadaScoringModel.of(predictor);
    assertThat(model.scoreAll(SEGMENTS, QUERY).content()).isEqualTo(numbers(predictor));
    assertThat(model.score("d", QUERY).content()).isEqualTo(numbers(predictor).get(1));
  }

  @Test
  void the_score_of_two_labels_is_the_probability_of_the_second() {
    Predictor predictor = Predictor.of(Tiny.judge(Task.classification("no", "yes")));
    List<Double> yes = probabilities(predictor, "yes");
    assertThat(yes).isNotEqualTo(probabilities(predictor, "no"));
    assertThat(JadaScoringModel.of(predictor).scoreAll(SEGMENTS, QUERY).content()).isEqualTo(yes);
  }

  @Test
  void a_label_may_be_named() {
    Predictor two = Predictor.of(Tiny.judge(Task.classification("yes", "no")));
    assertThat(JadaScoringModel.of(two, "yes").scoreAll(SEGMENTS, QUERY).content())
        .isEqualTo(probabilities(two, "yes"));
    List<String> labels = List.of("good", "fair", "bad");
    Predictor several = Predictor.of(Tiny.judge(Task.multiLabel(labels)));
    assertThat(JadaScoringModel.of(several, "fair").scoreAll(SEGMENTS, QUERY).content())
        .isEqualTo(probabilities(several, "fair"));
  }

  @Test
  void the_query_is_read_first() {
    Predictor predictor = regression();
    double score = JadaScoringModel.of(predictor).score("d", QUERY).content();
    float first = predictor.predict(List.of(Input.of(QUERY, "d"))).getFirst().logits().getFirst();
    float second = predictor.predict(List.of(Input.of("d", QUERY))).getFirst().logits().getFirst();
    assertThat(score).isEqualTo(first).isNotEqualTo(second);
  }

  @Test
  void reranks_what_was_retrieved() {
    Predictor predictor = regression();
    Query query = Query.from(QUERY);
    List<Content> contents = SEGMENTS.stream().map(Content::from).toList();
    List<Content> ranked =
        ReRankingContentAggregator.builder()
            .scoringModel(JadaScoringModel.of(predictor))
            .maxResults(3)
            .build()
            .aggregate(Map.of(query, List.of(contents)));
    List<Double> best = new ArrayList<>(numbers(predictor));
    best.sort(Collections.reverseOrder());
    assertThat(ranked)
        .extracting(content -> content.metadata().get(ContentMetadata.RERANKED_SCORE))
        .isEqualTo(best.subList(0, 3));
  }

  @Test
  void counts_the_tokens_that_the_network_reads() {
    JadaScoringModel model = JadaScoringModel.of(regression().withMaxLength(10));
    // [CLS] c e [SEP] c e g [SEP], and cut at 10.
    Response<List<Double>> response =
        model.scoreAll(List.of(SEGMENTS.get(0), SEGMENTS.get(3)), QUERY);
    assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(8 + 10);
  }

  @Test
  void many_threads_may_use_it_at_once() throws Exception {
    Predictor predictor = regression();
    JadaScoringModel model = JadaScoringModel.of(predictor);
    assertThat(Tiny.together(() -> model.scoreAll(SEGMENTS, QUERY).content()))
        .hasSize(32)
        .containsOnly(numbers(predictor));
  }

  @Test
  void refuses_tasks_without_one_number() {
    Predictor three = Predictor.of(Tiny.judge(Task.classification("good", "fair", "bad")));
    assertThatThrownBy(() -> JadaScoringModel.of(three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "scoring model: the task is classification of 3 labels, and a score is one number;"
                + " name the label whose probability it is");
    Predictor two = Predictor.of(Tiny.judge(Task.multiLabel(List.of("new", "good"))));
    assertThatThrownBy(() -> JadaScoringModel.of(two)).hasMessageContaining("multi-label");
    assertThatThrownBy(() -> JadaScoringModel.of(three, "best"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scoring model: no label is \"best\"; the task has [good, fair, bad]");
  }

  @Test
  void refuses_a_blank_query_and_a_text_that_is_null() {
    JadaScoringModel model = JadaScoringModel.of(regression());
    assertThatThrownBy(() -> model.scoreAll(SEGMENTS, " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "scoring model: the query is blank; give the question that the texts may answer");
    assertThatThrownBy(() -> model.scoreAll(Arrays.asList(null, SEGMENTS.get(0)), QUERY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scoring model: segment 1 of 2 is null; leave it out");
    assertThat(model.scoreAll(List.of(), QUERY).content()).isEmpty();
  }

  @Test
  void loads_an_adapter_and_a_merged_model() throws IOException {
    PretrainedModel base = Tiny.inFolder(TinyBert.withPooler(), temp.resolve("base"));
    AdaptedModel adapted = Tiny.trained(base, Task.classification("no", "yes"));
    PeftFolder.save(adapted, temp.resolve("adapter"));
    PeftFolder.saveMerged(adapted, temp.resolve("merged"));
    List<Double> expected = probabilities(Predictor.of(adapted), "yes");
    for (String folder : List.of("adapter", "merged")) {
      try (JadaScoringModel loaded = JadaScoringModel.load(temp.resolve(folder))) {
        assertThat(loaded.scoreAll(SEGMENTS, QUERY).content()).as(folder).isEqualTo(expected);
      }
    }
  }

  /// A cross-encoder of sentence-transformers: one output, no file is Jada's.
  @Test
  void loads_a_cross_encoder_that_others_saved() throws IOException {
    PretrainedModel base = Tiny.inFolder(TinyBert.classifier(1), temp.resolve("cross-encoder"));
    try (JadaScoringModel loaded = JadaScoringModel.load(temp.resolve("cross-encoder"))) {
      assertThat(loaded.scoreAll(SEGMENTS, QUERY).content())
          .isEqualTo(numbers(Predictor.of(PeftFolder.load(base, temp.resolve("cross-encoder")))));
    }
  }

  @Test
  void refuses_a_folder_of_embeddings() {
    Path folder = temp.resolve("embeddings");
    PeftFolder.save(Tiny.encoder(Tiny.PROMPTED), folder);
    assertThatThrownBy(() -> JadaScoringModel.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + ": makes sentence embeddings; they are for JadaEmbeddingModel");
  }

  @Test
  void answers_no_more_when_it_is_closed() {
    Predictor predictor = regression();
    JadaScoringModel model = JadaScoringModel.of(predictor);
    model.close();
    assertThatThrownBy(() -> model.score("d", QUERY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("predictor: it is closed; make another of the model");
  }
}
