package jada.cli.tour;

import jada.adalora.Orthogonality;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Variable;
import jada.nn.optim.AdamW;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.List;

/// How far P and Q are from orthonormal, and the penalty that brings them back.
final class Orthonormality implements Section {
  private static final int SIZE = 8;
  private static final int STEPS = 400;
  private static final int SHOWN_EVERY = 100;
  private static final double LEARNING_RATE = 0.01;

  @Override
  public String name() {
    return "orthogonality";
  }

  @Override
  public String title() {
    return "Keep the triplets apart: orthonormality as a penalty";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "Entry (i, j) of PᵀP is the product of columns i and j of P: 1 on the diagonal if columns "
            + "have unit length, 0 beside it if they are perpendicular. The penalty measures what "
            + "is missing from that, in P's columns and in Q's rows. The article squares and sums, "
            + "PEFT takes the mean of the norms:");
    page.formula(
        "squared     R = Σ over adapters  ‖PᵀP − I‖²_F + ‖QQᵀ − I‖²_F",
        "frobenius   R = mean over 2n matrices of ‖PᵀP − I‖_F and ‖QQᵀ − I‖_F");
    int r = Decomposition.LAMBDA.length;
    SvdLinear adapter =
        Decomposition.adapter(
            new Triplets(
                Tensor.normal(Shape.of(SIZE, r), 0.5f, random.split("P")),
                Tensor.zeros(Shape.of(r)),
                Tensor.normal(Shape.of(r, SIZE), 0.5f, random.split("Q"))));
    page.say(
        "P (8, 3) and Q (3, 8) drawn from N(0, 0.5²), and the squared penalty alone as the loss of "
            + "AdamW:");
    page.gap();
    Tensor start = gram(adapter);
    page.numbers(
        "%6s %14s %14s %12s %12s", "step", "‖PᵀP−I‖_F", "‖QQᵀ−I‖_F", "squared", "frobenius");
    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(adapter.parameters(), 0)));
    for (int t = 0; t <= STEPS; t++) {
      Variable penalty = Orthogonality.penalty(OrthogonalityPenalty.SQUARED, List.of(adapter));
      if (t % SHOWN_EVERY == 0) {
        page.numbers(
            "%6d %14.6f %14.6f %12.6f %12.6f",
            t,
            Fused.columnGramDeviation(adapter.p()).value().item(),
            Fused.rowGramDeviation(adapter.q()).value().item(),
            penalty.value().item(),
            Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, List.of(adapter)).value().item());
      }
      optimizer.step(Gradients.of(penalty), LEARNING_RATE);
    }
    page.gap();
    page.sideBySide(
        List.of("PᵀP at the start", "PᵀP at the end"), List.of(start, gram(adapter)), List.of("→"));
    page.gap();
    page.say(
        "In training the penalty is added to the task's loss with the weight γ, and the two pull "
            + "against each other: the constraint is soft. Projecting back after every step would "
            + "be exact and dearer.");
    page.readNext(Orthogonality.class);
  }

  private static Tensor gram(SvdLinear adapter) {
    return adapter.p().value().transposedMatmul(adapter.p().value());
  }
}
