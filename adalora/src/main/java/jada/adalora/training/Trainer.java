package jada.adalora.training;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.adalora.RankControl;
import jada.adalora.Replacement;
import jada.adalora.TrainingDiverged;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Objective;
import jada.adalora.training.GradientSource.StepGradients;
import jada.adalora.training.TrainingListener.StepReport;
import jada.autograd.Gradients;
import jada.autograd.NonFinite;
import jada.autograd.Parameter;
import jada.autograd.Profile;
import jada.autograd.Variable;
import jada.nn.EncoderConfig;
import jada.nn.TrainingStep;
import jada.nn.WeightSpec;
import jada.nn.optim.AdamW;
import jada.nn.optim.GradientClipping;
import jada.nn.optim.LearningRate;
import jada.tensor.RandomSource;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One optimizer step after another, in the order of the method:
///
/// 1. forward pass, task loss, orthogonality penalty
/// 2. gradients of loss + γ·penalty
/// 3. clipping
/// 4. the article's scores, from the values as the gradients saw them
/// 5. AdamW
/// 6. the paper's scores, from the new values; the gauge; allocation; masks
final class Trainer {
  private final AdaptedModel model;
  private final AdaLoraConfig config;
  private final TrainingOptions options;
  private final LearningRate learningRate;
  private final AdamW optimizer;
  private final RankControl ranks;
  private final GradientSource gradientSource;
  private final AccumulatedGradients accumulated;
  private final Workspace workspace;
  private final LastGood lastGood = new LastGood();
  private double gradientNorm;

  /// A trainer that passes over each batch as a whole.
  Trainer(AdaptedModel model, TrainingOptions options, int totalSteps, Workspace workspace) {
    this(model, options, totalSteps, GradientSource.WHOLE, workspace);
  }

  /// @param gradientSource computes the gradients of a step
  /// @param workspace where the tensors of a step lie
  Trainer(
      AdaptedModel model,
      TrainingOptions options,
      int totalSteps,
      GradientSource gradientSource,
      Workspace workspace) {
    this.gradientSource = gradientSource;
    this.accumulated = new AccumulatedGradients(options.batchSize());
    this.workspace = workspace;
    this.model = model;
    this.config = model.config();
    this.options = options;
    this.learningRate = learningRate(options, config, totalSteps);
    this.optimizer = AdamW.of(groups(model, config, options.weightDecay()));
    model.planRun(totalSteps);
    model.cutTextsAt(Math.min(options.maxLength(), model.base().config().maxTokens()));
    this.ranks =
        config.method() instanceof AdapterType type
            ? type.rankControl(config, model.adapters().values(), totalSteps)
            : RankControl.NONE;
  }

  private static LearningRate learningRate(
      TrainingOptions options, AdaLoraConfig config, int totalSteps) {
    double peak = options.learningRate(config);
    long warmup = warmup(options, totalSteps);
    return switch (options.schedule()) {
      case LINEAR -> LearningRate.linear(peak, warmup, totalSteps);
      case COSINE -> LearningRate.cosine(peak, warmup, totalSteps);
      case CONSTANT -> LearningRate.constant(peak, warmup);
    };
  }

  /// Weight decay applies to all parameters but biases and norms, as in transformers' trainer, and
  /// parameters with a learning rate of their own.
  private static List<AdamW.Group> groups(
      AdaptedModel model, AdaLoraConfig config, double weightDecay) {
    EncoderConfig sizes = model.base().config();
    Set<String> kept =
        Stream.concat(
                sizes.family().weights(sizes),
                sizes.family().headWeights(sizes, model.task().outputs()))
            .filter(weight -> !weight.decays())
            .map(WeightSpec::name)
            .collect(Collectors.toSet());
    Map<Parameter, Double> ownRates = new IdentityHashMap<>();
    SequencedMap<Double, List<Parameter>> byRate = new LinkedHashMap<>();
    for (Adapter adapter : model.adapters().values()) {
      adapter
          .ownRates(config)
          .forEach(
              (parameter, ratio) -> {
                ownRates.put(parameter, ratio);
                byRate.computeIfAbsent(ratio, _ -> new ArrayList<>()).add(parameter);
              });
    }
    Map<Boolean, List<Parameter>> byDecay =
        model.parameters().stream()
            .filter(p -> !ownRates.containsKey(p))
            .collect(Collectors.partitioningBy(p -> !kept.contains(p.name())));
    List<AdamW.Group> groups = new ArrayList<>();
    groups.add(new AdamW.Group(byDecay.get(true), weightDecay));
    groups.add(new AdamW.Group(byDecay.get(false), 0));
    byRate.forEach((ratio, of) -> groups.add(new AdamW.Group(of, 0, ratio)));
    return groups;
  }

  /// Takes step t on the examples at the given positions.
  ///
  /// @throws TrainingDiverged if the loss, a gradient, a weight or a score that the step has made
  ///   is not finite; the model then holds the last values that gave a finite loss
  StepReport step(int t, int epoch, Objective examples, int[] positions) {
    Profile.begin();
    try {
      return workspace.call(() -> stepInWorkspace(t, epoch, examples, positions));
    } finally {
      Profile.end();
    }
  }

  private StepReport stepInWorkspace(int t, int epoch, Objective examples, int[] positions) {
    long start = System.nanoTime();
    Variable penalty = ranks.penalty();
    StepGradients whole =
        options.accumulate() > 1 && gradientSource == GradientSource.WHOLE
            ? accumulated.of(
                positions, examples, (part, of) -> taskLoss(t, part, examples, of), penalty)
            : gradientSource.of(positions, part -> taskLoss(t, 0, examples, part), penalty);
    GradientClipping clipped = clip(t, whole, penalty, examples, positions);
    Gradients gradients = clipped.gradients();
    Profile.lap("clipping");
    double rate = learningRate.at(t);
    // The new values, moments and averages outlive the step.
    boolean changed = Workspace.outside(() -> update(t, gradients, rate));
    return new StepReport(
        t,
        epoch,
        whole.loss(),
        penalty.value().item(),
        rate,
        ranks.budget(t),
        ranks.active(),
        examples.tokens(positions),
        System.nanoTime() - start,
        changed || t == 0 ? model.ranks() : Map.of());
  }

  /// Steps 4 to 6.
  ///
  /// @return whether triplets were masked or came back
  private boolean update(int t, Gradients gradients, double rate) {
    lastGood.remember(model.parameters());
    try {
      ranks.beforeStep(t, gradients);
      optimizer.step(gradients, rate);
      requireFiniteWeights(t);
      Profile.lap("optimizer");
      boolean changed = ranks.afterStep(t, gradients, this::replace);
      Profile.lap("ranks");
      return changed;
    } catch (TrainingDiverged e) {
      lastGood.restore(model);
      throw e;
    }
  }

  /// The norm of the latest step's gradients, before clipping.
  double gradientNorm() {
    return gradientNorm;
  }

  /// Steps in which the learning rate rises.
  static long warmup(TrainingOptions options, int totalSteps) {
    return (long) Math.ceil(options.warmupRatio() * totalSteps);
  }

  /// Whether the ranks after so many steps are those of the end of the run.
  boolean ranksAreFinal(int steps) {
    return ranks.isFinal(steps);
  }

  AdamW optimizer() {
    return optimizer;
  }

  /// What the method does beside the optimizer's steps.
  RankControl ranks() {
    return ranks;
  }

  /// Tells the optimizer that a parameter has lost dropped triplets or changed its coordinates.
  private void replace(Replacement replacement) {
    optimizer.replace(
        replacement.old(), replacement.now(), replacement.ofGradient(), replacement.ofSquare());
    lastGood.replaced(replacement);
  }

  /// The mean task loss over some examples of step t, with its dropout.
  ///
  /// @param part number of a batch whose gradients are accumulated; each has masks of its own
  private Variable taskLoss(int t, int part, Objective examples, int[] positions) {
    long seed =
        part == 0
            ? options.seed()
            : RandomSource.of(options.seed()).split("part " + part).nextLong();
    return new TrainingStep(seed, t).call(() -> examples.loss(model, positions));
  }

  /// Step 3, after checking that loss, penalty and norm are finite.
  private GradientClipping clip(
      int t, StepGradients whole, Variable penalty, Objective examples, int[] positions) {
    Supplier<Optional<String>> culprit =
        () -> nonFiniteWeight().or(() -> nonFiniteOperation(t, examples, positions));
    requireFinite(t, "loss", whole.loss(), culprit);
    requireFinite(t, "orthogonality penalty", penalty.value().item(), culprit);
    GradientClipping clipped = GradientClipping.clip(whole.gradients(), options.maxGradNorm());
    requireFinite(t, "gradient norm", clipped.norm(), culprit);
    gradientNorm = clipped.norm();
    return clipped;
  }

  /// The first operation of a step whose result is not finite. Dropout is a function of seed, step
  /// and part, so a second forward pass finds it.
  private Optional<String> nonFiniteOperation(int t, Objective examples, int[] positions) {
    int size = options.accumulate() > 1 ? options.batchSize() : positions.length;
    for (int from = 0; from < positions.length; from += size) {
      int part = from / size;
      int[] some = Arrays.copyOfRange(positions, from, Math.min(positions.length, from + size));
      Optional<String> found = NonFinite.firstOf(() -> taskLoss(t, part, examples, some));
      if (found.isPresent()) {
        return found;
      }
    }
    return NonFinite.firstOf(ranks::penalty);
  }

  /// Checks a value computed from the parameters that the last step made.
  ///
  /// @throws TrainingDiverged if it is not finite; the model holds the values from before
  private void requireFinite(
      int step, String what, double value, Supplier<Optional<String>> maker) {
    if (!Double.isFinite(value)) {
      Optional<String> from = maker.get();
      lastGood.restore(model);
      throw TrainingDiverged.atStep(step, what, value, from);
    }
  }

  /// Checks the loss on held-out examples after all steps.
  ///
  /// @throws TrainingDiverged if it is not finite; the model holds the values before the last step
  void requireFiniteEvaluation(int steps, double loss) {
    requireFinite(steps, "loss on the held-out examples", loss, this::nonFiniteWeight);
  }

  private void requireFiniteWeights(int step) {
    nonFiniteWeight()
        .ifPresent(
            weight -> {
              throw TrainingDiverged.inWeight(step, weight);
            });
  }

  private Optional<String> nonFiniteWeight() {
    return model.parameters().stream()
        .filter(p -> !p.value().isFinite())
        .findFirst()
        .map(p -> "parameter " + p.name());
  }
}
