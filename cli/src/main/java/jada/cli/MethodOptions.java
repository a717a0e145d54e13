package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.Gauge;
import jada.adalora.ImportanceScore;
import jada.adalora.LambdaRate;
import jada.adalora.Method;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.Preset;
import jada.adalora.Scaling;
import jada.adalora.Steps;
import jada.adalora.TargetModules;
import jada.adalora.TripletStart;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import picocli.CommandLine.Option;

/// Options of the method; names follow PEFT.
final class MethodOptions {
  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "settings that belong together: jada, penalized, paper, peft or article, listed below;"
              + " single options override them [jada]")
  private Optional<Preset> preset = Optional.empty();

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
          "layers that get an adapter: attention, all-linear, or ends of module names, separated by"
              + " commas, or one regular expression for the whole name [${DEFAULT-VALUE}]")
  private TargetModules targetModules;

  @Option(
      names = "--init-r",
      paramLabel = "N",
      description =
          "triplets of every matrix at the start; as many as target-r: nothing is pruned [1.5 times"
              + " target-r, rounded up]")
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
          "the update is scaled by X / init-r, or as --scaling says ["
              + (int) AdaLoraConfig.ALPHA_OF_LORA
              + " times that; with another --init than lora "
              + (int) AdaLoraConfig.ALPHA_OF_ADALORA
              + " times], with lora by X / target-r ["
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
      description =
          "how triplets are ranked: paper, article, magnitude or fisher [${DEFAULT-VALUE}]")
  private ImportanceScore importance;

  @Option(
      names = "--init",
      paramLabel = "START",
      description =
          "how triplets start: gaussian or orthonormal P and Q with λ = 0, or lora: P = 0, λ = 1, Q"
              + " as LoRA's A [${DEFAULT-VALUE}]")
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

  @Option(
      names = "--scaling",
      paramLabel = "BY",
      description =
          "what lora-alpha is divided by: init-rank (PEFT), target-rank (as with lora), or fixed:"
              + " nothing [${DEFAULT-VALUE}]")
  private Scaling scaling;

  @Option(
      names = "--lambda-rate",
      paramLabel = "X|width",
      description =
          "learning rate of λ as a multiple of that of P and Q; width: √(out/3), at which the"
              + " update grows as fast as with lora [${DEFAULT-VALUE}]")
  private LambdaRate lambdaRate;

  @Option(
      names = "--gauge",
      paramLabel = "SHARE",
      description =
          "keep the factors an exact singular value decomposition, with singular values shared as"
              + " fixed or flow; needs --init lora and --orth-reg-weight 0; or none"
              + " [${DEFAULT-VALUE}]")
  private Gauge gauge;

  /// The configuration, every value checked: that of the preset, or the default one, with the
  /// options that were given.
  ///
  /// @param given names of the options given on the command line, without dashes
  AdaLoraConfig config(Set<String> given) {
    AdaLoraConfig base = preset.map(Preset::config).orElseGet(AdaLoraConfig::defaults);
    // If the initial rank is not given, its ratio to the target rank is kept.
    int ratioKept =
        Math.ceilDiv(Math.multiplyExact(targetRank, base.initRank()), base.targetRank());
    return base.withMethod(given.contains("method") ? method : base.method())
        .withTargetModules(given.contains("target-modules") ? targetModules : base.targetModules())
        .withTargetRank(given.contains("target-r") ? targetRank : base.targetRank())
        .withInitRank(
            initRank.orElseGet(() -> given.contains("target-r") ? ratioKept : base.initRank()))
        .withLoraAlpha(loraAlpha.map(OptionalDouble::of).orElseGet(base::loraAlpha))
        .withLoraDropout(given.contains("lora-dropout") ? loraDropout : base.loraDropout())
        .withOrthRegWeight(given.contains("orth-reg-weight") ? orthRegWeight : base.orthRegWeight())
        .withBetas(
            given.contains("beta1") ? beta1 : base.beta1(),
            given.contains("beta2") ? beta2 : base.beta2())
        .withTinit(given.contains("tinit") ? tinit : base.tinit())
        .withTfinal(given.contains("tfinal") ? tfinal : base.tfinal())
        .withDeltaT(given.contains("delta-t") ? deltaT : base.deltaT())
        .withImportance(given.contains("importance") ? importance : base.importance())
        .withInit(given.contains("init") ? init : base.init())
        .withOrthPenalty(given.contains("orth-penalty") ? orthPenalty : base.orthPenalty())
        .withCompact(given.contains("compact") ? compact : base.compact())
        .withBudgetUnit(given.contains("budget-unit") ? budgetUnit : base.budgetUnit())
        .withScaling(given.contains("scaling") ? scaling : base.scaling())
        .withLambdaRate(given.contains("lambda-rate") ? lambdaRate : base.lambdaRate())
        .withGauge(given.contains("gauge") ? gauge : base.gauge());
  }
}
