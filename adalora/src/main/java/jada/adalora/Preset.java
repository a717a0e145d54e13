package jada.adalora;

/// Settings of the method that belong together, by name. They set ranks, modules, start, scale,
/// score, penalty and schedule of the budget; length and learning rate of a run are not included.
public enum Preset {
  /// The default: the factors stay an exact singular value decomposition ([AdaLoraConfig#exact()]).
  JADA,

  /// P, λ and Q trained apart, with a penalty that holds P and Q near orthonormal:
  /// [AdaLoraConfig#penalized()].
  PENALIZED,

  /// The settings of the authors on GLUE (Zhang et al. 2023, appendix; the scripts `NLU/scripts` of
  /// their repository): all linear layers of the encoder, init_r 2 and target_r 1, lora_alpha 32, γ
  /// = 0.1, β₁ = β₂ = 0.85, no pruning in the first 12 % of the run, fixed ranks in its last 50 %,
  /// an allocation every hundredth of the run. Their settings vary around these from task to task;
  /// their learning rates lie between 5·10⁻⁴ and 2.2·10⁻³.
  PAPER,

  /// The defaults of PEFT's AdaLoraConfig: `query` and `value` as for BERT, init_r 12 and target_r
  /// 8, lora_alpha 8, γ = 0.5, tinit = tfinal = 0, an allocation after every step, and triplets
  /// that are masked but never dropped.
  PEFT,

  /// The article's reading: [AdaLoraConfig#article()].
  ARTICLE;

  /// The whole configuration.
  public AdaLoraConfig config() {
    AdaLoraConfig penalized = AdaLoraConfig.penalized();
    return switch (this) {
      case JADA -> AdaLoraConfig.exact();
      case PENALIZED -> penalized;
      case PAPER ->
          penalized
              .withTargetModules(TargetModules.matching(".*\\.layers?\\.\\d+\\..*"))
              .withInitRank(2)
              .withTargetRank(1)
              .withLoraAlpha(32)
              .withTinit(Steps.fraction(0.12))
              .withDeltaT(Steps.fraction(0.01));
      case PEFT ->
          penalized
              .withTargetModules(TargetModules.named("query", "value"))
              .withInitRank(12)
              .withTargetRank(8)
              .withLoraAlpha(8)
              .withOrthRegWeight(0.5)
              .withTinit(Steps.of(0))
              .withTfinal(Steps.of(0))
              .withCompact(Compaction.NEVER);
      case ARTICLE -> AdaLoraConfig.article();
    };
  }
}
