package jada.bench;

import jada.adalora.AdaLora;
import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptedModel;
import jada.adalora.FineTuner;
import jada.adalora.Method;
import jada.adalora.Steps;
import jada.adalora.Task;
import jada.adalora.TrainingOptions;
import jada.adalora.TrainingResult;
import jada.adalora.data.Dataset;
import jada.nn.PretrainedModel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Whole training steps of a network with the sizes of all-MiniLM-L6-v2 on 16 texts of 64 tokens:
/// forward, loss, penalty, gradients, optimizer, scores, allocation. A measured operation is one
/// step of a run of eight, building batches included. Baseline: method LORA of the same rank.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3)
@Measurement(iterations = 7)
public class StepBenchmark {
  private static final int STEPS = 8;
  private static final int TEXTS = 16;
  private static final int TOKENS = 64;
  private static final int VOCABULARY = 1005;

  /// What is trained.
  @Param({"ADALORA", "LORA"})
  public Method method;

  /// Threads that compute.
  @Param({"2"})
  public int threads;

  private final Task task = Task.classification("no", "yes");
  private PretrainedModel base;
  private Dataset train;
  private TrainingOptions options;

  /// Makes model and texts and checks that a run takes the steps and tokens that it should.
  @Setup
  public void prepare() throws IOException {
    RandomModel random = RandomModel.miniLm(VOCABULARY);
    base = random.model();
    train = random.texts(STEPS * TEXTS, TOKENS);
    options = TrainingOptions.defaults().withEpochs(1).withBatchSize(TEXTS).withThreads(threads);
    TrainingResult result = steps();
    Checks.close("tokens", result.tokens(), STEPS * TEXTS * TOKENS, 0, 0);
  }

  private TrainingResult steps() {
    AdaLoraConfig config =
        AdaLoraConfig.defaults().withMethod(method).withTinit(Steps.of(1)).withTfinal(Steps.of(4));
    AdaptedModel model = AdaLora.adapt(base, task, config);
    Dataset dev = Dataset.of("dev", train.examples().subList(0, 1));
    return FineTuner.of(model).options(options).run(train, dev);
  }

  /// Eight steps.
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public TrainingResult step() {
    return steps();
  }
}

// java -jar bench/target/benchmarks.jar StepBenchmark -f 5
