package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Methods;
import jada.adalora.Steps;
import jada.adalora.data.Dataset;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingOptions;
import jada.adalora.training.TrainingResult;
import jada.nn.checkpoint.PretrainedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Whole training steps of a network with the sizes of all-MiniLM-L6-v2 on 16 texts of 64 tokens:
/// batch, forward, loss, penalty, gradients, optimizer, scores, allocation. Baseline: method LORA
/// of the rank that AdaLoRA has on average in the end.
///
/// An operation is a run of 12 steps, with all that surrounds them. The counters tell what counts,
/// the median time of a step in milliseconds: `before`, while each matrix has its 12 triplets, and
/// `after`, when 4 are left on average.
///
/// Random weights: the time does not depend on their values.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
public class StepBenchmark extends Measured {
  private static final int STEPS = 12;
  private static final int TINIT = 5;
  private static final int TFINAL = 6;
  private static final int VOCABULARY = 1005;

  /// What is trained.
  @Param({"adalora", "lora"})
  public String method;

  /// Texts in a batch.
  @Param({"16"})
  public int texts;

  /// Tokens of a text.
  @Param({"64"})
  public int length;

  /// Threads that compute.
  @Param({"2"})
  public int threads;

  private final Task task = Task.classification("no", "yes");
  private PretrainedModel base;
  private Dataset train;
  private TrainingOptions options;

  /// Makes model and texts and checks that a run takes the steps and tokens that it should.
  @Setup
  public void prepare() {
    RandomModel random = RandomModel.miniLm(VOCABULARY);
    base = random.model();
    train = random.texts(STEPS * texts, length);
    options = TrainingOptions.defaults().withEpochs(1).withBatchSize(texts).withThreads(threads);
    TrainingResult result = steps(TrainingListener.SILENT);
    Checks.close("tokens", result.tokens(), STEPS * texts * length, 0, 0);
  }

  /// Times of steps.
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Millis implements TrainingListener {
    /// Median of the steps before the budget falls.
    public double before;

    /// Median of the steps after the last allocation.
    public double after;

    private final List<Double> times = new ArrayList<>();

    @Override
    public void stepped(StepReport report) {
      times.add(report.nanos() / 1e6);
      if (times.size() == STEPS) {
        before = Median.of(times.subList(1, TINIT + 1));
        after = Median.of(times.subList(STEPS - TFINAL + 1, STEPS));
        times.clear();
      }
    }
  }

  private TrainingResult steps(TrainingListener listener) {
    AdaLoraConfig config =
        AdaLoraConfig.penalized()
            .withInitRank(12)
            .withMethod(Methods.named(method).orElseThrow())
            .withTinit(Steps.of(TINIT))
            .withTfinal(Steps.of(TFINAL));
    AdaptedModel model = AdaLora.adapt(base, task, config);
    Dataset dev = Dataset.of("dev", train.examples().subList(0, 1));
    return FineTuner.of(model).options(options).listener(listener).run(train, dev);
  }

  /// Twelve steps.
  @Benchmark
  public TrainingResult run(Millis millis) {
    return steps(millis);
  }
}

// java -jar bench/target/benchmarks.jar StepBenchmark
