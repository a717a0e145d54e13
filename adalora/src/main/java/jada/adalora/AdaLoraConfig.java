package jada.adalora;

import jada.nn.files.InputException;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/// Every choice of the method, with its name in PEFT where it has one.
///
/// [#defaults()] is what Jada trains with: [#exact()]. PEFT's own defaults (tinit = tfinal = 0, γ =
/// 0.5) are far from any setting that was published with good results; the ones here follow the
/// paper's runs: tinit a tenth of the run, the ranks fixed in its second half, γ = 0.1, b₀ =
/// 1.5·b_T. [#article()] is the article's reading as a whole.
///
/// The constructor checks each number by itself. Whether numbers fit together is checked when a
/// model is adapted and a run begins, so that the order of the `with…` calls does not matter.
///
/// @param method what is trained besides the head
/// @param targetModules which layers get an adapter (target_modules)
/// @param initRank triplets of every matrix at the start (init_r)
/// @param targetRank triplets of a matrix at the end, on average (target_r); with [Method#LORA] the
///   rank of every matrix, so that both methods spend the same budget; with a budget in parameters
///   the rank of every matrix that would cost as much
/// @param loraAlpha numerator of the scale of ΔW (lora_alpha); empty: what [#alpha()] says; not
///   used by the article's reading
/// @param loraDropout dropout probability on an adapter's input in training (lora_dropout)
/// @param orthRegWeight γ, weight of the orthogonality penalty (orth_reg_weight)
/// @param beta1 share of the old value in the smoothed sensitivity
/// @param beta2 share of the old value in its smoothed uncertainty
/// @param tinit steps at the start without pruning
/// @param tfinal steps at the end with fixed ranks
/// @param deltaT steps between allocations
/// @param importance the score by which triplets are ranked
/// @param init how P, λ and Q start
/// @param orthPenalty the form of the orthogonality penalty
/// @param compact what is done with triplets that cannot come back
/// @param budgetUnit whether the budget counts triplets or their parameters
/// @param scaling what lora_alpha is divided by
/// @param lambdaRate learning rate of λ as a multiple of that of P and Q; not used with a gauge,
///   which keeps λ at 1
/// @param gauge whether the factors of ΔW are kept an exact singular value decomposition, and how
///   its singular values are shared between them
public record AdaLoraConfig(
    Method method,
    TargetModules targetModules,
    int initRank,
    int targetRank,
    OptionalDouble loraAlpha,
    double loraDropout,
    double orthRegWeight,
    double beta1,
    double beta2,
    Steps tinit,
    Steps tfinal,
    Steps deltaT,
    ImportanceScore importance,
    TripletStart init,
    OrthogonalityPenalty orthPenalty,
    Compaction compact,
    BudgetUnit budgetUnit,
    Scaling scaling,
    LambdaRate lambdaRate,
    Gauge gauge) {

  private static final int DEFAULT_TARGET_RANK = 4;

  /// The peak learning rate with a gauge where none is chosen: LoRA's, 2·10⁻³, divided by √2. There
  /// are one and a half times as many triplets at the start as with LoRA, at the same scale, so ΔW
  /// moves further in a step, and training becomes unstable at a lower rate.
  public static final double RATE_OF_EXACT = 1.4e-3;

  /// Default scale of LoRA's update.
  public static final double ALPHA_OF_LORA = 4;

  /// Default scale of AdaLoRA's update.
  ///
  /// Adam moves every parameter by up to the learning rate per step. In LoRA a whole column of B
  /// grows from 0, here a single λ, with P and Q of norm 0.4. A larger scale makes triplets grow
  /// faster, but fails at high learning rates. On SST-2 (three epochs, learning rate 0.002, rank 4,
  /// means of four seeds) 8 gives 0.869 of the dev sentences and 0.874 of the test sentences, 64
  /// gives 0.873 and 0.878, LoRA 0.872 and 0.875; on the built-in data 8 and 64 are alike; tiny
  /// networks with a learning rate of 0.01 learn with 8 and nothing with 64.
  public static final double ALPHA_OF_ADALORA = 8;

  /// @throws InputException if a number is out of its range
  public AdaLoraConfig {
    require(initRank >= 1, "init-r", initRank, "at least 1");
    require(targetRank >= 1, "target-r", targetRank, "at least 1");
    loraAlpha.ifPresent(
        alpha -> require(alpha > 0 && alpha < 1e9, "lora-alpha", alpha, "greater than 0"));
    require(loraDropout >= 0 && loraDropout < 1, "lora-dropout", loraDropout, "in [0, 1)");
    require(
        orthRegWeight >= 0 && orthRegWeight < 1e9,
        "orth-reg-weight",
        orthRegWeight,
        "0 or greater");
    require(beta1 > 0 && beta1 < 1, "beta1", beta1, "between 0 and 1, both excluded");
    require(beta2 > 0 && beta2 < 1, "beta2", beta2, "between 0 and 1, both excluded");
  }

  /// The default configuration.
  public static AdaLoraConfig defaults() {
    return exact();
  }

  /// The paper's reading with settings like those of its runs: P, λ and Q are separate parameters,
  /// and a penalty keeps P and Q near orthonormal.
  public static AdaLoraConfig penalized() {
    return new AdaLoraConfig(
        Method.ADALORA,
        TargetModules.ATTENTION,
        initRankFor(DEFAULT_TARGET_RANK),
        DEFAULT_TARGET_RANK,
        OptionalDouble.empty(),
        0,
        0.1,
        0.85,
        0.85,
        Steps.fraction(0.1),
        Steps.fraction(0.5),
        Steps.of(1),
        ImportanceScore.PAPER,
        TripletStart.GAUSSIAN,
        OrthogonalityPenalty.FROBENIUS,
        Compaction.FINAL,
        BudgetUnit.TRIPLETS,
        Scaling.INIT_RANK,
        LambdaRate.SAME,
        Gauge.NONE);
  }

  /// Factors that stay an exact singular value decomposition: they start and grow like LoRA's, with
  /// LoRA's scale, and true singular triplets are pruned. See [Gauge].
  public static AdaLoraConfig exact() {
    return penalized()
        .withInit(TripletStart.LORA)
        .withGauge(Gauge.FLOW)
        .withOrthRegWeight(0)
        .withScaling(Scaling.TARGET_RANK)
        .withImportance(ImportanceScore.FISHER)
        .withBetas(0.95, 0.85);
  }

  /// The article's reading: its ranks 12 and 4, its score, orthonormal start, squared penalty,
  /// scale 1, and pruning to the end of the run.
  public static AdaLoraConfig article() {
    return penalized()
        .withInitRank(12)
        .withImportance(ImportanceScore.ARTICLE)
        .withInit(TripletStart.ORTHONORMAL)
        .withOrthPenalty(OrthogonalityPenalty.SQUARED)
        .withTfinal(Steps.of(0));
  }

  /// The initial rank that suits an average rank at the end: one and a half times as much, rounded
  /// up, as in the paper's runs.
  public static int initRankFor(int targetRank) {
    return targetRank + (targetRank + 1) / 2;
  }

  /// The peak learning rate where none is chosen: the method's own, and [#RATE_OF_EXACT] with a
  /// gauge.
  public double learningRate() {
    return method == Method.ADALORA && gauge != Gauge.NONE ? RATE_OF_EXACT : method.learningRate();
  }

  /// The effective numerator of the scale of ΔW. If none was chosen, it is proportional to the
  /// denominator, so that the scale does not depend on the rank: with LoRA, and where triplets
  /// start as LoRA's factors, the scale is [#ALPHA_OF_LORA], else [#ALPHA_OF_ADALORA].
  public double alpha() {
    if (method == Method.LORA) {
      return loraAlpha.orElse(ALPHA_OF_LORA * targetRank);
    }
    double scale = init == TripletStart.LORA ? ALPHA_OF_LORA : ALPHA_OF_ADALORA;
    return loraAlpha.orElse(
        switch (scaling) {
          case INIT_RANK -> scale * initRank;
          case TARGET_RANK -> scale * targetRank;
          case FIXED -> scale;
        });
  }

  /// The factor of P·diag(λ)·Q in ΔW, the same before and after pruning: lora_alpha divided as
  /// [#scaling()] says; 1 in the article's reading.
  public float scale() {
    if (importance == ImportanceScore.ARTICLE) {
      return 1;
    }
    return (float)
        switch (scaling) {
          case INIT_RANK -> alpha() / (initRank + 1e-5);
          case TARGET_RANK -> alpha() / targetRank;
          case FIXED -> alpha();
        };
  }

  /// The learning rate of λ of a matrix (out, in) as a multiple of that of P and Q:
  /// [#lambdaRate()], or 0 with a gauge, which keeps λ at 1.
  public double lambdaRatio(int out) {
    return gauge == Gauge.NONE ? lambdaRate.ratio(out) : 0;
  }

  /// Checks that ranks, start, penalty and gauge fit together. A target rank as large as the
  /// initial one is allowed: then nothing is pruned, and every matrix keeps its triplets.
  ///
  /// @throws InputException if the target rank is greater than the initial rank, or a gauge is
  ///   combined with a start or a penalty that contradicts it
  public void requireConsistent() {
    if (targetRank > initRank) {
      throw new InputException(
          "ranks: target-r "
              + targetRank
              + " must not be greater than init-r "
              + initRank
              + ": ranks only shrink; set init-r to "
              + initRankFor(targetRank)
              + ", or to "
              + targetRank
              + " for triplets without pruning");
    }
    if (gauge != Gauge.NONE && (init != TripletStart.LORA || orthRegWeight != 0)) {
      throw new InputException(
          "gauge: "
              + name(gauge)
              + " keeps P and Q exactly orthonormal and λ at 1, so it needs init lora and an"
              + " orth-reg-weight of 0, got init "
              + name(init)
              + " and "
              + orthRegWeight
              + "; start from the preset jada, which has both, or set gauge to none");
    }
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// The same with another method.
  public AdaLoraConfig withMethod(Method method) {
    return with(d -> d.method = method);
  }

  /// The same with other layers adapted.
  public AdaLoraConfig withTargetModules(TargetModules targetModules) {
    return with(d -> d.targetModules = targetModules);
  }

  /// The same with another rank at the start.
  public AdaLoraConfig withInitRank(int initRank) {
    return with(d -> d.initRank = initRank);
  }

  /// The same with another average rank at the end.
  public AdaLoraConfig withTargetRank(int targetRank) {
    return with(d -> d.targetRank = targetRank);
  }

  /// The same with another numerator of the scale.
  public AdaLoraConfig withLoraAlpha(double loraAlpha) {
    return with(d -> d.loraAlpha = OptionalDouble.of(loraAlpha));
  }

  /// The same with a chosen numerator of the scale, or with the one that [#alpha()] ties to the
  /// rank.
  public AdaLoraConfig withLoraAlpha(OptionalDouble loraAlpha) {
    return with(d -> d.loraAlpha = loraAlpha);
  }

  /// The same with another dropout on the adapters' input.
  public AdaLoraConfig withLoraDropout(double loraDropout) {
    return with(d -> d.loraDropout = loraDropout);
  }

  /// The same with another weight of the orthogonality penalty.
  public AdaLoraConfig withOrthRegWeight(double orthRegWeight) {
    return with(d -> d.orthRegWeight = orthRegWeight);
  }

  /// The same with other smoothing of the sensitivity (β₁) and of its uncertainty (β₂).
  public AdaLoraConfig withBetas(double beta1, double beta2) {
    return with(
        d -> {
          d.beta1 = beta1;
          d.beta2 = beta2;
        });
  }

  /// The same with another number of steps without pruning at the start.
  public AdaLoraConfig withTinit(Steps tinit) {
    return with(d -> d.tinit = tinit);
  }

  /// The same with another number of steps with fixed ranks at the end.
  public AdaLoraConfig withTfinal(Steps tfinal) {
    return with(d -> d.tfinal = tfinal);
  }

  /// The same with another number of steps between allocations.
  public AdaLoraConfig withDeltaT(Steps deltaT) {
    return with(d -> d.deltaT = deltaT);
  }

  /// The same with another score.
  public AdaLoraConfig withImportance(ImportanceScore importance) {
    return with(d -> d.importance = importance);
  }

  /// The same with another start of P and Q.
  public AdaLoraConfig withInit(TripletStart init) {
    return with(d -> d.init = init);
  }

  /// The same with another form of the orthogonality penalty.
  public AdaLoraConfig withOrthPenalty(OrthogonalityPenalty orthPenalty) {
    return with(d -> d.orthPenalty = orthPenalty);
  }

  /// The same with dead triplets dropped or kept.
  public AdaLoraConfig withCompact(Compaction compact) {
    return with(d -> d.compact = compact);
  }

  /// The same with another unit of the budget.
  public AdaLoraConfig withBudgetUnit(BudgetUnit budgetUnit) {
    return with(d -> d.budgetUnit = budgetUnit);
  }

  /// The same with lora_alpha divided by something else.
  public AdaLoraConfig withScaling(Scaling scaling) {
    return with(d -> d.scaling = scaling);
  }

  /// The same with another learning rate of λ.
  public AdaLoraConfig withLambdaRate(LambdaRate lambdaRate) {
    return with(d -> d.lambdaRate = lambdaRate);
  }

  /// The same with another gauge.
  public AdaLoraConfig withGauge(Gauge gauge) {
    return with(d -> d.gauge = gauge);
  }

  private AdaLoraConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  private static void require(boolean holds, String option, Number value, String rule) {
    if (!holds) {
      throw new InputException(option + ": must be " + rule + ", got " + value);
    }
  }

  /// A mutable copy, for the `with…` methods.
  private static final class Draft {
    Method method;
    TargetModules targetModules;
    int initRank;
    int targetRank;
    OptionalDouble loraAlpha;
    double loraDropout;
    double orthRegWeight;
    double beta1;
    double beta2;
    Steps tinit;
    Steps tfinal;
    Steps deltaT;
    ImportanceScore importance;
    TripletStart init;
    OrthogonalityPenalty orthPenalty;
    Compaction compact;
    BudgetUnit budgetUnit;
    Scaling scaling;
    LambdaRate lambdaRate;
    Gauge gauge;

    Draft(AdaLoraConfig c) {
      method = c.method;
      targetModules = c.targetModules;
      initRank = c.initRank;
      targetRank = c.targetRank;
      loraAlpha = c.loraAlpha;
      loraDropout = c.loraDropout;
      orthRegWeight = c.orthRegWeight;
      beta1 = c.beta1;
      beta2 = c.beta2;
      tinit = c.tinit;
      tfinal = c.tfinal;
      deltaT = c.deltaT;
      importance = c.importance;
      init = c.init;
      orthPenalty = c.orthPenalty;
      compact = c.compact;
      budgetUnit = c.budgetUnit;
      scaling = c.scaling;
      lambdaRate = c.lambdaRate;
      gauge = c.gauge;
    }

    AdaLoraConfig finished() {
      return new AdaLoraConfig(
          method,
          targetModules,
          initRank,
          targetRank,
          loraAlpha,
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
          budgetUnit,
          scaling,
          lambdaRate,
          gauge);
    }
  }
}
