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
import jada.adalora.data.Example;
import jada.nn.BertConfig;
import jada.nn.PretrainedModel;
import jada.nn.WordPieceTokenizer;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
///
/// Random weights: the time does not depend on their values.
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
  private static final int WORDS = 1000;
  private static final BertConfig MINILM =
      new BertConfig(WORDS + 5, 384, 6, 12, 1536, 512, 2, 1e-12f, 0.1f, 0.1f);

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
    RandomSource random = RandomSource.of(1);
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    for (int i = 0; i < WORDS; i++) {
      words.add("w" + i);
    }
    Path vocabulary = Files.write(Files.createTempFile("vocabulary", ".txt"), words);
    WordPieceTokenizer tokenizer = WordPieceTokenizer.fromVocabulary(vocabulary, true);
    Files.delete(vocabulary);
    base = new PretrainedModel("random", MINILM, tokenizer, weights(random), "none");
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < STEPS * TEXTS; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = 0; w < TOKENS - 2; w++) {
        text.append(" w").append(random.nextInt(WORDS));
      }
      examples.add(Example.of(text.toString(), i % 2 == 0 ? "no" : "yes"));
    }
    train = Dataset.of("random", examples);
    options = TrainingOptions.defaults().withEpochs(1).withBatchSize(TEXTS).withThreads(threads);
    TrainingResult result = steps();
    Checks.close("tokens", result.tokens(), STEPS * TEXTS * TOKENS, 0, 0);
  }

  private static Map<String, Tensor> weights(RandomSource random) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    int c = MINILM.hiddenSize();
    int f = MINILM.intermediateSize();
    put(weights, "embeddings.word_embeddings.weight", random, MINILM.vocabularySize(), c);
    put(weights, "embeddings.position_embeddings.weight", random, MINILM.maxPositions(), c);
    put(weights, "embeddings.token_type_embeddings.weight", random, MINILM.tokenTypes(), c);
    putNorm(weights, "embeddings.LayerNorm", c);
    for (int i = 0; i < MINILM.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
        put(weights, layer + "attention." + name + ".weight", random, c, c);
        put(weights, layer + "attention." + name + ".bias", random, c);
      }
      putNorm(weights, layer + "attention.output.LayerNorm", c);
      put(weights, layer + "intermediate.dense.weight", random, f, c);
      put(weights, layer + "intermediate.dense.bias", random, f);
      put(weights, layer + "output.dense.weight", random, c, f);
      put(weights, layer + "output.dense.bias", random, c);
      putNorm(weights, layer + "output.LayerNorm", c);
    }
    return weights;
  }

  private static void put(
      Map<String, Tensor> weights, String name, RandomSource random, int... dims) {
    weights.put(name, Tensor.normal(Shape.of(dims), 0.02f, random));
  }

  private static void putNorm(Map<String, Tensor> weights, String name, int channels) {
    weights.put(name + ".weight", Tensor.full(Shape.of(channels), 1));
    weights.put(name + ".bias", Tensor.zeros(Shape.of(channels)));
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
