package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.ArticleImportance;
import jada.adalora.Importance;
import jada.adalora.ImportanceScore;
import jada.adalora.MagnitudeImportance;
import jada.adalora.PaperImportance;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.autograd.Gradients;
import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The full score of the article, that of the paper, and plain magnitude, on the same triplets.
final class Scores implements Section {
  private static final int STEPS = 40;
  private static final double LEARNING_RATE = 0.02;

  @Override
  public String name() {
    return "scores";
  }

  @Override
  public String title() {
    return "Three scores: of the article, of the paper, and magnitude";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "The article weighs the smoothed sensitivity of λ with what the triplet adds to ΔW; the "
            + "norms are close to 1 as long as the penalty does its work:");
    page.formula("Sᵢ = s̄ᵢ · |λᵢ| · ‖P[:,i]‖·‖Q[i,:]‖ / (√out·√in)");
    page.say(
        "The paper smooths the sensitivity I = |w·∂L/∂w| of every element w of the triplet, and "
            + "also how unsure it is of it; a triplet's score is the sum over λ and the means over "
            + "its row and its column:");
    page.formula(
        "Ī ← β₁·Ī + (1 − β₁)·I        Ū ← β₂·Ū + (1 − β₂)·|I − Ī|",
        "Sᵢ = Ī·Ū of λᵢ + mean of Ī·Ū over Q[i,:] + mean of Ī·Ū over P[:,i]");
    page.say(
        ("The four triplets of the layer that learns an update of rank 2, after %s steps; "
                + "in brackets the place among the four:")
            .formatted(STEPS));
    page.gap();
    Student student = Sensitivity.small(random);
    SvdLinear layer = student.layers().getFirst();
    List<Importance> importances = new ArrayList<>();
    for (ImportanceScore score : ImportanceScore.values()) {
      importances.add(
          Importance.of(AdaLoraConfig.penalized().withImportance(score), layer.values()));
    }
    for (int t = 0; t < STEPS; t++) {
      Gradients gradients = student.gradients(t);
      Triplets g = Student.triplets(gradients, layer);
      importances.stream().filter(i -> !i.afterStep()).forEach(i -> i.observe(layer.values(), g));
      student.step(gradients, LEARNING_RATE);
      importances.stream().filter(Importance::afterStep).forEach(i -> i.observe(layer.values(), g));
    }
    StringBuilder head = new StringBuilder("%7s %9s".formatted("triplet", "λ"));
    for (ImportanceScore score : ImportanceScore.values()) {
      head.append("%16s".formatted(score.name().toLowerCase(Locale.ROOT)));
    }
    page.numbers("%s", head);
    for (int i = 0; i < layer.triplets(); i++) {
      StringBuilder row = new StringBuilder();
      for (Importance importance : importances) {
        float[] scores = importance.scores();
        row.append(String.format(Locale.ROOT, "%12.2e (%d)", scores[i], place(scores, i)));
      }
      page.numbers("%7d %9.4f%s", i + 1, layer.lambda().value().get(i), row);
    }
    page.gap();
    page.say(
        "The scales differ, the order decides. The article takes the values before the optimizer's"
            + " step, the paper those after it. So a pruned triplet scores 0 with the article for"
            + " ever; with the paper its λ has had a step when it is judged, and it may come"
            + " back.");
    page.readNext(PaperImportance.class, ArticleImportance.class, MagnitudeImportance.class);
  }

  private static int place(float[] scores, int of) {
    int place = 1;
    for (float score : scores) {
      place += score > scores[of] ? 1 : 0;
    }
    return place;
  }
}
