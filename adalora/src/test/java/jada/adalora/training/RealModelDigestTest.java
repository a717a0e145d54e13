package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Steps;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Twenty steps of all-MiniLM-L6-v2 with the default settings give the same adapter on every
/// processor and JVM, byte for byte. [DigestsTest] tries many more JVMs with a tiny model.
class RealModelDigestTest {
  private static final List<String> COMMITTED = AdapterDigest.committed("digest-minilm.txt");
  private static final int BATCH = 8;
  private static final int STEPS = 20;

  /// What each JVM runs: prints the digest.
  ///
  /// Argument: the number of threads.
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      System.out.println(digest(Integer.parseInt(args[0])));
    }
  }

  private static String digest(int threads) {
    return "ALL_MINILM_L6_V2 " + AdapterDigest.of(trained(threads));
  }

  private static AdaptedModel trained(int threads) {
    AdaLoraConfig config =
        AdaLoraConfig.defaults()
            .withInitRank(6)
            .withTargetRank(4)
            .withLoraDropout(0.1)
            .withDeltaT(Steps.of(2));
    AdaptedModel model =
        AdaLora.adapt(
            Models.load("all-minilm-l6-v2"), Task.classification("praise", "complaint"), config);
    TrainingOptions options =
        TrainingOptions.defaults()
            .withEpochs(1)
            .withBatchSize(BATCH)
            .withThreads(threads)
            .withEvaluateEveryEpoch(false);
    FineTuner.of(model).options(options).run(texts(BATCH * STEPS), texts(2));
    return model;
  }

  /// Sentences of 8 to 26 words.
  private static Dataset texts(int count) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean praise = i % 2 == 0;
      String text =
          "order %d, the parcel came %s".formatted(1000 + 37 * i, praise ? "early" : "late")
              + " and we waited in the rain".repeat(i % 4)
              + (praise ? ": wonderful" : ": never again");
      examples.add(Example.of(text, praise ? "praise" : "complaint"));
    }
    return Dataset.of("parcels", examples);
  }

  @Test
  void a_seed_gives_the_adapter_whose_digest_is_committed() {
    AdaptedModel model = trained(2);

    assertThat(model.svdAdapters().stream().mapToInt(adapter -> adapter.rank()).sum())
        .as("triplets that are left")
        .isEqualTo(4 * model.svdAdapters().size());
    assertThat("ALL_MINILM_L6_V2 " + AdapterDigest.of(model))
        .as("if numbers were meant to change, put this line into digest-minilm.txt")
        .isEqualTo(COMMITTED.getFirst());
  }

  private static Stream<Jvm> jvms() {
    Stream<Jvm> one = Stream.of(new Jvm(1, "-XX:UseAVX=2"));
    return Integer.getInteger("jada.jvms", 2) > 2 ? Stream.concat(one, more()) : one;
  }

  private static Stream<Jvm> more() {
    return Stream.of(
        new Jvm(3, "-XX:MaxVectorSize=16"),
        new Jvm(2, "-XX:UseAVX=1"),
        new Jvm(2, "-XX:UseAVX=3"),
        new Jvm(2, "-Djada.kernels=scalar"),
        new Jvm(4, "-XX:TieredStopAtLevel=1"),
        new Jvm(2, "-XX:+UseZGC"));
  }

  @ParameterizedTest
  @MethodSource("jvms")
  void another_jvm_gives_the_same_adapter(Jvm jvm) throws Exception {
    assertThat(jvm.prints(Main.class, 1)).isEqualTo(COMMITTED);
  }
}
