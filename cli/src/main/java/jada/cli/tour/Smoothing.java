package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.ArticleImportance;
import jada.adalora.Importance;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.autograd.Gradients;
import jada.tensor.RandomSource;
import java.util.Arrays;

/// Sensitivities of single batches, and their exponential moving average.
final class Smoothing implements Section {
  private static final double[] BETAS = {0.5, 0.85, 0.95};
  private static final int STEPS = 60;
  private static final int SETTLED = 30;
  private static final double LEARNING_RATE = 0.02;

  @Override
  public String name() {
    return "smoothing";
  }

  @Override
  public String title() {
    return "One batch is noise: smooth the sensitivity";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "A batch is a sample, and so is its gradient. An exponential moving average, from 0 and "
            + "without correction for that start, remembers about 1/(1 − β) batches:");
    page.formula("s̄ ← β·s̄ + (1 − β)·s");
    page.say(
        ("The first triplet of the same layer over its first %s steps; above the s of each"
                + " batch, below s̄ for three β, all to one scale. Jitter is the mean change from "
                + "step to step, relative to the mean, in the last %s steps:")
            .formatted(STEPS, STEPS - SETTLED));
    page.gap();
    float[][] curves = curves(random);
    float largest = 0;
    for (float[] curve : curves) {
      for (float value : curve) {
        largest = Math.max(largest, value);
      }
    }
    for (int c = 0; c < curves.length; c++) {
      page.numbers(
          "%-9s %s  jitter %.2f",
          c == 0 ? "s" : "β = " + BETAS[c - 1], Page.curve(curves[c], largest), jitter(curves[c]));
    }
    page.gap();
    page.say(
        "Larger β: calmer, and later to notice a change. 0.85 is the default of paper, PEFT and "
            + "Jada.");
    page.readNext(ArticleImportance.class, Importance.class);
  }

  /// s of the first triplet at each step, then s̄ for each β.
  private static float[][] curves(RandomSource random) {
    Student student = Sensitivity.small(random);
    SvdLinear layer = student.layers().getFirst();
    Importance[] smoothed =
        Arrays.stream(BETAS)
            .mapToObj(
                beta ->
                    Importance.of(AdaLoraConfig.article().withBetas(beta, beta), layer.values()))
            .toArray(Importance[]::new);
    float[][] curves = new float[1 + BETAS.length][STEPS];
    for (int t = 0; t < STEPS; t++) {
      Gradients gradients = student.gradients(t);
      Triplets g = Student.triplets(gradients, layer);
      curves[0][t] = Math.abs(layer.lambda().value().get(0) * g.lambda().get(0));
      for (int b = 0; b < BETAS.length; b++) {
        smoothed[b].observe(layer.values(), g);
        curves[1 + b][t] = smoothed[b].state().get("sensitivity").get(0);
      }
      student.step(gradients, LEARNING_RATE);
    }
    return curves;
  }

  private static double jitter(float[] curve) {
    double sum = 0;
    double change = 0;
    for (int t = SETTLED; t < STEPS; t++) {
      sum += curve[t];
      change += Math.abs(curve[t] - curve[t - 1]);
    }
    return change / sum;
  }
}
