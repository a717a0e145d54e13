package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.model.EmbeddingLoss.Contrastive;
import jada.adalora.model.EmbeddingLoss.Cosent;
import jada.adalora.model.EmbeddingLoss.CosineSimilarity;
import jada.adalora.model.EmbeddingLoss.Matryoshka;
import jada.adalora.model.EmbeddingLoss.MultipleNegativesRanking;
import jada.adalora.model.EmbeddingLoss.Triplet;
import jada.autograd.Constant;
import jada.autograd.GradCheck;
import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Losses where examples have not equally many hard negatives and some documents answer several
/// queries, which sentence-transformers does not have: against the formulas in double precision.
class EmbeddingLossTest {
  private static final int B = 4;
  private static final int D = 6;
  private static final int[] NEGATIVE_OF = {0, 2, 3, 2};
  private static final float[] SCORES = {0.5f, 0, 1, 0.5f};
  private static final float[] CLASSES = {1, 0, 1, 0};

  private final Tensor queries = Tensor.normal(Shape.of(B, D), 1, RandomSource.of(1));
  private final Tensor documents =
      Tensor.normal(Shape.of(B + NEGATIVE_OF.length, D), 1, RandomSource.of(2));

  /// Document 3 answers query 0 as well, and hard negative 1 of query 2 answers query 1.
  private static List<BitSet> alsoRight() {
    List<BitSet> sets = Stream.generate(BitSet::new).limit(B).toList();
    sets.get(0).set(3);
    sets.get(1).set(B + 1);
    return sets;
  }

  private static EmbeddedBatch batch(
      EmbeddingLoss loss, Variable queries, Variable documents, List<BitSet> alsoRight) {
    EmbeddingLoss inner = loss instanceof Matryoshka m ? m.inner() : loss;
    float[] labels =
        inner.needsScores() ? inner instanceof Contrastive ? CLASSES : SCORES : new float[0];
    return new EmbeddedBatch(queries, documents, NEGATIVE_OF, labels, alsoRight);
  }

  private double value(EmbeddingLoss loss) {
    return loss.of(batch(loss, Constant.of(queries), Constant.of(documents), alsoRight()))
        .value()
        .item();
  }

  // ---- the formulas --------------------------------------------------------------------------

  private static double[] row(Tensor x, int i, int k) {
    return IntStream.range(0, k).mapToDouble(j -> x.get(i, j)).toArray();
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(j -> a[j] * b[j]).sum();
  }

  /// cos of the first k numbers.
  private double cosine(int i, int j, int k) {
    double[] q = row(queries, i, k);
    double[] d = row(documents, j, k);
    return dot(q, d) / Math.sqrt(dot(q, q) * dot(d, d));
  }

  private double cosine(int i, int j) {
    return cosine(i, j, D);
  }

  private double distance(int i, int j) {
    double[] q = row(queries, i, D);
    double[] d = row(documents, j, D);
    return Math.sqrt(dot(q, q) - 2 * dot(q, d) + dot(d, d));
  }

  /// From queries to documents, of the first k numbers.
  private double ranking(double scale, int k, List<BitSet> alsoRight) {
    double sum = 0;
    for (int i = 0; i < B; i++) {
      double all = 0;
      for (int j = 0; j < B + NEGATIVE_OF.length; j++) {
        all += alsoRight.get(i).get(j) ? 0 : Math.exp(scale * cosine(i, j, k));
      }
      sum += Math.log(all) - scale * cosine(i, i, k);
    }
    return sum / B;
  }

  @Test
  void ranking_leaves_out_the_documents_that_are_right_as_well() {
    double loss = value(new MultipleNegativesRanking(5, false));
    assertThat(loss).isCloseTo(ranking(5, D, alsoRight()), within(1e-5 * loss));
    List<BitSet> none = Stream.generate(BitSet::new).limit(B).toList();
    assertThat(ranking(5, D, none)).isGreaterThan(loss + 1e-3);
  }

  @Test
  void ranking_in_both_directions_leaves_out_the_queries_that_are_answered_as_well() {
    double back = 0;
    for (int j = 0; j < B; j++) {
      double all = 0;
      for (int i = 0; i < B; i++) {
        all += alsoRight().get(i).get(j) ? 0 : Math.exp(5 * cosine(i, j));
      }
      back += (Math.log(all) - 5 * cosine(j, j)) / B;
    }
    double loss = value(new MultipleNegativesRanking(5, true));
    assertThat(loss).isCloseTo((ranking(5, D, alsoRight()) + back) / 2, within(1e-5 * loss));
  }

  @Test
  void a_document_that_is_right_as_well_gets_no_gradient_from_that_query() {
    EmbeddingLoss loss = new MultipleNegativesRanking(20, false);
    Parameter q = Parameter.of("q", queries.gatherRows(0));
    Parameter d = Parameter.of("d", documents.gatherRows(0, 1, 2));
    BitSet right = new BitSet();
    right.set(1);
    EmbeddedBatch one =
        new EmbeddedBatch(q, d, new int[] {0, 0}, new float[0], List.of(right)); // of one example
    Gradients gradients = Gradients.of(loss.of(one));
    assertThat(gradients.of(d).gatherRows(1).array()).containsOnly(0);
    assertThat(gradients.of(d).gatherRows(2).array()).doesNotContain(0);
  }

  @Test
  void triplets_are_compared_for_every_hard_negative() {
    double sum = 0;
    for (int n = 0; n < NEGATIVE_OF.length; n++) {
      int i = NEGATIVE_OF[n];
      sum += Math.max(0, distance(i, i) - distance(i, B + n) + 0.3);
    }
    double loss = value(new Triplet(0.3));
    assertThat(loss).isCloseTo(sum / NEGATIVE_OF.length, within(1e-5 * loss));
  }

  @Test
  void triplets_without_a_hard_negative_have_no_loss() {
    Variable q = Constant.of(queries);
    EmbeddedBatch pairs = EmbeddedBatch.of(q, q, new int[0], new float[0]);
    assertThat(new Triplet(5).of(pairs).value().item()).isZero();
  }

  @Test
  void scored_pairs_do_not_see_hard_negatives() {
    double cosent = 1;
    double squares = 0;
    double contrastive = 0;
    for (int i = 0; i < B; i++) {
      for (int j = 0; j < B; j++) {
        cosent += SCORES[i] < SCORES[j] ? Math.exp(20 * (cosine(i, i) - cosine(j, j))) : 0;
      }
      squares += Math.pow(cosine(i, i) - SCORES[i], 2) / B;
      double apart = 1 - cosine(i, i);
      double missing = Math.max(0, 0.9 - apart);
      contrastive += (CLASSES[i] == 1 ? apart * apart : missing * missing) / (2 * B);
    }
    assertThat(value(new Cosent(20))).isCloseTo(Math.log(cosent), within(1e-5 * Math.log(cosent)));
    assertThat(value(new CosineSimilarity())).isCloseTo(squares, within(1e-5 * squares));
    assertThat(value(new Contrastive(0.9))).isCloseTo(contrastive, within(1e-5 * contrastive));
  }

  @Test
  void matryoshka_is_the_sum_over_the_lengths() {
    double loss = value(new Matryoshka(new MultipleNegativesRanking(5, false), List.of(D, 3, 2)));
    double expected = Stream.of(D, 3, 2).mapToDouble(k -> ranking(5, k, alsoRight())).sum();
    assertThat(loss).isCloseTo(expected, within(1e-5 * loss));
  }

  @Test
  void matryoshka_makes_what_it_cuts_of_length_one() {
    double sum = 0;
    for (int k : new int[] {D, 3}) {
      for (int n = 0; n < NEGATIVE_OF.length; n++) {
        int i = NEGATIVE_OF[n];
        double right = Math.sqrt(2 - 2 * cosine(i, i, k)); // of two vectors of length 1
        double wrong = Math.sqrt(2 - 2 * cosine(i, B + n, k));
        sum += Math.max(0, right - wrong + 0.3) / NEGATIVE_OF.length;
      }
    }
    double loss = value(new Matryoshka(new Triplet(0.3), List.of(D, 3)));
    assertThat(loss).isCloseTo(sum, within(1e-5 * loss));
  }

  static List<EmbeddingLoss> losses() {
    EmbeddingLoss ranking = new MultipleNegativesRanking(3, false);
    return List.of(
        ranking,
        new MultipleNegativesRanking(3, true),
        new Cosent(3),
        new CosineSimilarity(),
        new Triplet(2),
        new Contrastive(0.9),
        new Matryoshka(ranking, List.of(D, 2)),
        new Matryoshka(new Triplet(1), List.of(D, 4)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradients_are_those_that_finite_differences_show(EmbeddingLoss loss) {
    GradCheck.of(in -> loss.of(batch(loss, in.get(0), in.get(1), alsoRight())), queries, documents)
        .requireWithin(2e-3);
  }

  // ---- what is refused -----------------------------------------------------------------------

  @Test
  void numbers_out_of_range_are_refused() {
    assertThatThrownBy(() -> new MultipleNegativesRanking(0, false))
        .isInstanceOf(InputException.class)
        .hasMessage("`scale` 0.0: give a number above 0");
    assertThatThrownBy(() -> new Cosent(Double.NaN))
        .isInstanceOf(InputException.class)
        .hasMessage("`scale` NaN: give a number above 0");
    assertThatThrownBy(() -> new Triplet(-1))
        .isInstanceOf(InputException.class)
        .hasMessage("`margin` -1.0: give a number above 0");
    assertThatThrownBy(() -> new Contrastive(Double.POSITIVE_INFINITY))
        .isInstanceOf(InputException.class)
        .hasMessage("`margin` Infinity: give a number above 0");
    for (List<Integer> lengths :
        List.of(List.<Integer>of(), List.of(3, 3), List.of(2, 3), List.of(2, 0))) {
      assertThatThrownBy(() -> new Matryoshka(new Cosent(20), lengths))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("`matryoshka` " + lengths + ": give lengths from the longest");
    }
  }

  @Test
  void a_batch_refuses_rows_that_do_not_fit_together() {
    Variable q = Constant.of(queries);
    Variable d = Constant.of(documents);
    assertThat(EmbeddedBatch.of(q, d, NEGATIVE_OF, SCORES).positives().value().array())
        .containsExactly(documents.gatherRows(0, 1, 2, 3).array());
    assertThatThrownBy(() -> EmbeddedBatch.of(q, d, new int[] {1}, new float[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 1 negatives; got 8 documents, 0 labels, 4 sets");
    assertThatThrownBy(() -> EmbeddedBatch.of(q, d, NEGATIVE_OF, new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 labels");
  }
}
