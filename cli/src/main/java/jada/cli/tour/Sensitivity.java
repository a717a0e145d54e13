package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.ArticleImportance;
import jada.adalora.JudgedTriplets;
import jada.adalora.SvdLinear;
import jada.autograd.Gradients;
import jada.autograd.Variable;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import java.util.List;

/// The change of the loss without a triplet: the first-order estimate and the true value.
final class Sensitivity implements Section {
  private static final int WIDTH = 6;
  private static final int TRIPLETS = 4;
  private static final double LEARNING_RATE = 0.02;
  private static final int[] MOMENTS = {5, 15, 60};

  @Override
  public String name() {
    return "sensitivity";
  }

  @Override
  public String title() {
    return "How much the loss would miss a triplet";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "Taking triplet i away moves λᵢ by −λᵢ. To first order the loss L then moves by the "
            + "derivative times that step, and its size is the sensitivity:");
    page.formula("sᵢ = |λᵢ · ∂L/∂λᵢ|  ≈  |L(λᵢ = 0) − L|");
    page.say(
        "A layer (6, 6) learns an update of rank 2 with 4 triplets. Estimate and truth (λᵢ set to "
            + "0, everything else left, the same batch) after some steps:");
    page.gap();
    Student student = small(random);
    SvdLinear layer = student.layers().getFirst();
    page.numbers(
        "%5s %8s %10s %12s %12s %14s", "step", "triplet", "λ", "∂L/∂λ", "s", "true change");
    int t = 0;
    for (int moment : MOMENTS) {
      for (; t < moment; t++) {
        student.step(student.gradients(t), LEARNING_RATE);
      }
      Variable loss = student.loss(t);
      Tensor derivative = Gradients.of(loss).of(layer.lambda());
      for (int i = 0; i < TRIPLETS; i++) {
        float lambda = layer.lambda().value().get(i);
        page.numbers(
            "%5d %8d %10.4f %12.5f %12.5f %14.5f",
            t,
            i + 1,
            lambda,
            derivative.get(i),
            Math.abs(lambda * derivative.get(i)),
            without(student, i, t) - loss.value().item());
      }
      page.gap();
    }
    page.say(
        "Early the two agree. Later, closer to a minimum, the derivative fades and the true change "
            + "is of second order, so that a triplet which has found its place looks less "
            + "important than it is. That is why sensitivities are smoothed over many batches, "
            + "and why scores are made of more than them.");
    page.readNext(JudgedTriplets.class, ArticleImportance.class);
  }

  static Student small(RandomSource random) {
    AdaLoraConfig config =
        AdaLoraConfig.article().withInitRank(TRIPLETS).withTargetRank(2).withOrthRegWeight(0.1);
    return Student.of(new PlantedRanks(List.of(2), WIDTH, 0.1, random), config);
  }

  /// The loss of batch t with λᵢ = 0.
  private static float without(Student student, int i, int t) {
    SvdLinear layer = student.layers().getFirst();
    float kept = layer.lambda().value().get(i);
    layer.lambda().update(lambda -> lambda[i] = 0);
    float loss = student.loss(t).value().item();
    layer.lambda().update(lambda -> lambda[i] = kept);
    return loss;
  }
}
