package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.testing.TinyBert;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class EmbedderTest {
  private static final EmbeddingForm FORM =
      EmbeddingForm.of(Pooling.MEAN).withPrompts("a ", "b ").withMaxLength(9);
  private static final List<String> TEXTS =
      List.of("c e g", "a", "o n", "c", "d d d d d d", "e f", "g h i j", "k");

  private static AdaptedModel model() {
    AdaLoraConfig config = AdaLoraConfig.penalized().withInitRank(4).withTargetRank(2);
    AdaptedModel model =
        AdaLora.adapt(TinyBert.encoder().withEmbedding(FORM), Task.embedding(), config);
    TinyBert.pretendTraining(model, 3);
    return model;
  }

  @Test
  void prompts_stand_before_queries_and_documents() {
    Embedder prompted = Embedder.of(model());
    AdaptedModel bare =
        AdaLora.adapt(
            TinyBert.encoder(),
            Task.embedding(),
            AdaLoraConfig.penalized().withInitRank(4).withTargetRank(2));
    TinyBert.pretendTraining(bare, 3);
    Embedder plain = Embedder.of(bare);
    assertThat(prompted.queries(List.of("c e")).array())
        .containsExactly(plain.queries(List.of("a c e")).array());
    assertThat(prompted.documents(List.of("c e")).array())
        .containsExactly(plain.queries(List.of("b c e")).array());
  }

  @Test
  void a_text_has_the_same_vector_alone_and_among_others() {
    Embedder embedder = Embedder.of(model());
    Tensor all = embedder.documents(TEXTS);
    assertThat(all.shape()).isEqualTo(Shape.of(TEXTS.size(), 16));
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(embedder.documents(List.of(TEXTS.get(i))).array())
          .containsExactly(all.gatherRows(i).array());
    }
  }

  @Test
  void vectors_can_be_cut() {
    Embedder embedder = Embedder.of(model());
    float[] whole = embedder.queries(List.of("c e g")).array();
    float[] cut = embedder.withDimensions(4).queries(List.of("c e g")).array();
    double length = 0;
    for (int i = 0; i < 4; i++) {
      length += whole[i] * whole[i];
    }
    assertThat(cut).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(cut[i]).isCloseTo((float) (whole[i] / Math.sqrt(length)), within(1e-6f));
    }
    assertThatThrownBy(() -> embedder.withDimensions(17))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("embedder: vectors of 17 numbers; the model's have 16");
  }

  @Test
  void many_threads_may_use_it_at_once() throws Exception {
    Embedder embedder = Embedder.of(model());
    float[] expected = embedder.documents(TEXTS).array();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<float[]>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        answers.add(threads.submit(() -> embedder.documents(TEXTS).array()));
      }
      for (Future<float[]> answer : answers) {
        assertThat(answer.get()).containsExactly(expected);
      }
    }
  }

  @Test
  void what_the_model_learns_later_does_not_reach_it() {
    AdaptedModel model = model();
    Embedder embedder = Embedder.of(model);
    float[] before = embedder.queries(TEXTS).array();
    TinyBert.pretendTraining(model, 7);
    assertThat(embedder.queries(TEXTS).array()).containsExactly(before);
  }

  @Test
  void refuses_a_classifier_and_no_texts() {
    AdaptedModel classifier =
        AdaLora.adapt(TinyBert.encoder(), Task.classification("a", "b"), AdaLoraConfig.penalized());
    assertThatThrownBy(() -> Embedder.of(classifier))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("embedder: the task of the model is classification; use a predictor");
    assertThatThrownBy(() -> Embedder.of(model()).queries(List.of()))
        .hasMessage("embedder: no texts; give at least one");
  }
}
