package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetSchedule;
import jada.adalora.Importance;
import jada.adalora.Orthogonality;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.autograd.Constant;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The two readings of the method, row by row of the table in package-info, on numbers that can be
/// worked out by hand. (When scores are taken, and what becomes of masked triplets,
/// AdaptiveRanksTest tests.)
class ReadingsTest {
  private static final AdaLoraConfig PAPER =
      AdaLoraConfig.penalized().withInitRank(3).withTargetRank(1);
  private static final AdaLoraConfig ARTICLE =
      AdaLoraConfig.article().withInitRank(3).withTargetRank(1);

  @Test
  void start() {
    for (AdaLoraConfig reading : List.of(PAPER, ARTICLE)) {
      assertThat(reading.init().triplets(50, 40, 9, RandomSource.of(1)).lambda().array())
          .containsOnly(0);
    }
    float[] gaussian = PAPER.init().triplets(50, 40, 9, RandomSource.of(1)).p().array();
    double squares = 0;
    for (float value : gaussian) {
      squares += value * value;
    }
    assertThat(Math.sqrt(squares / gaussian.length)).isCloseTo(0.02, within(0.002));
    Tensor q = ARTICLE.init().triplets(50, 40, 9, RandomSource.of(1)).q();
    assertThat(q.matmulTransposed(q).array())
        .containsExactly(Tensor.identity(9).array(), within(1e-6f));
  }

  @Test
  void scale() {
    // Always by the rank at the start, whatever is left of it.
    assertThat(PAPER.withLoraAlpha(6).scale()).isCloseTo(6 / 3.00001f, within(1e-6f));
    assertThat(ARTICLE.withLoraAlpha(6).scale()).isEqualTo(1);
    SvdLinear pruned = adapter(new float[] {1, 1, 1}, new float[] {1, 2, 3}, 2);
    BitSet last = new BitSet();
    last.set(2);
    pruned.mask(last);
    pruned.dropMasked();
    assertThat(pruned.delta().array()).containsExactly(2 * 3);
  }

  /// A (1, 1) weight with P = p, λ and Q = (1, …, 1)ᵀ.
  private static SvdLinear adapter(float[] p, float[] lambda, float scale) {
    int r = lambda.length;
    return SvdLinear.of(
        "one",
        Constant.of(Tensor.zeros(Shape.of(1, 1))),
        Constant.of(Tensor.zeros(Shape.of(1))),
        new Triplets(
            Tensor.of(Shape.of(1, r), p), Tensor.vector(lambda), Tensor.full(Shape.of(r, 1), 1)),
        scale,
        0);
  }

  @Test
  void orthogonality() {
    // P = (3), Q = (1): |PᵀP − 1| = 8 and |QQᵀ − 1| = 0. P = (2), Q = (1): 3 and 0. Two adapters.
    List<SvdLinear> adapters =
        List.of(
            adapter(new float[] {3}, new float[] {0}, 1),
            adapter(new float[] {2}, new float[] {0}, 1));
    assertThat(Orthogonality.penalty(PAPER.orthPenalty(), adapters).value().item())
        .as("mean over 2n matrices, unsquared")
        .isCloseTo((8 + 0 + 3 + 0) / 4f, within(1e-6f));
    assertThat(Orthogonality.penalty(ARTICLE.orthPenalty(), adapters).value().item())
        .as("sum of squares")
        .isCloseTo(64 + 9, within(1e-5f));
  }

  @Test
  void score_of_the_paper_over_two_steps() {
    // One triplet of a (1, 1) matrix. I of step 0: λ 2·1 = 2, Q 1·1 = 1, P 0; of step 1: λ 4, Q 1.
    Importance importance = Importance.of(PAPER.withBetas(0.5, 0.75), one(0, 0, 0));
    importance.observe(one(0, 2, 1), one(5, 1, 1));
    // Ī: λ 1, Q ½. Ū = ¼·|I − Ī|: λ ¼, Q ⅛.
    assertThat(importance.scores()).containsExactly(new float[] {0.25f + 0.0625f}, within(1e-7f));
    importance.observe(one(0, 4, 1), one(5, -1, 1));
    // Ī: λ ½·1 + ½·4 = 2.5, Q ½·½ + ½ = ¾. Ū: λ ¾·¼ + ¼·1.5 = 0.5625, Q ¾·⅛ + ¼·¼ = 0.15625.
    assertThat(importance.scores())
        .containsExactly(new float[] {2.5f * 0.5625f + 0.75f * 0.15625f}, within(1e-6f));
  }

  @Test
  void score_of_the_article_over_two_steps() {
    Importance importance = Importance.of(ARTICLE.withBetas(0.5, 0.75), one(0, 0, 0));
    importance.observe(one(3, 2, -2), one(9, 1, 9));
    // s = 2, s̄ = 1; |λ| = 2, ‖P‖ = 3, ‖Q‖ = 2, √d·√d_in = 1.
    assertThat(importance.scores()).containsExactly(new float[] {1 * 2 * 3 * 2}, within(1e-5f));
    importance.observe(one(3, -1, -2), one(9, 6, 9));
    // s = 6, s̄ = ½·1 + ½·6 = 3.5; |λ| = 1.
    assertThat(importance.scores()).containsExactly(new float[] {3.5f * 3 * 2}, within(1e-5f));
  }

  private static Triplets one(float p, float lambda, float q) {
    Shape single = Shape.of(1, 1);
    return new Triplets(
        Tensor.of(single, p), Tensor.vector(new float[] {lambda}), Tensor.of(single, q));
  }

  @Test
  void budget() {
    // Four matrices, ten steps: b₀ = 12, b_T = 4.
    BudgetSchedule paper =
        BudgetSchedule.of(PAPER.withTinit(Steps.of(2)).withTfinal(Steps.of(3)), 4, 10);
    int[] expected = {12, 12, 12, 8, 5, 4, 4, 4, 4, 4}; // ⌊4 + 8·0.8³⌋ = 8, ⌊4 + 8·0.6³⌋ = 5
    BudgetSchedule article = BudgetSchedule.of(ARTICLE.withTinit(Steps.of(2)), 4, 10);
    int[] toTheEnd = {12, 12, 12, 9, 7, 5, 5, 4, 4, 4}; // ⌊4 + 8·(7/8)³⌋ = 9, ⌊4 + 8·(3/4)³⌋ = 7
    for (int t = 0; t < 10; t++) {
      assertThat(paper.budget(t)).as("paper, %d", t).isEqualTo(expected[t]);
      assertThat(article.budget(t)).as("article, %d", t).isEqualTo(toTheEnd[t]);
    }
    assertThat(paper.finalAllocation()).isEqualTo(7);
    assertThat(article.finalAllocation()).isEqualTo(9);
  }
}
