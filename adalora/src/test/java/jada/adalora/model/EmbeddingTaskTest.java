package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.OddLabels;
import jada.adalora.model.EmbeddingLoss.Contrastive;
import jada.adalora.model.EmbeddingLoss.Cosent;
import jada.adalora.model.EmbeddingLoss.CosineSimilarity;
import jada.adalora.model.EmbeddingLoss.Matryoshka;
import jada.adalora.model.EmbeddingLoss.Triplet;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.BertConfig;
import jada.nn.Pooling;
import jada.nn.TrainingStep;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingTaskTest {
  private static final TrainingStep STEP = new TrainingStep(5, 9);

  private static Example pair(String query, String document, String... negatives) {
    return new Example(Input.of(query, document), List.of(), List.of(negatives));
  }

  private static Example scored(String query, String document, String score) {
    return new Example(Input.of(query, document), List.of(score), List.of());
  }

  /// Five examples with 0 to 2 hard negatives: 14 different texts of different lengths.
  private static final Dataset TUPLES =
      Dataset.of(
          "tuples",
          List.of(
              pair("a b c", "d", "e f", "g"),
              pair("h", "i j k l m", "n"),
              pair("o a", "b a"),
              pair("c d e f", "f e", "g g"),
              pair("j", "k k k")));

  private static final int[] ALL = {0, 1, 2, 3, 4};

  private static AdaptedModel model(EmbeddingTask task, float dropout) {
    BertConfig config = new BertConfig(20, 16, 2, 4, 32, 12, 2, 1e-12f, dropout, dropout);
    AdaLoraConfig adapters = TinyRun.CONFIG.withLoraDropout(dropout);
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(config), task, adapters, 3);
    TinyBert.pretendTraining(model, 7);
    return model;
  }

  private static Objective prepared(AdaptedModel model, Dataset data) {
    return model.task().prepare(data, model.base(), 12);
  }

  // ---- the gradient cache --------------------------------------------------------------------

  /// A pass of the network: what it read, and what came of it.
  private record Pass(Batch batch, Optional<TrainingStep> step, float[] vectors) {}

  private static Network recorded(Network network, List<Pass> passes) {
    return batch -> {
      Variable y = network.output(batch);
      passes.add(new Pass(batch, TrainingStep.current(), y.value().copy().array()));
      return y;
    };
  }

  /// Element by element within 1e-5 of the largest of each parameter.
  private static void assertClose(AdaptedModel model, Gradients actual, Gradients expected) {
    assertThat(actual.parameters()).hasSameElementsAs(expected.parameters()).isNotEmpty();
    for (Parameter parameter : model.parameters()) {
      float[] e = expected.of(parameter).array();
      float largest = 0;
      for (float x : e) {
        largest = Math.max(largest, Math.abs(x));
      }
      assertThat(actual.of(parameter).array())
          .as(parameter.name())
          .containsExactly(e, within(1e-5f * largest));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 13, 14, 100})
  void mini_batches_of_any_size_have_the_loss_and_gradients_of_the_whole(int miniBatch) {
    EmbeddingTask task = Task.embedding();
    AdaptedModel whole = model(task, 0);
    AdaptedModel cached = model(task.withMiniBatch(miniBatch), 0);
    List<Pass> passes = new ArrayList<>();
    Variable expected = prepared(whole, TUPLES).loss(whole, ALL);
    Variable loss = prepared(cached, TUPLES).loss(recorded(whole, passes), ALL);

    assertThat(loss.value().item()).isCloseTo(expected.value().item(), within(1e-6f));
    assertClose(whole, Gradients.of(loss), Gradients.of(expected));

    int texts = 14;
    int parts = Math.ceilDiv(texts, miniBatch);
    assertThat(passes).hasSize(parts == 1 ? 1 : 2 * parts);
    assertThat(passes).allMatch(pass -> pass.batch().sequences() <= miniBatch);
  }

  @Test
  void dropout_of_a_mini_batch_is_repeated_exactly_and_is_its_own() {
    EmbeddingTask task = Task.embedding().withMiniBatch(4);
    AdaptedModel model = model(task, 0.2f);
    Objective examples = prepared(model, TUPLES);
    List<Pass> passes = new ArrayList<>();
    // As in training, the gradients are computed when the step is no longer bound.
    Variable loss = STEP.call(() -> examples.loss(recorded(model, passes), ALL));
    assertThat(TrainingStep.current()).isEmpty();
    List<Pass> first = List.copyOf(passes);
    Gradients gradients = Gradients.of(loss);

    assertThat(first).hasSize(4);
    assertThat(passes).hasSize(8);
    Map<Batch, Pass> before = new IdentityHashMap<>();
    first.forEach(pass -> before.put(pass.batch(), pass));
    for (Pass again : passes.subList(4, 8)) {
      Pass pass = before.remove(again.batch());
      assertThat(again.step()).isEqualTo(pass.step());
      assertThat(again.vectors()).containsExactly(pass.vectors());
    }
    assertThat(before).isEmpty();
    assertThat(first.stream().map(Pass::step)).doesNotHaveDuplicates();
    for (Pass pass : first) {
      assertThat(pass.step().orElseThrow().step()).isEqualTo(STEP.step());
      assertThat(model.output(pass.batch()).value().array()).isNotEqualTo(pass.vectors());
    }

    // The same masks in one unbroken graph.
    List<Variable> parts =
        first.stream()
            .map(pass -> pass.step().orElseThrow().call(() -> model.output(pass.batch())))
            .toList();
    Variable vectors = Ops.concatRows(parts);
    EmbeddedBatch batch =
        EmbeddedBatch.of(
            Ops.gatherRows(vectors, ALL),
            Ops.gatherRows(vectors, IntStream.range(5, 14).toArray()),
            new int[] {0, 1, 3, 0},
            new float[0]);
    Variable unbroken = task.loss().of(batch);
    assertThat(loss.value().item()).isEqualTo(unbroken.value().item());
    assertClose(model, gradients, Gradients.of(unbroken));
  }

  @Test
  void a_step_is_the_same_when_it_is_taken_again_and_another_one_is_not() {
    AdaptedModel model = model(Task.embedding().withMiniBatch(4), 0.2f);
    Objective examples = prepared(model, TUPLES);
    float loss = STEP.call(() -> examples.loss(model, ALL)).value().item();
    assertThat(STEP.call(() -> examples.loss(model, ALL)).value().item()).isEqualTo(loss);
    TrainingStep next = new TrainingStep(5, 10);
    assertThat(next.call(() -> examples.loss(model, ALL)).value().item()).isNotEqualTo(loss);
  }

  @Test
  void hard_negatives_follow_the_documents_column_by_column() {
    AdaptedModel model = model(Task.embedding(), 0);
    Objective examples = prepared(model, TUPLES);
    List<Pass> passes = new ArrayList<>();
    examples.loss(recorded(model, passes), new int[] {3, 0});
    Batch read = passes.getFirst().batch();
    int[] lengths = IntStream.range(0, read.sequences()).map(i -> read.length(i) - 2).toArray();
    // Queries c d e f and a b c, documents f e and d, negatives g g and e f, then g.
    assertThat(lengths).containsExactly(4, 3, 2, 1, 2, 2, 1);
    assertThat(examples.tokens(new int[] {3, 0})).isEqualTo(read.tokens()).isEqualTo(15 + 14);
    assertThat(examples.size()).isEqualTo(5);
    assertThat(examples.cut()).isZero();
  }

  @Test
  void documents_that_answer_a_query_elsewhere_are_no_negatives() {
    Dataset shared =
        Dataset.of(
            "shared", List.of(pair("a", "b"), pair("c", "d"), pair("a", "e"), pair("f", "b")));
    AdaptedModel model = model(Task.embedding(), 0);
    Objective examples = prepared(model, shared);
    List<Pass> passes = new ArrayList<>();
    float loss = examples.loss(recorded(model, passes), new int[] {0, 1, 2, 3}).value().item();
    Tensor vectors = Tensor.of(Shape.of(8, 16), passes.getFirst().vectors());
    double expected = 0;
    // The answers to a are b, twice, and e; f has b, twice.
    int[][] left = {{0, 1}, {0, 1, 2, 3}, {1, 2}, {1, 2, 3}};
    for (int i = 0; i < 4; i++) {
      double sum = 0;
      for (int j : left[i]) {
        sum += Math.exp(20 * dot(vectors, i, 4 + j));
      }
      expected += (Math.log(sum) - 20 * dot(vectors, i, 4 + i)) / 4;
    }
    assertThat((double) loss).isCloseTo(expected, within(1e-5 * expected));
  }

  private static double dot(Tensor vectors, int i, int j) {
    return IntStream.range(0, vectors.shape().dim(1))
        .mapToDouble(c -> (double) vectors.get(i, c) * vectors.get(j, c))
        .sum();
  }

  // ---- the order of examples -----------------------------------------------------------------

  private static Objective prepared(EmbeddingTask task, List<Example> examples) {
    PretrainedModel base = TinyBert.encoder();
    return task.on(base).prepare(Dataset.of("pairs", examples), base, 12);
  }

  private static Set<String> texts(Example example) {
    Set<String> texts = new HashSet<>(example.negatives());
    texts.add(example.text());
    texts.add(example.pair().orElseThrow());
    return texts;
  }

  @Test
  void an_example_waits_only_while_one_of_its_texts_is_in_the_batch() {
    RandomSource random = RandomSource.of(4);
    List<Example> pairs = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      pairs.add(
          pair(
              "a ".repeat(1 + random.nextInt(30)),
              "b ".repeat(1 + random.nextInt(40)),
              "b ".repeat(1 + random.nextInt(40))));
    }
    int[] shuffled = IntStream.range(0, 101).toArray();
    random.shuffle(shuffled);
    int[] order = prepared(Task.embedding(), pairs).order(shuffled.clone(), 8);

    assertThat(order).containsExactlyInAnyOrder(shuffled);
    List<Integer> waiting = new ArrayList<>(Arrays.stream(shuffled).boxed().toList());
    int clean = 0;
    for (int from = 0; from < order.length; from += 8) {
      Set<String> used = new HashSet<>();
      int to = Math.min(order.length, from + 8);
      int at = from;
      for (int example : List.copyOf(waiting)) {
        if (at < to && texts(pairs.get(example)).stream().noneMatch(used::contains)) {
          assertThat(order[at++]).isEqualTo(example);
          used.addAll(texts(pairs.get(example)));
          waiting.remove((Integer) example);
        }
      }
      clean += at == to ? 1 : 0;
      for (; at < to; at++) { // nothing that is left fits
        assertThat(order[at]).isEqualTo(waiting.removeFirst());
      }
    }
    assertThat(waiting).isEmpty();
    assertThat(clean).isGreaterThanOrEqualTo(9); // of 13
  }

  @Test
  void the_order_stays_where_texts_differ_and_where_other_examples_do_not_count() {
    List<Example> different = new ArrayList<>();
    List<Example> same = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      different.add(pair("a ".repeat(i), "b ".repeat(i)));
      same.add(pair("a", "b", "c"));
    }
    int[] shuffled = IntStream.range(0, 20).map(i -> i * 7 % 20).toArray();
    assertThat(prepared(Task.embedding(), different).order(shuffled, 6)).containsExactly(shuffled);
    EmbeddingTask triplets = Task.embedding().withLoss(new Triplet(1));
    assertThat(prepared(triplets, same).order(shuffled, 6)).containsExactly(shuffled);
    assertThat(prepared(Task.embedding(), same).order(shuffled, 6)).containsExactly(shuffled);
  }

  // ---- evaluation ----------------------------------------------------------------------------

  /// A text's vector has the angle of its first word, a is 0°, b 10°, …, and its tokens' number as
  /// length.
  private static Variable angles(Batch batch) {
    Tensor vectors = Tensor.zeros(Shape.of(batch.sequences(), 2));
    for (int i = 0; i < batch.sequences(); i++) {
      double angle = Math.toRadians(10 * (batch.ids()[batch.offsets()[i] + 1] - 5));
      vectors.array()[2 * i] = (float) (batch.length(i) * Math.cos(angle));
      vectors.array()[2 * i + 1] = (float) (batch.length(i) * Math.sin(angle));
    }
    return Constant.of(vectors);
  }

  @Test
  void pairs_are_evaluated_as_a_search_in_all_documents() {
    Dataset data =
        Dataset.of(
            "search",
            List.of(
                pair("a", "b x"), pair("e", "h x", "f x"), pair("a a", "m x"), pair("e", "g x")),
            List.of("d x", "c x", "b x"));
    Objective examples = prepared(model(Task.embedding(), 0), data);
    Evaluation found = examples.evaluate(EmbeddingTaskTest::angles, 7, new Workspace());
    // Documents b h m g f d c. a finds b first; e finds d or f first, g and h third and later; the
    // document of `a a` comes last, of seven.
    assertThat(found.step()).isEqualTo(7);
    assertThat(found.mainMetric()).isEqualTo("ndcg_at_10");
    assertThat(found.metrics().get("accuracy_at_1")).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(found.metrics().get("mrr_at_10"))
        .isCloseTo((1 + 1 / 3.0 + 1 / 7.0) / 3, within(1e-12));
    assertThat(found.metrics().get("recall_at_10")).isEqualTo(1);
    assertThat(found.metrics().get("precision_at_10")).isCloseTo(4 / 30.0, within(1e-12));
  }

  @Test
  void scored_pairs_are_evaluated_by_their_cosines() {
    List<Example> pairs =
        List.of(
            scored("a", "b a a", "4"),
            scored("a", "k", "1"),
            scored("b", "f", "2.5"),
            scored("c", "c", "3"));
    Objective examples = prepared(Task.embedding().withLoss(new Cosent(20)), pairs);
    Evaluation found = examples.evaluate(EmbeddingTaskTest::angles, 0, new Workspace());
    double[] cosines =
        IntStream.of(10, 100, 40, 0).mapToDouble(x -> Math.cos(Math.toRadians(x))).toArray();
    double[] scores = {4, 1, 2.5, 3};
    assertThat(found.mainMetric()).isEqualTo("spearman_cosine");
    assertThat(found.main()).isCloseTo(0.8, within(1e-12)); // two neighbours are exchanged
    assertThat(found.metrics().get("pearson_cosine"))
        .isCloseTo(Metrics.pearson(cosines, scores), within(1e-6));
    double loss = 1;
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        loss += scores[i] < scores[j] ? Math.exp(20 * (cosines[i] - cosines[j])) : 0;
      }
    }
    assertThat(found.loss()).isCloseTo(Math.log(loss), within(1e-4));
  }

  // ---- what fits -----------------------------------------------------------------------------

  private static void assertRefused(EmbeddingLoss loss, Example example, String message) {
    Dataset data = Dataset.of("data", List.of(example));
    assertThatThrownBy(() -> Task.embedding().withLoss(loss).requireFitting(data))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("data:1: " + message);
  }

  @Test
  void examples_that_do_not_fit_the_loss_are_refused() {
    EmbeddingLoss ranking = EmbeddingLoss.multipleNegatives();
    assertRefused(ranking, Example.of("a", "x"), "one text where a pair is needed");
    assertRefused(ranking, scored("a", "b", "1"), "a pair with a score, which the loss mnrl");
    assertRefused(new Cosent(20), pair("a", "b"), "a pair without a score, which the loss cosent");
    assertRefused(new Triplet(5), pair("a", "b"), "a pair without a hard negative");
    assertRefused(new CosineSimilarity(), scored("a", "b", "1.5"), "the score 1.5 is no cosine");
    assertRefused(new Contrastive(0.5), scored("a", "b", "0.5"), "the score 0.5 is neither 0 nor");
    assertRefused(
        new Matryoshka(new Contrastive(0.5), List.of(4)),
        scored("a", "b", "2"),
        "the score 2.0 is");
    assertRefused(
        new Matryoshka(new Triplet(5), List.of(4)),
        pair("a", "b"),
        "a pair without a hard negative");
  }

  @Test
  void a_batch_of_one_needs_hard_negatives_to_choose_from() {
    Dataset pairs = Dataset.of("pairs", List.of(pair("a", "b")));
    Dataset hard = Dataset.of("hard", List.of(pair("a", "b", "c")));
    assertThatThrownBy(() -> Task.embedding().requireBatch(pairs, 1))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("`batch-size` 1: the loss mnrl takes the other documents");
    Task.embedding().requireBatch(pairs, 2);
    Task.embedding().requireBatch(hard, 1);
    Task.embedding().withLoss(new Cosent(20)).requireBatch(pairs, 1);
  }

  @Test
  void the_loss_is_chosen_by_what_the_examples_have() {
    Dataset pairs = Dataset.of("pairs", List.of(pair("a", "b")));
    Dataset scores = Dataset.of("scores", List.of(scored("a", "b", "1")));
    assertThat(EmbeddingTask.TYPE.fit(pairs, OddLabels.REFUSE)).isEqualTo(Task.embedding());
    EmbeddingTask cosent = Task.embedding().withLoss(new Cosent(20));
    assertThat(EmbeddingTask.TYPE.fit(scores, OddLabels.REFUSE)).isEqualTo(cosent);
    EmbeddingTask triplets = Task.embedding().withLoss(new Triplet(5));
    assertThat(triplets.evaluating(pairs)).isEqualTo(Task.embedding());
    assertThat(triplets.evaluating(scores)).isEqualTo(cosent);
    assertThat(cosent.evaluating(scores)).isSameAs(cosent);
  }

  @Test
  void a_model_gives_its_form_and_the_length_of_its_vectors() {
    EmbeddingForm cls = EmbeddingForm.of(Pooling.CLS);
    PretrainedModel base = TinyBert.encoder().withEmbedding(cls);
    assertThat(Task.embedding().on(base))
        .isEqualTo(Task.embedding().withForm(cls).on(TinyBert.encoder()));
    assertThat(Task.embedding().on(base).outputs()).isEqualTo(16);
    assertThat(Task.embedding().withForm(EmbeddingForm.DEFAULT).on(base).form())
        .contains(EmbeddingForm.DEFAULT);
    EmbeddingLoss tooLong = new Matryoshka(new Cosent(20), List.of(32, 8));
    assertThatThrownBy(() -> Task.embedding().withLoss(tooLong).on(base))
        .isInstanceOf(InputException.class)
        .hasMessage("`matryoshka` 32: the vectors of tiny-bert have 16 numbers; give no more");
    assertThatThrownBy(() -> Task.embedding().withMiniBatch(-1))
        .isInstanceOf(InputException.class)
        .hasMessage("`mini-batch-size` -1: give 1 or more");
    AdaLoraConfig head = TinyRun.CONFIG.withMethod(Method.HEAD);
    assertThatThrownBy(() -> AdaLora.adapt(base, Task.embedding(), head))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no head to train");
  }
}
