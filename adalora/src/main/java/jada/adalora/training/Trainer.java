package jada.adalora.training;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptiveRanks;
import jada.adalora.Importance;
import jada.adalora.JudgedTriplets;
import jada.adalora.Method;
import jada.adalora.Orthogonality;
import jada.adalora.SvdLinear;
import jada.adalora.TrainingDiverged;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.training.TrainingListener.StepReport;
import jada.autograd.Gradients;
import jada.autograd.NonFinite;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Profile;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.TrainingStep;
import jada.nn.optim.AdamW;
import jada.nn.optim.GradientClipping;
import jada.nn.optim.LearningRate;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One optimizer step after another, in the order of the method:
///
/// 1. forward pass, task loss, orthogonality penalty
/// 2. gradients of loss + γ·penalty
/// 3. clipping
/// 4. the article's scores, from the values as the gradients saw them
/// 5. AdamW
/// 6. the paper's scores, from the new values; allocation; masks
final class Trainer {
  /// BERT's LayerNorm, DistilBERT's sa_layer_norm and output_layer_norm.
  private static final Pattern NORM = Pattern.compile("(LayerNorm|layer_norm)\\.");

  private final AdaptedModel model;
  private final AdaLoraConfig config;
  private final TrainingOptions options;
  private final LearningRate learningRate;
  private final AdamW optimizer;
  private final Optional<AdaptiveRanks> adaptiveRanks;
  private final Workspace workspace;
  private final LastGood lastGood = new LastGood();

  /// @param workspace where the tensors of a step lie
  Trainer(AdaptedModel model, TrainingOptions options, int totalSteps, Workspace workspace) {
    this.workspace = workspace;
    this.model = model;
    this.config = model.config();
    this.options = options;
    this.learningRate = learningRate(options, totalSteps);
    this.optimizer = AdamW.of(groups(model, options.weightDecay()));
    model.planRun(totalSteps);
    this.adaptiveRanks =
        config.method() == Method.ADALORA
            ? Optional.of(new AdaptiveRanks(config, model.svdAdapters(), totalSteps))
            : Optional.empty();
  }

  private static LearningRate learningRate(TrainingOptions options, int totalSteps) {
    long warmup = (long) Math.ceil(options.warmupRatio() * totalSteps);
    return switch (options.schedule()) {
      case LINEAR -> LearningRate.linear(options.learningRate(), warmup, totalSteps);
      case COSINE -> LearningRate.cosine(options.learningRate(), warmup, totalSteps);
      case CONSTANT -> LearningRate.constant(options.learningRate(), warmup);
    };
  }

  /// Biases and layer norms are not decayed, as transformers' trainer has it; all else is.
  private static List<AdamW.Group> groups(AdaptedModel model, double weightDecay) {
    Map<Boolean, List<Parameter>> byDecay =
        model.parameters().stream()
            .collect(
                Collectors.partitioningBy(
                    p -> !p.name().endsWith(".bias") && !NORM.matcher(p.name()).find()));
    return List.of(
        new AdamW.Group(byDecay.get(true), weightDecay), new AdamW.Group(byDecay.get(false), 0));
  }

  /// Takes step t on the examples at the given positions.
  ///
  /// @throws TrainingDiverged if the loss, a gradient, a weight or a score that the step has made
  ///   is not finite; the model then holds the last values that gave a finite loss
  StepReport step(int t, int epoch, EncodedExamples examples, int[] positions) {
    Profile.begin();
    try {
      return workspace.call(() -> stepInWorkspace(t, epoch, examples, positions));
    } finally {
      Profile.end();
    }
  }

  private StepReport stepInWorkspace(int t, int epoch, EncodedExamples examples, int[] positions) {
    long start = System.nanoTime();
    Batch batch = examples.batch(positions);
    Profile.lap("batch");
    Loss loss = loss(t, batch, examples, positions);
    float taskLoss = loss.task().value().item();
    GradientClipping clipped = gradients(t, loss, batch, examples, positions);
    Gradients gradients = clipped.gradients();
    Profile.lap("clipping");
    double rate = learningRate.at(t);
    // The new values, moments and averages outlive the step.
    boolean changed = Workspace.outside(() -> update(t, gradients, rate));
    return new StepReport(
        t,
        epoch,
        taskLoss,
        loss.penalty().value().item(),
        rate,
        adaptiveRanks.map(r -> r.schedule().budget(t)).orElse(0),
        adaptiveRanks.map(AdaptiveRanks::active).orElse(0),
        batch.tokens(),
        System.nanoTime() - start,
        changed || t == 0 ? model.ranks() : Map.of());
  }

  /// Steps 4 to 6.
  ///
  /// @return whether triplets were masked or came back
  private boolean update(int t, Gradients gradients, double rate) {
    lastGood.remember(model.parameters());
    try {
      adaptiveRanks.ifPresent(r -> r.beforeStep(t, gradients));
      optimizer.step(gradients, rate);
      requireFiniteWeights(t);
      Profile.lap("optimizer");
      boolean changed =
          adaptiveRanks.map(r -> r.afterStep(t, gradients, this::replace)).orElse(false);
      Profile.lap("ranks");
      return changed;
    } catch (TrainingDiverged e) {
      lastGood.restore(model);
      throw e;
    }
  }

  AdamW optimizer() {
    return optimizer;
  }

  /// What the scores depend on, by module; empty where there is no budget.
  SequencedMap<String, Importance> importances() {
    SequencedMap<String, Importance> byModule = new LinkedHashMap<>();
    List<SvdLinear> adapters = model.svdAdapters();
    List<Importance> all = adaptiveRanks.map(AdaptiveRanks::importances).orElse(List.of());
    for (int m = 0; m < all.size(); m++) {
      byModule.put(adapters.get(m).name(), all.get(m));
    }
    return byModule;
  }

  /// What the latest step has seen of the triplets, by adapter; empty where there is no budget.
  List<JudgedTriplets> judged() {
    return adaptiveRanks.map(AdaptiveRanks::judged).orElse(List.of());
  }

  /// The last importance of every triplet that is alive, by module; empty where there is no budget.
  Map<String, List<Float>> scores() {
    Map<String, List<Float>> living = new LinkedHashMap<>();
    Map<String, Tensor> all = adaptiveRanks.map(AdaptiveRanks::scores).orElseGet(TreeMap::new);
    for (SvdLinear adapter : model.svdAdapters()) {
      if (all.containsKey(adapter.name())) {
        Tensor scores = all.get(adapter.name());
        living.put(adapter.name(), adapter.alive().stream().mapToObj(scores::get).toList());
      }
    }
    return living;
  }

  /// The optimizer goes on with a parameter that has lost its dropped triplets.
  private void replace(SvdLinear.Replacement replacement) {
    optimizer.replace(replacement.old(), replacement.now(), replacement.change());
    lastGood.replaced(replacement);
  }

  /// What is minimised: the task loss, and γ·R(P, Q), which is added here and nowhere else and is
  /// reported apart.
  private record Loss(Variable task, Variable penalty) {
    Variable sum() {
      return Ops.add(task, penalty);
    }
  }

  private Loss loss(int t, Batch batch, EncodedExamples examples, int[] positions) {
    Variable task =
        new TrainingStep(options.seed(), t)
            .call(() -> examples.answers().loss(model.logits(batch), positions));
    Variable penalty =
        Ops.scale(
            Orthogonality.penalty(config.orthPenalty(), model.svdAdapters()),
            (float) config.orthRegWeight());
    return new Loss(task, penalty);
  }

  private GradientClipping gradients(
      int t, Loss loss, Batch batch, EncodedExamples examples, int[] positions) {
    // What is random in a forward pass is a function of seed and step: doing it again finds the
    // culprit.
    Supplier<Optional<String>> maker =
        () ->
            nonFiniteWeight()
                .or(() -> NonFinite.firstOf(() -> loss(t, batch, examples, positions).sum()));
    requireFinite(t, "loss", loss.task().value().item(), maker);
    requireFinite(t, "orthogonality penalty", loss.penalty().value().item(), maker);
    GradientClipping clipped =
        GradientClipping.clip(Gradients.of(loss.sum()), options.maxGradNorm());
    requireFinite(t, "gradient norm", clipped.norm(), maker);
    return clipped;
  }

  /// Checks what the values that the last step made give.
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
