package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.ImportanceScore;
import jada.adalora.Method;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.Steps;
import jada.adalora.TargetModules;
import jada.adalora.TripletStart;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/// The choices of the method; names follow PEFT.
final class MethodOptions {
  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "adalora, lora, head (encoder frozen) or full (everything learns) [${DEFAULT-VALUE}]")
  private Method method;

  @Option(
      names = "--target-modules",
      paramLabel = "NAMES|REGEX",
      description =
          "layers that get an adapter: attention, or ends of module names, separated by commas, or"
              + " one regular expression for the whole name [${DEFAULT-VALUE}]")
  private TargetModules targetModules;

  @Option(
      names = "--init-r",
      paramLabel = "N",
      description = "triplets of every matrix at the start [1.5 times target-r, rounded up]")
  private Optional<Integer> initRank = Optional.empty();

  @Option(
      names = "--target-r",
      paramLabel = "N",
      description =
          "triplets of a matrix at the end, on average; with lora the rank of each"
              + " [${DEFAULT-VALUE}]")
  private int targetRank;

  @Option(
      names = "--lora-alpha",
      paramLabel = "X",
      description =
          "the update is scaled by X / init-r ["
              + (int) AdaLoraConfig.ALPHA_OF_ADALORA
              + " times init-r], with lora by X / target-r ["
              + (int) AdaLoraConfig.ALPHA_OF_LORA
              + " times target-r]")
  private Optional<Double> loraAlpha = Optional.empty();

  @Option(
      names = "--lora-dropout",
      paramLabel = "P",
      description = "dropout on the input of the adapters [${DEFAULT-VALUE}]")
  private double loraDropout;

  @Option(
      names = "--orth-reg-weight",
      paramLabel = "X",
      description = "weight of the orthogonality penalty in the loss [${DEFAULT-VALUE}]")
  private double orthRegWeight;

  @Option(
      names = "--beta1",
      paramLabel = "X",
      description = "smoothing of the sensitivity [${DEFAULT-VALUE}]")
  private double beta1;

  @Option(
      names = "--beta2",
      paramLabel = "X",
      description = "smoothing of its uncertainty [${DEFAULT-VALUE}]")
  private double beta2;

  @Option(
      names = "--tinit",
      paramLabel = "STEPS",
      description =
          "no pruning before; steps (200) or a fraction of the run (0.1, 10%%) [${DEFAULT-VALUE}]")
  private Steps tinit;

  @Option(
      names = "--tfinal",
      paramLabel = "STEPS",
      description = "ranks stay as they are for this long at the end [${DEFAULT-VALUE}]")
  private Steps tfinal;

  @Option(
      names = "--delta-t",
      paramLabel = "STEPS",
      description = "from one allocation of the budget to the next [${DEFAULT-VALUE}]")
  private Steps deltaT;

  @Option(
      names = "--importance",
      paramLabel = "SCORE",
      description = "how triplets are ranked: paper, article or magnitude [${DEFAULT-VALUE}]")
  private ImportanceScore importance;

  @Option(
      names = "--init",
      paramLabel = "START",
      description = "how P and Q start: gaussian or orthonormal [${DEFAULT-VALUE}]")
  private TripletStart init;

  @Option(
      names = "--orth-penalty",
      paramLabel = "FORM",
      description = "frobenius (PEFT) or squared (the article) [${DEFAULT-VALUE}]")
  private OrthogonalityPenalty orthPenalty;

  @Option(
      names = "--compact",
      paramLabel = "WHEN",
      description =
          "drop dead triplets from memory once ranks are final: final or never [${DEFAULT-VALUE}]")
  private Compaction compact;

  @Option(
      names = "--budget-unit",
      paramLabel = "UNIT",
      description =
          "what the budget counts: triplets, or parameters, of which a triplet of a wide matrix has"
              + " more [${DEFAULT-VALUE}]")
  private BudgetUnit budgetUnit;

  /// The configuration, every value checked.
  AdaLoraConfig config() {
    return new AdaLoraConfig(
        method,
        targetModules,
        initRank.orElse(AdaLoraConfig.initRankFor(targetRank)),
        targetRank,
        loraAlpha.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
        loraDropout,
        orthRegWeight,
        beta1,
        beta2,
        tinit,
        tfinal,
        deltaT,
        importance,
        init,
        orthPenalty,
        compact,
        budgetUnit);
  }
}
