package jada.cli.examples;

import jada.adalora.AdaLoraConfig;
import jada.adalora.ImportanceScore;
import jada.cli.tour.PlantedRanks;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/// How often planted ranks are found: by each of the three scores, by equal parts, by lot.
///
/// The table in docs/planted-ranks.md is what it prints for the 20 problems from 100.
public final class FindPlantedRanks {
  private FindPlantedRanks() {}

  /// Run it: `FindPlantedRanks FIRST COUNT`: problems with the seeds FIRST to FIRST + COUNT − 1.
  public static void main(String[] args) {
    List<PlantedRanks> problems =
        IntStream.range(0, Integer.parseInt(args[1]))
            .mapToObj(i -> PlantedRanks.of(Long.parseLong(args[0]) + i))
            .toList();
    System.out.println("| allocation | found exactly | rank error | error |");
    System.out.println("|---|---|---|---|");
    for (ImportanceScore score : ImportanceScore.values()) {
      AdaLoraConfig config = PlantedRanks.CONFIG.withImportance(score);
      row(
          "AdaLoRA, score " + score.name().toLowerCase(Locale.ROOT),
          problems,
          problem -> problem.train(config, (_, _) -> {}));
    }
    row("exact factors", problems, problem -> problem.train(PlantedRanks.EXACT, (_, _) -> {}));
    row("uniform", problems, problem -> problem.trainFixed(problem.uniformAllocation()));
    row("by lot", problems, problem -> problem.trainFixed(problem.randomAllocation()));
    row("as planted", problems, problem -> problem.trainFixed(problem.ranks()));
  }

  private static void row(
      String name,
      List<PlantedRanks> problems,
      Function<PlantedRanks, PlantedRanks.Outcome> training) {
    int exact = 0;
    double rankError = 0;
    double error = 0;
    for (PlantedRanks problem : problems) {
      PlantedRanks.Outcome outcome = training.apply(problem);
      exact += outcome.ranks().equals(problem.ranks()) ? 1 : 0;
      rankError += problem.rankError(outcome.ranks()) / problems.size();
      error += outcome.error() / problems.size();
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %d of %d | %.2f | %.2f %% |%n",
        name,
        exact,
        problems.size(),
        rankError,
        100 * error);
  }
}
