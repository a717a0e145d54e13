package jada.adalora;

import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Moves the rank budget during training: what is done with the triplets before and after each
/// optimizer step, in the order of the chosen reading of the method.
///
/// The trainer calls [#beforeStep] with the gradients that the optimizer is about to use, lets the
/// optimizer step, and calls [#afterStep]. With t the step counted from 0:
///
/// | | paper, magnitude | article |
/// |---|---|---|
/// | before the step | – | scores take in values and gradients |
/// | after the step | scores take in the new values and the gradients, while t < T − tfinal | – |
/// | then, if t allocates | the best triplets of b(t) live, all others are masked | the same, among the living |
/// | else, once the last allocation has passed | the masks are enforced | the masks are enforced, always |
///
/// Masks come after the step in both readings, so the optimizer's momentum cannot undo them. (The
/// article's own run masks before the step, and ends with 286 of 288 triplets alive.) Between two
/// allocations of the paper's reading a masked triplet does learn: it may earn its way back.
///
/// With a [Gauge] the factors of every matrix are made those of a singular value decomposition
/// after the step and before an allocation, from t = tinit/2 on, and what is pruned does not come
/// back. (Before that B is only a few steps away from 0 and its directions are noise; a change of
/// coordinates would rotate the optimizer's moments by large angles.)
///
/// With [Compaction#FINAL] triplets that cannot come back are dropped: after the last allocation,
/// and in the article's reading and with a gauge after every one.
public final class AdaptiveRanks implements RankControl {
  private final AdaLoraConfig config;
  private final BudgetSchedule schedule;
  private final boolean drops;
  private final boolean oneWay;
  private final BudgetUnit unit;
  private final Gauge gauge;
  private final List<SvdLinear> adapters;
  private final List<Importance> importances = new ArrayList<>();
  private final List<JudgedTriplets> judged = new ArrayList<>();

  /// The budget of a run of `totalSteps` steps over these adapters, in this order.
  ///
  /// @throws jada.nn.files.InputException if the schedule does not fit the run
  public AdaptiveRanks(AdaLoraConfig config, List<SvdLinear> adapters, int totalSteps) {
    config.requireConsistent();
    this.config = config;
    this.gauge = config.gauge();
    this.unit = config.budgetUnit();
    this.schedule =
        BudgetSchedule.of(config, adapters.stream().mapToInt(unit::cost).sum(), totalSteps);
    this.drops = config.compact() == Compaction.FINAL;
    this.oneWay = config.importance() == ImportanceScore.ARTICLE || gauge != Gauge.NONE;
    this.adapters = List.copyOf(adapters);
    for (SvdLinear adapter : adapters) {
      if (gauge != Gauge.NONE) {
        adapter.absorbLambda();
      }
      importances.add(Importance.of(config, adapter.factors()));
      judged.add(JudgedTriplets.none(adapter));
    }
  }

  /// The budget over the run.
  public BudgetSchedule schedule() {
    return schedule;
  }

  /// γ·R(P, Q).
  @Override
  public Variable penalty() {
    return Ops.scale(
        Orthogonality.penalty(config.orthPenalty(), adapters), (float) config.orthRegWeight());
  }

  @Override
  public int budget(int t) {
    return schedule.budget(t);
  }

  @Override
  public boolean isFinal(int steps) {
    return config.initRank() == config.targetRank() || steps > schedule.finalAllocation();
  }

  /// Before the optimizer step t.
  ///
  /// @param gradients of loss and penalty together, clipped: what the optimizer is about to use
  /// @throws TrainingDiverged if a score overflows
  @Override
  public void beforeStep(int t, Gradients gradients) {
    observe(t, gradients, false);
  }

  /// After the optimizer step t, with the same gradients.
  ///
  /// @param replacements receives the parameters that were replaced by smaller ones or changed
  ///   their coordinates, for the optimizer
  /// @return whether the rank of some matrix changed
  /// @throws TrainingDiverged if a score overflows, or with a gauge a triplet; then nothing was
  ///   masked or dropped
  @Override
  public boolean afterStep(int t, Gradients gradients, Consumer<Replacement> replacements) {
    observe(t, gradients, true);
    if (gauge != Gauge.NONE) {
      requireFiniteTriplets(t);
      if (t >= schedule.tinit() / 2) {
        adapters.forEach(adapter -> adapter.setGauge(gauge).forEach(replacements));
      }
    }
    List<Integer> before = ranks();
    if (schedule.allocates(t)) {
      allocate(schedule.budget(t));
      if (drops && (oneWay || t == schedule.finalAllocation())) {
        drop(replacements);
      }
    } else if (oneWay || t > schedule.finalAllocation()) {
      adapters.forEach(SvdLinear::enforceMask);
    }
    return !ranks().equals(before);
  }

  /// The number of triplets that are not masked.
  @Override
  public int active() {
    return adapters.stream().mapToInt(SvdLinear::rank).sum();
  }

  @Override
  public Map<String, List<Float>> scores() {
    Map<String, List<Float>> scores = new LinkedHashMap<>();
    for (int m = 0; m < adapters.size(); m++) {
      float[] all = importances.get(m).scores();
      List<Float> living = adapters.get(m).alive().stream().mapToObj(i -> all[i]).toList();
      scores.put(adapters.get(m).name(), living);
    }
    return scores;
  }

  /// The triplets as the latest step judged them, in the order of the adapters. Valid until the
  /// next step.
  @Override
  public List<JudgedTriplets> judged() {
    return List.copyOf(judged);
  }

  @Override
  public SequencedMap<String, Importance> importances() {
    SequencedMap<String, Importance> byModule = new LinkedHashMap<>();
    for (int m = 0; m < adapters.size(); m++) {
      byModule.put(adapters.get(m).name(), importances.get(m));
    }
    return byModule;
  }

  private void observe(int t, Gradients gradients, boolean afterStep) {
    for (int m = 0; m < adapters.size(); m++) {
      SvdLinear a = adapters.get(m);
      Importance importance = importances.get(m);
      if (importance.afterStep() == afterStep) {
        Triplets g =
            new Triplets(gradients.of(a.p()), gradients.of(a.lambda()), gradients.of(a.q()));
        if (schedule.scores(t)) {
          importance.observe(a.factors(), g);
        }
        JudgedTriplets triplets = JudgedTriplets.of(a, g.lambda(), importance);
        triplets.requireFiniteScores(t);
        judged.set(m, triplets);
      }
    }
  }

  /// Factors that are finite may still have a product that is not, which has no singular values.
  private void requireFiniteTriplets(int t) {
    for (SvdLinear adapter : adapters) {
      float[] strengths = adapter.strengths();
      for (int i = 0; i < strengths.length; i++) {
        if (!Float.isFinite(strengths[i])) {
          throw TrainingDiverged.inTriplet(t, adapter.name(), adapter.indices()[i], strengths[i]);
        }
      }
    }
  }

  private void allocate(int wanted) {
    // Where an earlier run has dropped triplets, there may be fewer than the budget has room for.
    int there = adapters.stream().mapToInt(a -> a.triplets() * unit.cost(a)).sum();
    int budget = Math.min(wanted, there);
    List<float[]> scores = new ArrayList<>();
    for (int m = 0; m < adapters.size(); m++) {
      // JudgedTriplets keeps the scores, so that they can be read after triplets were dropped.
      float[] of = judged.get(m).scores();
      BitSet alive = adapters.get(m).alive();
      for (int i = 0; i < of.length && oneWay; i++) {
        // Below every living triplet, also one that scores 0.
        of[i] = alive.get(i) ? of[i] : Float.NEGATIVE_INFINITY;
      }
      scores.add(of);
    }
    List<BitSet> living =
        switch (unit) {
          case TRIPLETS -> RankAllocator.allocate(scores, budget);
          case PARAMETERS ->
              RankAllocator.allocate(scores, adapters.stream().map(unit::cost).toList(), budget);
        };
    for (int m = 0; m < adapters.size(); m++) {
      adapters.get(m).mask(living.get(m));
    }
  }

  private void drop(Consumer<Replacement> replacements) {
    for (int m = 0; m < adapters.size(); m++) {
      int[] kept = adapters.get(m).alive().stream().toArray();
      List<Replacement> changed = adapters.get(m).dropMasked();
      if (!changed.isEmpty()) {
        importances.get(m).keep(kept);
        changed.forEach(replacements);
      }
    }
  }

  private List<Integer> ranks() {
    return adapters.stream().map(SvdLinear::rank).toList();
  }
}
