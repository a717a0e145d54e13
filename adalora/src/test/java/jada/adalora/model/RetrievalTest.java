package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.model.VectorIndex.Hit;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The measures by hand, at their edges.
class RetrievalTest {
  private static List<Hit> found(int... documents) {
    return IntStream.range(0, documents.length)
        .mapToObj(i -> new Hit(documents[i], 1 - 0.001f * i))
        .toList();
  }

  private static BitSet answers(int... documents) {
    return IntStream.of(documents).collect(BitSet::new, BitSet::set, BitSet::or);
  }

  private static Map<String, Double> of(List<Hit> found, BitSet answers) {
    return Retrieval.metrics(List.of(found), List.of(answers));
  }

  private static void assertMetric(Map<String, Double> metrics, String name, double expected) {
    assertThat(metrics.get(name)).as(name).isCloseTo(expected, within(1e-12));
  }

  @Test
  void two_of_three_answers_at_ranks_two_and_four() {
    Map<String, Double> m = of(found(9, 3, 8, 5, 7, 6, 11, 12, 13, 14, 15), answers(3, 5, 77));
    assertMetric(m, "accuracy_at_1", 0);
    assertMetric(m, "accuracy_at_3", 1);
    assertMetric(m, "accuracy_at_5", 1);
    assertMetric(m, "accuracy_at_10", 1);
    assertMetric(m, "precision_at_1", 0);
    assertMetric(m, "precision_at_3", 1 / 3.0);
    assertMetric(m, "precision_at_5", 2 / 5.0);
    assertMetric(m, "precision_at_10", 2 / 10.0);
    assertMetric(m, "recall_at_1", 0);
    assertMetric(m, "recall_at_3", 1 / 3.0);
    assertMetric(m, "recall_at_5", 2 / 3.0);
    assertMetric(m, "recall_at_10", 2 / 3.0);
    assertMetric(m, "mrr_at_10", 1 / 2.0);
    assertMetric(m, "map_at_100", (1 / 2.0 + 2 / 4.0) / 3);
    double log3 = Math.log(3) / Math.log(2); // log₂ of rank + 1
    double log5 = Math.log(5) / Math.log(2);
    assertMetric(m, "ndcg_at_10", (1 / log3 + 1 / log5) / (1 + 1 / log3 + 1 / 2.0));
    assertThat(m).hasSize(15);
    assertThat(m.keySet().iterator().next()).isEqualTo(Retrieval.MAIN);
  }

  @Test
  void answers_behind_rank_ten_count_for_the_mean_precision_alone() {
    int[] documents = IntStream.range(0, 120).toArray();
    Map<String, Double> m = of(found(documents), answers(10, 99, 100));
    assertMetric(m, "accuracy_at_10", 0);
    assertMetric(m, "mrr_at_10", 0);
    assertMetric(m, "ndcg_at_10", 0);
    assertMetric(m, "map_at_100", (1 / 11.0 + 2 / 100.0) / 3); // the third stands at rank 101
  }

  @Test
  void more_answers_than_ranks_can_still_be_perfect() {
    BitSet all = new BitSet();
    all.set(0, 150);
    Map<String, Double> m = of(found(IntStream.range(0, 150).toArray()), all);
    assertMetric(m, "ndcg_at_10", 1);
    assertMetric(m, "map_at_100", 1);
    assertMetric(m, "precision_at_10", 1);
    assertMetric(m, "recall_at_10", 10 / 150.0);
  }

  @Test
  void fewer_documents_than_ranks_are_filled_up_with_wrong_ones() {
    Map<String, Double> m = of(found(4, 2), answers(2));
    assertMetric(m, "precision_at_1", 0);
    assertMetric(m, "precision_at_3", 1 / 3.0);
    assertMetric(m, "precision_at_10", 1 / 10.0);
    assertMetric(m, "map_at_100", 1 / 2.0);
    Map<String, Double> nothing = of(List.of(), answers(2));
    assertThat(nothing.values()).containsOnly(0.0).hasSize(15);
  }

  @Test
  void every_query_weighs_the_same() {
    Map<String, Double> m =
        Retrieval.metrics(List.of(found(1), found(1)), List.of(answers(1), answers(2, 3, 4)));
    assertMetric(m, "ndcg_at_10", 0.5);
    assertMetric(m, "recall_at_1", 0.5);
    assertThat(Retrieval.ndcg(found(1), answers(1))).isEqualTo(1);
  }

  @Test
  void vectors_are_searched_by_their_product() {
    Tensor documents = Tensor.of(Shape.of(3, 2), 1, 0, 0, 1, -1, 0);
    Tensor queries = Tensor.of(Shape.of(2, 2), 0.1f, 0.9f, -1, 0.1f);
    Map<String, Double> m = Retrieval.metrics(queries, documents, List.of(answers(1), answers(1)));
    assertMetric(m, "accuracy_at_1", 0.5);
    assertMetric(m, "mrr_at_10", (1 + 1 / 2.0) / 2);
  }

  @Test
  void refuses_queries_without_answers() {
    assertThatThrownBy(() -> of(found(1), answers()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("retrieval: query 0 has no answer");
    assertThatThrownBy(() -> Retrieval.metrics(List.of(found(1)), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("retrieval: 1 queries, answers for 0; as many are needed, and at least one");
    assertThatThrownBy(() -> Retrieval.metrics(List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void measures_have_names_for_prose() {
    assertThat(Retrieval.shown("ndcg_at_10")).isEqualTo("nDCG@10");
    assertThat(Retrieval.shown("mrr_at_10")).isEqualTo("MRR@10");
    assertThat(Retrieval.shown("map_at_100")).isEqualTo("MAP@100");
    assertThat(Retrieval.shown("recall_at_5")).isEqualTo("recall@5");
    assertThat(Retrieval.shown("accuracy")).isEqualTo("accuracy");
    assertThat(Retrieval.shown("pearson_cosine")).isEqualTo("pearson_cosine");
  }
}
