package jada.adalora;

import jada.adalora.TrainingListener.StepReport;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Profile;
import jada.autograd.Variable;
import jada.nn.AdamW;
import jada.nn.Batch;
import jada.nn.GradientClipping;
import jada.nn.LearningRate;
import jada.nn.TrainingStep;
import jada.tensor.Workspace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
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
  private final Workspace workspace = new Workspace();

  Trainer(AdaptedModel model, TrainingOptions options, int totalSteps) {
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
  /// @throws TrainingDiverged if the loss or a gradient is not finite; nothing was changed then
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
    Variable taskLoss =
        new TrainingStep(options.seed(), t)
            .call(() -> examples.answers().loss(model.logits(batch), positions));
    float loss = taskLoss.value().item();
    requireFinite(t, "loss", loss);
    // γ·R(P, Q) is added to the loss here and nowhere else; it is reported apart.
    Variable penalty =
        Ops.scale(
            Orthogonality.penalty(config.orthPenalty(), model.svdAdapters()),
            (float) config.orthRegWeight());
    requireFinite(t, "orthogonality penalty", penalty.value().item());
    GradientClipping clipped =
        GradientClipping.clip(Gradients.of(Ops.add(taskLoss, penalty)), options.maxGradNorm());
    requireFinite(t, "gradient norm", clipped.norm());
    Gradients gradients = clipped.gradients();
    Profile.lap("clipping");
    double rate = learningRate.at(t);
    adaptiveRanks.ifPresent(r -> r.beforeStep(t, gradients));
    optimizer.step(gradients, rate);
    Profile.lap("optimizer");
    boolean changed =
        adaptiveRanks.map(r -> r.afterStep(t, gradients, this::replace)).orElse(false);
    Profile.lap("ranks");
    return new StepReport(
        t,
        epoch,
        loss,
        penalty.value().item(),
        rate,
        adaptiveRanks.map(r -> r.schedule().budget(t)).orElse(0),
        adaptiveRanks.map(AdaptiveRanks::active).orElse(0),
        batch.tokens(),
        System.nanoTime() - start,
        changed || t == 0 ? model.ranks() : Map.of());
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

  /// The optimizer goes on with a parameter that has lost its dropped triplets.
  private void replace(SvdLinear.Replacement replacement) {
    optimizer.replace(replacement.old(), replacement.now(), replacement.change());
  }

  private static void requireFinite(int step, String what, double value) {
    if (!Double.isFinite(value)) {
      throw new TrainingDiverged(step, what, value);
    }
  }
}
