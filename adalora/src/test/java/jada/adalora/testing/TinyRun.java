package jada.adalora.testing;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.model.SingleLabelTask;
import jada.adalora.model.Task;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingListener.StepReport;
import jada.adalora.training.TrainingOptions;
import jada.autograd.Parameter;
import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A run that takes a fraction of a second: [TinyBert] learns whether `a` is among three words.
public final class TinyRun {
  public static final SingleLabelTask TASK = Task.classification("no", "yes");
  public static final Dataset TRAIN = words("train", 44, 1);
  public static final Dataset DEV = words("dev", 16, 2);

  /// 18 steps in 3 epochs, the last batch of each smaller than the others.
  public static final TrainingOptions OPTIONS =
      TrainingOptions.defaults()
          .withEpochs(3)
          .withBatchSize(8)
          .withLearningRate(1e-2)
          .withMaxGradNorm(1)
          .withThreads(1);

  public static final AdaLoraConfig CONFIG =
      AdaLoraConfig.penalized()
          .withInitRank(4)
          .withTargetRank(2)
          .withLoraDropout(0.1)
          .withDeltaT(Steps.of(2))
          .withTargetModules(TargetModules.named("query", "key", "value", "dense"));

  /// The same ranks, schedule and layers with factors that stay an exact decomposition.
  public static final AdaLoraConfig EXACT =
      AdaLoraConfig.exact()
          .withInitRank(4)
          .withTargetRank(2)
          .withLoraDropout(0.1)
          .withDeltaT(Steps.of(2))
          .withTargetModules(CONFIG.targetModules());

  private TinyRun() {}

  public static Dataset words(String name, int examples, long seed) {
    RandomSource random = RandomSource.of(seed);
    List<Example> list = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      List<String> text = new ArrayList<>();
      for (int w = 0; w < 3; w++) {
        text.add(String.valueOf((char) ('b' + random.nextInt(14))));
      }
      if (i % 2 == 0) {
        text.set(random.nextInt(3), "a");
      }
      list.add(Example.of(String.join(" ", text), i % 2 == 0 ? "yes" : "no"));
    }
    return Dataset.of(name, list);
  }

  public static AdaptedModel model(AdaLoraConfig config) {
    return AdaLora.adapt(TinyBert.encoder(), TASK, config, 3);
  }

  /// Every bit that training changes: values, and which triplets are alive.
  public static Map<String, List<Integer>> bits(AdaptedModel model) {
    Map<String, List<Integer>> bits = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      List<Integer> of = new ArrayList<>();
      for (float value : parameter.value().array()) {
        of.add(Float.floatToRawIntBits(value));
      }
      bits.put(parameter.name() + parameter.shape(), of);
    }
    for (SvdLinear adapter : model.svdAdapters()) {
      bits.put(adapter.name() + " alive", adapter.survivors().stream().boxed().toList());
    }
    return bits;
  }

  /// What a run reports, times left out.
  public static final class Record implements TrainingListener {
    public final List<StepReport> steps = new ArrayList<>();
    public final List<Evaluation> evaluations = new ArrayList<>();
    public final List<Resumption> resumptions = new ArrayList<>();

    @Override
    public void stepped(StepReport r) {
      steps.add(
          new StepReport(
              r.step(),
              r.epoch(),
              r.loss(),
              r.orthReg(),
              r.learningRate(),
              r.budget(),
              r.activeTriplets(),
              r.tokens(),
              0,
              r.ranks()));
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      evaluations.add(evaluation);
    }

    @Override
    public void resumed(Resumption from) {
      resumptions.add(from);
    }
  }
}
