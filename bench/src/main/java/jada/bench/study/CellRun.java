package jada.bench.study;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.Scaling;
import jada.adalora.SvdLinear;
import jada.adalora.TrainingDiverged;
import jada.adalora.data.Split;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingOptions;
import jada.adalora.training.TrainingResult;
import jada.bench.study.ResultLine.Score;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Trains one cell and returns its result.
final class CellRun {
  private final Cell cell;
  private final PretrainedModel base;
  private final StudyTask.Loaded data;
  private final int norms;
  private final int threads;

  /// @param base with the dropout of the cell
  /// @param norms at how many points the norm of ΔW is noted
  CellRun(Cell cell, PretrainedModel base, StudyTask.Loaded data, int norms, int threads) {
    this.cell = cell;
    this.base = base;
    this.data = data;
    this.norms = norms;
    this.threads = threads;
  }

  /// Runs it.
  ///
  /// @param source ranks by module that another run has found; empty for a cell that needs none
  ResultLine run(Map<String, Integer> source) {
    AdaptedModel model = adapt(source);
    TrainingOptions options = cell.options().withThreads(threads);
    Split split = data.split();
    Observer observer = new Observer(model, norms, FineTuner.steps(split.train().size(), options));
    String status = ResultLine.FINISHED;
    double seconds;
    long tokens;
    Evaluation evaluation;
    try {
      TrainingResult result =
          FineTuner.of(model).options(options).listener(observer).run(split.train(), split.dev());
      evaluation = result.evaluation().orElseThrow();
      seconds = result.seconds();
      tokens = result.tokens();
    } catch (TrainingDiverged e) {
      status = ResultLine.DIVERGED;
      observer.warnings.add(e.getMessage());
      seconds = observer.nanos * 1e-9;
      tokens = observer.tokens;
      try (Workers workers = Workers.of(threads)) {
        evaluation =
            workers.call(() -> Evaluator.evaluate(model, split.dev(), options.maxLength()));
      }
    }
    return new ResultLine(
        cell.arm().name(),
        cell.task().name(),
        cell.budget(),
        cell.seed(),
        cell.settings(),
        List.of(split.train().checksum(), split.dev().checksum()),
        status,
        cell.task().metric().orElse(evaluation.mainMetric()),
        score(evaluation),
        observer.evaluations,
        observer.finalLoss(),
        observer.losses.size(),
        tokens,
        seconds,
        model.trainedWeights().values().stream().mapToLong(p -> p.value().size()).sum(),
        observer.peak,
        observer.alive(),
        model.ranks(),
        observer.normsByStep,
        observer.warnings);
  }

  private AdaptedModel adapt(Map<String, Integer> source) {
    AdaLoraConfig config = cell.config();
    if (source.isEmpty()) {
      return AdaLora.adapt(base, data.kind(), config, cell.seed());
    }
    Map<String, Integer> ranks =
        cell.arm().shuffle() ? shuffled(source, base, cell.seed()) : new LinkedHashMap<>(source);
    ranks.values().removeIf(rank -> rank == 0);
    int most = Collections.max(ranks.values());
    // The scale stays that of the run that found the ranks.
    AdaLoraConfig fixed =
        config
            .withScaling(Scaling.FIXED)
            .withLoraAlpha(config.scale())
            .withInitRank(most)
            .withTargetRank(most);
    return AdaLora.adapt(base, data.kind(), fixed, cell.seed(), ranks);
  }

  /// The ranks dealt out anew among the matrices of the same shape, so that every shape keeps its
  /// ranks, and the adapter its number of parameters.
  static Map<String, Integer> shuffled(
      Map<String, Integer> ranks, PretrainedModel base, long seed) {
    Map<Shape, List<String>> byShape = new LinkedHashMap<>();
    for (String module : ranks.keySet()) {
      Tensor weight = base.weights().get(base.config().family().bare(module) + ".weight");
      byShape.computeIfAbsent(weight.shape(), _ -> new ArrayList<>()).add(module);
    }
    Map<String, Integer> dealt = new LinkedHashMap<>(ranks); // keeps the order of the modules
    RandomSource random = RandomSource.of(seed).split("shuffled ranks");
    byShape
        .values()
        .forEach(
            modules -> {
              int[] values = modules.stream().mapToInt(ranks::get).toArray();
              random.shuffle(values);
              for (int i = 0; i < values.length; i++) {
                dealt.put(modules.get(i), values[i]);
              }
            });
    return dealt;
  }

  private static Score score(Evaluation evaluation) {
    SequencedMap<String, Double> values = new LinkedHashMap<>(evaluation.metrics());
    values.put("loss", evaluation.loss());
    return new Score(evaluation.step(), values);
  }

  /// Notes what a line tells of the course of the run.
  private static final class Observer implements TrainingListener {
    private final AdaptedModel model;
    private final int between;
    private final List<Double> losses = new ArrayList<>();
    private final List<Score> evaluations = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final SequencedMap<Integer, Double> normsByStep = new LinkedHashMap<>();
    private long nanos;
    private long tokens;
    private long peak;

    Observer(AdaptedModel model, int norms, int steps) {
      this.model = model;
      this.between = norms > 0 ? Math.max(1, steps / norms) : 0;
      this.peak = present();
    }

    @Override
    public void stepped(StepReport report) {
      losses.add(report.loss());
      nanos += report.nanos();
      tokens += report.tokens();
      if (!report.ranks().isEmpty()) {
        peak = Math.max(peak, present());
      }
      if (between > 0 && (report.step() + 1) % between == 0) {
        normsByStep.put(report.step() + 1, norm());
      }
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      evaluations.add(score(evaluation));
    }

    @Override
    public void notLearning(String message) {
      warnings.add(message);
    }

    double finalLoss() {
      int last = Math.max(1, losses.size() / 20);
      return losses.stream()
          .skip(Math.max(0, losses.size() - last))
          .mapToDouble(Double::doubleValue)
          .average()
          .orElse(Double.NaN);
    }

    /// Parameters of the factors that are there, masked ones included.
    private long present() {
      return model.adapters().values().stream()
          .mapToLong(a -> cost(a, a instanceof SvdLinear svd ? svd.triplets() : a.rank()))
          .sum();
    }

    /// Parameters of the factors that are alive.
    long alive() {
      return model.adapters().values().stream().mapToLong(a -> cost(a, a.rank())).sum();
    }

    /// λ can be multiplied into P, so it is not counted.
    private static long cost(Adapter adapter, int rank) {
      Shape shape = adapter.weight().shape();
      return (long) rank * (shape.dim(0) + shape.dim(1));
    }

    /// √(Σ ‖ΔW‖²) over the adapted matrices.
    private double norm() {
      double squares = 0;
      for (Adapter adapter : model.adapters().values()) {
        Tensor delta = adapter.delta();
        for (int i = 0; i < delta.size(); i++) {
          double value = delta.array()[i];
          squares += value * value;
        }
      }
      return Math.sqrt(squares);
    }
  }
}
