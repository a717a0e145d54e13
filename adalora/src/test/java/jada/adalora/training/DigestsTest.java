package jada.adalora.training;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.BertConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
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

  /// Whether to try all JVMs, as `-Pnightly` does, or a few.
  private static final boolean ALL = Integer.getInteger("jada.jvms", 2) > 2;

  /// What each JVM runs: prints the digests of the runs.
  ///
  /// Argument: the number of threads.
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
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

  private static List<String> digests(int threads) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Run run : Run.values()) {
      Path folder = Files.createTempDirectory("adapter");
      try {
        PeftFolder.save(run.trained(threads), folder);
        byte[] file = Files.readAllBytes(folder.resolve("adapter_model.safetensors"));
        lines.add(run + " " + sha256(file));
      } finally {
        delete(folder);
      }
    }
    return lines;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static List<String> committed() throws IOException {
    try (InputStream file = DigestsTest.class.getResourceAsStream("/digests.txt")) {
      return new String(file.readAllBytes(), UTF_8).lines().toList();
    }
  }

  @Test
  void a_seed_gives_the_adapters_whose_digests_are_committed() throws Exception {
    assertThat(digests(2))
        .as("if numbers were meant to change, put these lines into src/test/resources/digests.txt")
        .isEqualTo(committed());
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

  /// @param threads number of threads
  /// @param options of the JVM, separated by blanks
  private record Jvm(int threads, String options) {}

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
    assertThat(digestsIn(jvm)).isEqualTo(committed());
  }

  /// What the JVM prints last; before it there may be warnings.
  private static List<String> digestsIn(Jvm jvm) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of(jvm.options.split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.add(Integer.toString(jvm.threads));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> said = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).as("%s", said).isZero();
    return said.subList(Math.max(0, said.size() - Run.values().length), said.size());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
