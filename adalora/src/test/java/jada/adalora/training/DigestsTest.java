package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.BertConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A seed gives the same adapter on every processor and JVM, byte for byte: three short runs leave
/// files with the SHA-256 in `digests.txt`.
///
/// No size is a multiple of 16, so that every kernel has an end that does not fill a vector; a
/// batch has more than one block of 16,384 elements.
class DigestsTest {
  private static final BertConfig CONFIG =
      new BertConfig(20, 72, 2, 4, 140, 40, 2, 1e-12f, 0.1f, 0.1f);

  private static final List<String> COMMITTED = AdapterDigest.committed("digests.txt");

  /// Whether to try all JVMs, as `-Pnightly` does, or a few.
  private static final boolean ALL = Integer.getInteger("jada.jvms", 2) > 2;

  /// What each JVM runs: prints the digests of the runs.
  ///
  /// Argument: the number of threads.
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      digests(Integer.parseInt(args[0])).forEach(System.out::println);
    }
  }

  private enum Run {
    ADALORA_WITH_PRUNING(AdaLoraConfig.penalized(), Method.ADALORA, TinyRun.TASK),
    LORA(AdaLoraConfig.penalized(), Method.LORA, TinyRun.TASK),
    REGRESSION(AdaLoraConfig.penalized(), Method.ADALORA, Task.regression()),
    EXACT_FACTORS(AdaLoraConfig.exact(), Method.ADALORA, TinyRun.TASK);

    private final AdaLoraConfig settings;
    private final Method method;
    private final Task task;

    Run(AdaLoraConfig settings, Method method, Task task) {
      this.settings = settings;
      this.method = method;
      this.task = task;
    }

    private AdaptedModel model() {
      AdaLoraConfig config =
          settings
              .withMethod(method)
              .withInitRank(5)
              .withTargetRank(3)
              .withLoraDropout(this == LORA ? 0 : 0.1)
              .withDeltaT(Steps.of(2))
              .withTargetModules(TargetModules.named("query", "key", "value", "dense"));
      return AdaLora.adapt(TinyBert.encoder(CONFIG), task, config, 3);
    }

    private AdaptedModel trained(int threads) {
      AdaptedModel model = model();
      TrainingOptions options =
          TrainingOptions.defaults()
              .withEpochs(5)
              .withBatchSize(12)
              .withMaxLength(40)
              .withLearningRate(1e-2)
              .withMaxGradNorm(1)
              .withThreads(threads);
      FineTuner.of(model).options(options).run(data("train", 24, task), data("dev", 6, task));
      return model;
    }
  }

  /// Texts that begin with one of two letters; as numbers, their length.
  private static Dataset data(String name, int examples, Task task) {
    Dataset texts = DeterminismTest.texts(name, examples, examples);
    return task.labels().isEmpty()
        ? Dataset.of(name, texts.examples().stream().map(DigestsTest::measured).toList())
        : texts;
  }

  private static Example measured(Example example) {
    return Example.of(example.text(), Double.toString(example.text().length() / 40.0));
  }

  private static List<String> digests(int threads) {
    List<String> lines = new ArrayList<>();
    for (Run run : Run.values()) {
      lines.add(run + " " + AdapterDigest.of(run.trained(threads)));
    }
    return lines;
  }

  @Test
  void a_seed_gives_the_adapters_whose_digests_are_committed() throws Exception {
    assertThat(digests(2))
        .as("if numbers were meant to change, put these lines into src/test/resources/digests.txt")
        .isEqualTo(COMMITTED);
  }

  /// The runs are worth comparing: ranks fell, and all parts were trained.
  @ParameterizedTest
  @EnumSource
  void the_runs_train(Run run) {
    AdaptedModel before = run.model();
    AdaptedModel model = run.trained(1);

    assertThat(TinyRun.bits(model)).isNotEqualTo(TinyRun.bits(before));
    if (run.method == Method.ADALORA) {
      List<Integer> ranks = model.svdAdapters().stream().map(SvdLinear::rank).toList();
      assertThat(ranks.stream().mapToInt(rank -> rank).sum()).isEqualTo(3 * ranks.size());
      assertThat(ranks.stream().distinct().count()).as("different ranks").isGreaterThan(1);
    }
  }

  private static Stream<Jvm> jvms() {
    Stream<Jvm> few =
        Stream.of(
            new Jvm(3, "-XX:MaxVectorSize=16"),
            new Jvm(1, "-XX:UseAVX=2"),
            new Jvm(3, "-Djada.kernels=scalar"),
            new Jvm(1, "-XX:TieredStopAtLevel=1"));
    return ALL ? Stream.concat(few, more()) : few;
  }

  private static Stream<Jvm> more() {
    return Stream.of(
        new Jvm(1, "-XX:MaxVectorSize=32"),
        new Jvm(4, "-XX:MaxVectorSize=64"),
        new Jvm(2, "-XX:UseAVX=1"),
        new Jvm(2, "-XX:UseAVX=3"),
        new Jvm(2, "-XX:UseAVX=0"), // without fused multiply-add
        new Jvm(1, "-XX:-UseFMA -Djada.kernels=scalar"),
        new Jvm(2, "-Xint"),
        new Jvm(2, "-Xcomp"),
        new Jvm(2, "-XX:-TieredCompilation"),
        new Jvm(1, "-XX:+UseSerialGC"),
        new Jvm(2, "-XX:+UseParallelGC"),
        new Jvm(3, "-XX:+UseG1GC"),
        new Jvm(4, "-XX:+UseZGC"));
  }

  @ParameterizedTest
  @MethodSource("jvms")
  void another_jvm_gives_the_same_adapters(Jvm jvm) throws Exception {
    assertThat(jvm.prints(Main.class, COMMITTED.size())).isEqualTo(COMMITTED);
  }
}
