package jada.adalora.training;

import jada.adalora.AdaLoraConfig;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Objective;
import jada.adalora.training.CheckpointPlan.Possession;
import jada.adalora.training.TrainingListener.Resumption;
import jada.adalora.training.TrainingListener.RunPlan;
import jada.adalora.training.TrainingListener.StepReport;
import jada.adalora.training.TrainingState.Progress;
import jada.tensor.RandomSource;
import jada.tensor.Workspace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// One run from its first step, or from a checkpoint, to its last: which examples each step gets,
/// when to evaluate, when to make a checkpoint.
final class TrainingRun {
  private final AdaptedModel model;
  private final TrainingOptions options;
  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final GradientSource gradients;
  private final Optional<CheckpointPlan> checkpoints;
  private final Objective train;
  private final Objective dev;
  private final RunIdentity identity;
  private final Workspace workspace = new Workspace(); // of steps and of scoring, in turns
  private final int steps;
  private final int perEpoch;
  private final LearningWatch watch;
  private final BestState best;

  private int done;
  private long tokens;
  private long nanos;
  private double lastLoss;
  private final List<Evaluation> evaluations = new ArrayList<>();

  TrainingRun(
      AdaptedModel model,
      TrainingOptions options,
      TrainingListener listener,
      BooleanSupplier stop,
      GradientSource gradients,
      Optional<CheckpointPlan> checkpoints,
      Objective train,
      Objective dev,
      RunIdentity identity) {
    this.model = model;
    this.options = options;
    this.listener = listener;
    this.stop = stop;
    this.gradients = gradients;
    this.checkpoints = checkpoints;
    this.train = train;
    this.dev = dev;
    this.identity = identity;
    this.steps = FineTuner.steps(train.size(), options);
    this.watch = new LearningWatch(train.lossOfGuessing(), Trainer.warmup(options, steps), steps);
    this.perEpoch = Math.ceilDiv(train.size(), options.examplesPerStep());
    this.best = new BestState(options);
  }

  /// Trains to the end, or until the stop condition holds.
  ///
  /// @param from the checkpoint to resume from; empty to start anew
  TrainingResult run(Optional<Checkpoint> from) {
    RunPlan plan = plan(); // of the whole run, hence before triplets are dropped again
    Optional<TrainingState> state = from.map(this::restoreModel);
    Trainer trainer = new Trainer(model, options, steps, gradients, workspace);
    state.ifPresent(s -> s.restore(model, trainer));
    listener.started(plan);
    tellOfCutTexts(train);
    tellOfCutTexts(dev);
    state.ifPresent(s -> goOn(from.orElseThrow(), s, trainer));
    int[] order = new int[0];
    for (int first = done; done < steps && !best.enough(); ) {
      int epoch = done / perEpoch;
      if (done == first || done % perEpoch == 0) {
        order = order(epoch);
      }
      step(trainer, epoch, order);
      boolean last = done == steps;
      if (!last && stop.getAsBoolean()) {
        checkpoints.ifPresent(c -> checkpoint(c, trainer));
        return result(trainer, Optional.empty());
      }
      if (!last) {
        evaluateIfDue(trainer);
        checkpoints.filter(c -> c.due(done)).ifPresent(c -> checkpoint(c, trainer));
      }
    }
    Evaluation last = best.enough() ? evaluations.getLast() : evaluate(trainer);
    trainer.requireFiniteEvaluation(done, last.loss());
    Evaluation evaluation = best.restore(model).orElse(last);
    listener.ended(done, evaluation);
    return result(trainer, Optional.of(evaluation));
  }

  private void tellOfCutTexts(Objective examples) {
    if (examples.cut() > 0) {
      int most = Math.min(options.maxLength(), model.base().config().maxTokens());
      listener.textsCut(examples.name(), examples.cut(), examples.size(), most);
    }
  }

  private TrainingState restoreModel(Checkpoint checkpoint) {
    TrainingState state = TrainingState.read(checkpoint);
    state.requireSameRun(checkpoint.folder(), identity);
    state.restore(model);
    return state;
  }

  private void goOn(Checkpoint checkpoint, TrainingState state, Trainer trainer) {
    Progress progress = state.progress();
    done = progress.steps();
    tokens = progress.tokens();
    nanos = progress.nanos();
    lastLoss = progress.lastLoss();
    evaluations.addAll(progress.evaluations());
    evaluations.forEach(e -> best.judge(e, trainer.ranksAreFinal(e.step())));
    best.restored(state.best());
    listener.resumed(
        new Resumption(checkpoint, done, tokens, nanos, lastLoss, progress.evaluations()));
    // A run that was stopped on the last step of an epoch was not scored there.
    if (done < steps && (evaluations.isEmpty() || evaluations.getLast().step() != done)) {
      evaluateIfDue(trainer);
    }
  }

  private void step(Trainer trainer, int epoch, int[] order) {
    int most = options.examplesPerStep();
    int first = done % perEpoch * most;
    int[] positions = Arrays.copyOfRange(order, first, Math.min(train.size(), first + most));
    StepReport report = trainer.step(done, epoch, train, positions);
    done++;
    nanos += report.nanos();
    tokens += report.tokens();
    lastLoss = report.loss();
    try {
      listener.judged(report.step(), trainer.ranks().judged());
      listener.stepped(report);
      watch
          .seen(report.step(), report.loss(), trainer.gradientNorm())
          .ifPresent(listener::notLearning);
    } catch (RuntimeException e) {
      keep(trainer, e);
      throw e;
    }
  }

  /// A listener has failed, perhaps because a disk is full. The progress is saved all the same, if
  /// checkpoints are on and there is more than one step to lose.
  private void keep(Trainer trainer, RuntimeException failure) {
    try {
      checkpoints.filter(_ -> done > 1).ifPresent(c -> checkpoint(c, trainer));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void evaluateIfDue(Trainer trainer) {
    boolean due =
        options.evalEvery() > 0
            ? done % options.evalEvery() == 0
            : done % perEpoch == 0 && options.evaluateEveryEpoch();
    if (due) {
      evaluate(trainer);
    }
  }

  private Evaluation evaluate(Trainer trainer) {
    Evaluation evaluation = dev.evaluate(model, done, workspace);
    evaluations.add(evaluation);
    if (best.judge(evaluation, trainer.ranksAreFinal(done))) {
      best.remember(model);
    }
    listener.evaluated(evaluation);
    return evaluation;
  }

  private void checkpoint(CheckpointPlan plan, Trainer trainer) {
    Progress progress = new Progress(done, tokens, nanos, lastLoss, evaluations);
    try (Possession _ = plan.takeForCheckpoint()) {
      Checkpoint.write(
          plan.folder(),
          done,
          (Path folder) -> {
            TrainingState.write(folder, identity, progress, model, trainer, best.values());
            listener.checkpointing(folder);
          });
    }
  }

  private TrainingResult result(Trainer trainer, Optional<Evaluation> evaluation) {
    return new TrainingResult(
        model,
        evaluation,
        done,
        evaluation.isEmpty(),
        nanos / 1e9,
        tokens,
        trainer.ranks().scores());
  }

  private RunPlan plan() {
    AdaLoraConfig config = model.config();
    int perRank = model.costOfRank();
    return new RunPlan(
        steps,
        (steps + perEpoch - 1) / perEpoch,
        train.size(),
        dev.size(),
        model.trainableParameters(),
        model.totalParameters(),
        config.budgetUnit(),
        perRank * config.initRank(),
        perRank * config.targetRank());
  }

  /// The order in which an epoch visits the examples: a function of seed and epoch alone.
  private int[] order(int epoch) {
    int[] order = new int[train.size()];
    Arrays.setAll(order, i -> i);
    if (options.shuffle()) {
      RandomSource.of(options.seed()).split("order of epoch " + epoch).shuffle(order);
    }
    return train.order(order, options.batchSize());
  }
}
