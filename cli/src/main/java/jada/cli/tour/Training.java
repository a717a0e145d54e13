package jada.cli.tour;

import jada.adalora.AdaptiveRanks;
import jada.tensor.RandomSource;
import java.util.List;
import java.util.stream.Collectors;

/// The whole method on a problem whose answer is known.
final class Training implements Section {
  private static final int SHOWN = 10;

  @Override
  public String name() {
    return "training";
  }

  @Override
  public String title() {
    return "All together: find ranks that were planted";
  }

  @Override
  public void show(Page page, RandomSource random) {
    PlantedRanks problem = PlantedRanks.of(random.nextLong());
    int layers = problem.ranks().size();
    int budget = problem.ranks().stream().mapToInt(Integer::intValue).sum();
    page.say(
        ("A teacher is a chain of %s layers whose weights differ from a frozen base by "
                + "updates of these ranks:")
            .formatted(layers));
    page.gap();
    page.numbers("planted %s", cells(problem.ranks()));
    page.gap();
    page.say(
        ("A student starts from the base with %s triplets in each layer, sees inputs and "
                + "noisy outputs of the teacher, and gets a budget that falls to %s. Which layer "
                + "needs how many, it has to find out. Ranks of the layers while it trains:")
            .formatted(PlantedRanks.CONFIG.initRank(), budget));
    page.gap();
    page.numbers("%7s %s %7s", "t", heads(layers), "alive");
    PlantedRanks.Outcome adaptive =
        problem.train(
            (ranks, t) -> {
              if (t % (PlantedRanks.STEPS / SHOWN) == 0 || t == PlantedRanks.STEPS - 1) {
                page.numbers(
                    "%7d %s %7d",
                    t, cells(ranks), ranks.stream().mapToInt(Integer::intValue).sum());
              }
            });
    page.gap();
    for (int l = 0; l < layers; l++) {
      page.numbers(
          "layer %d   planted %-8s found %s",
          l + 1, Page.bar(problem.ranks().get(l)), Page.bar(adaptive.ranks().get(l)));
    }
    page.gap();
    page.say(
        "The same budget dealt out in other ways and trained as long. The error is what is left "
            + "of the distance to the teacher, without noise, on inputs never seen:");
    page.gap();
    page.numbers("%-22s %s %12s %10s", "", heads(layers), "rank error", "error");
    row(page, problem, "AdaLoRA", adaptive);
    row(page, problem, "uniform", problem.trainFixed(problem.uniformAllocation()));
    row(page, problem, "by lot", problem.trainFixed(problem.randomAllocation()));
    row(page, problem, "as planted", problem.trainFixed(problem.ranks()));
    page.readNext(PlantedRanks.class, AdaptiveRanks.class);
  }

  private static void row(Page page, PlantedRanks problem, String what, PlantedRanks.Outcome of) {
    page.numbers(
        "%-22s %s %12.2f %9.2f%%",
        what, cells(of.ranks()), problem.rankError(of.ranks()), 100 * of.error());
  }

  private static String heads(int layers) {
    StringBuilder heads = new StringBuilder();
    for (int l = 1; l <= layers; l++) {
      heads.append("%4s".formatted("l" + l));
    }
    return heads.toString();
  }

  private static String cells(List<Integer> ranks) {
    return ranks.stream().map("%4d"::formatted).collect(Collectors.joining());
  }
}
