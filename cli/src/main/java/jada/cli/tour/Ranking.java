package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Importance;
import jada.adalora.RankAllocator;
import jada.adalora.SvdLinear;
import jada.autograd.Gradients;
import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// All triplets of all matrices in one ranking.
final class Ranking implements Section {
  private static final List<Integer> RANKS = List.of(1, 4, 0);
  private static final int WIDTH = 12;
  private static final int TRIPLETS = 5;
  private static final int BUDGET = 5;
  private static final int STEPS = 160;
  private static final double LEARNING_RATE = 0.02;

  private record Candidate(int matrix, int triplet, float score) {}

  @Override
  public String name() {
    return "ranking";
  }

  @Override
  public String title() {
    return "One ranking over all matrices";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "A budget b is given to all matrices together: the b best triplets live, wherever they "
            + "are. Nobody says which matrix gets how many.");
    page.formula("alive = the b triplets of all matrices with the largest S; ties by index");
    page.say(
        ("Three layers (12, 12) with 5 triplets each learn updates of rank 1, 4 and 0. "
                + "After %s steps their %s triplets, scored by the paper and ranked:")
            .formatted(STEPS, RANKS.size() * TRIPLETS));
    page.gap();
    List<float[]> scores = scores(random);
    List<BitSet> alive = RankAllocator.allocate(scores, BUDGET);
    List<Candidate> order = new ArrayList<>();
    for (int m = 0; m < scores.size(); m++) {
      for (int i = 0; i < TRIPLETS; i++) {
        order.add(new Candidate(m, i, scores.get(m)[i]));
      }
    }
    order.sort(Comparator.comparingDouble(Candidate::score).reversed());
    page.numbers("%5s %8s %8s %12s", "place", "layer", "triplet", "score");
    for (int place = 0; place < order.size(); place++) {
      Candidate c = order.get(place);
      page.numbers(
          "%5d %8d %8d %12.2e  %s",
          place + 1,
          c.matrix() + 1,
          c.triplet() + 1,
          c.score(),
          alive.get(c.matrix()).get(c.triplet()) ? "lives" : "pruned");
      if (place == BUDGET - 1) {
        page.numbers("----- the budget of %d ends here", BUDGET);
      }
    }
    page.gap();
    for (int m = 0; m < scores.size(); m++) {
      int rank = alive.get(m).cardinality();
      page.numbers(
          "layer %d   planted rank %d   gets %d  %s", m + 1, RANKS.get(m), rank, Page.bar(rank));
    }
    page.gap();
    page.say(
        "The scores of one moment may err, the more so the earlier. Therefore a run does not prune "
            + "at once: its budget falls slowly, and each time all are judged anew.");
    page.gap();
    float[] equal = {1, 1, 1};
    List<BitSet> tied = RankAllocator.allocate(List.of(equal, equal), BUDGET - 1);
    page.say(
        "The budget is kept exactly, also where a threshold on the score could not: of six "
            + "triplets that all score 1, a budget of %s keeps %s."
                .formatted(BUDGET - 1, tied.stream().mapToInt(BitSet::cardinality).sum()));
    page.readNext(RankAllocator.class);
  }

  private static List<float[]> scores(RandomSource random) {
    AdaLoraConfig config = AdaLoraConfig.penalized().withInitRank(TRIPLETS).withTargetRank(2);
    Student student = Student.of(new PlantedRanks(RANKS, WIDTH, 0.1, random), config);
    List<Importance> importances =
        student.layers().stream().map(layer -> Importance.of(config, layer.values())).toList();
    for (int t = 0; t < STEPS; t++) {
      Gradients gradients = student.gradients(t);
      student.step(gradients, LEARNING_RATE);
      for (int m = 0; m < importances.size(); m++) {
        SvdLinear layer = student.layers().get(m);
        importances.get(m).observe(layer.values(), Student.triplets(gradients, layer));
      }
    }
    return importances.stream().map(Importance::scores).toList();
  }
}
