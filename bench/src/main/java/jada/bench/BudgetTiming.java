package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Importance;
import jada.adalora.Method;
import jada.adalora.Orthogonality;
import jada.adalora.RankAllocator;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.adalora.data.Dataset;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.training.TrainingOptions;
import jada.autograd.Gradients;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/// What AdaLoRA costs beside LoRA, measured in turns in one JVM: whole steps of both, and the three
/// things that only AdaLoRA does, on adapters as the model has them. Prints two Markdown tables.
///
/// Three runs of a network with the sizes of all-MiniLM-L6-v2 on full-length texts take a step each
/// in every round:
///
/// - AdaLoRA with 12 triplets a matrix, as before the budget falls: scores are kept, nothing is
///   pruned;
/// - AdaLoRA after the last allocation: 4 triplets a matrix on average, the dead ones dropped;
/// - LoRA of rank 4.
///
/// A ratio is the median of the rounds' ratios.
final class BudgetTiming {
  private static final int VOCABULARY = 1005;
  private static final int WARM_UP = 15;
  private static final int TARGET = 4;
  private static final int LONG = 1_000_000; // more steps than are ever taken
  private static final String START = "AdaLoRA, 12 triplets a matrix";
  private static final String PRUNED = "AdaLoRA, 4 triplets on average, the dead ones dropped";
  private static final String LORA = "LoRA, rank 4";

  private BudgetTiming() {}

  /// @param arguments `minilm|distilbert|tiny BATCH LENGTH ROUNDS [THREADS]`
  public static void main(String... arguments) {
    if (arguments.length < 4) {
      throw new IllegalArgumentException(
          "usage: minilm|distilbert|tiny BATCH LENGTH ROUNDS [THREADS]");
    }
    RandomModel random = RandomModel.named(arguments[0], VOCABULARY);
    int batch = Integer.parseInt(arguments[1]);
    int length = Integer.parseInt(arguments[2]);
    int rounds = Integer.parseInt(arguments[3]);
    int threads = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 2;
    PretrainedModel base = random.model();
    Dataset texts = random.texts(batch, length);
    TrainingOptions options =
        TrainingOptions.defaults().withEpochs(LONG).withMaxLength(length).withThreads(threads);
    AdaLoraConfig config = AdaLoraConfig.penalized().withInitRank(12).withTargetRank(TARGET);
    AdaptedModel start =
        adapted(base, config.withTinit(Steps.of(LONG / 2)).withTfinal(Steps.of(LONG / 4)));
    AdaptedModel pruned =
        adapted(base, config.withTinit(Steps.of(0)).withTfinal(Steps.of(LONG - 4)));
    AdaptedModel lora = adapted(base, config.withMethod(Method.LORA));
    Map<String, List<Double>> millis;
    try (PacedRun startRun = PacedRun.of(start, options, texts);
        PacedRun prunedRun = PacedRun.of(pruned, options, texts);
        PacedRun loraRun = PacedRun.of(lora, options, texts);
        Workers workers = Workers.of(threads)) {
      Map<String, DoubleSupplier> turns = new LinkedHashMap<>();
      turns.put(START, () -> startRun.step().millis());
      turns.put(PRUNED, () -> prunedRun.step().millis());
      turns.put(LORA, () -> loraRun.step().millis());
      parts(adapted(base, config).svdAdapters(), config)
          .forEach((name, part) -> turns.put(name, () -> workers.call(() -> millis(part))));
      millis = take(turns, rounds);
    }
    requirePruned(pruned);
    print(String.join(" ", arguments), millis);
  }

  /// Takes turns; the first in one round is the last in the next, so that none always follows the
  /// same other one closely.
  private static Map<String, List<Double>> take(Map<String, DoubleSupplier> turns, int rounds) {
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    List<String> order = new ArrayList<>(turns.keySet());
    order.forEach(name -> millis.put(name, new ArrayList<>()));
    for (int round = 0; round < WARM_UP + rounds; round++) {
      for (String name : order) {
        double time = turns.get(name).getAsDouble();
        if (round >= WARM_UP) {
          millis.get(name).add(time);
        }
      }
      Collections.rotate(order, -1);
    }
    return millis;
  }

  private static AdaptedModel adapted(PretrainedModel base, AdaLoraConfig config) {
    return AdaLora.adapt(base, Task.classification("no", "yes"), config);
  }

  /// What AdaLoRA does in a step and LoRA does not, on the adapters of a whole model.
  private static Map<String, Runnable> parts(List<SvdLinear> adapters, AdaLoraConfig config) {
    List<Importance> importances =
        adapters.stream().map(a -> Importance.of(config, a.values())).toList();
    List<List<Triplets>> gradients = new ArrayList<>();
    for (int i = 0; i < 8; i++) { // with the same ones for ever the scores would become denormal
      RandomSource random = RandomSource.of(i);
      gradients.add(adapters.stream().map(a -> like(a.values(), random)).toList());
    }
    int[] calls = {0};
    List<float[]> latest = new ArrayList<>();
    Runnable scores =
        () -> {
          List<Triplets> now = gradients.get(calls[0]++ % gradients.size());
          latest.clear();
          for (int m = 0; m < adapters.size(); m++) {
            importances.get(m).observe(adapters.get(m).values(), now.get(m));
            latest.add(importances.get(m).scores());
          }
        };
    Map<String, Runnable> parts = new LinkedHashMap<>();
    parts.put(
        "orthogonality: penalty and its gradient",
        () -> Gradients.of(Orthogonality.penalty(config.orthPenalty(), adapters)));
    parts.put("scores", scores);
    parts.put(
        "allocation: one ranking", () -> RankAllocator.allocate(latest, adapters.size() * TARGET));
    return parts;
  }

  private static Triplets like(Triplets values, RandomSource random) {
    return new Triplets(
        Tensor.normal(values.p().shape(), 0.01f, random),
        Tensor.normal(values.lambda().shape(), 0.01f, random),
        Tensor.normal(values.q().shape(), 0.01f, random));
  }

  private static double millis(Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) * 1e-6;
  }

  /// Fails unless the pruned model has its target, and nothing but living triplets.
  private static void requirePruned(AdaptedModel pruned) {
    int there = pruned.svdAdapters().stream().mapToInt(SvdLinear::triplets).sum();
    Checks.close("triplets left", there, pruned.svdAdapters().size() * TARGET, 0, 0);
  }

  private static void print(String what, Map<String, List<Double>> millis) {
    System.out.printf("%s%n%n| step | ms | of LoRA's |%n|---|---|---|%n", what);
    for (String step : List.of(START, PRUNED, LORA)) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.3f |%n",
          step,
          Median.of(millis.get(step)),
          ratio(millis.get(step), millis.get(LORA)));
    }
    System.out.printf("%n| part | ms | of a step, 12 triplets a matrix |%n|---|---|---|%n");
    millis.forEach(
        (part, times) -> {
          if (!List.of(START, PRUNED, LORA).contains(part)) {
            System.out.printf(
                Locale.ROOT,
                "| %s | %.3f | %.2f %% |%n",
                part,
                Median.of(times),
                100 * ratio(times, millis.get(START)));
          }
        });
  }

  /// The median of the rounds' ratios.
  private static double ratio(List<Double> times, List<Double> to) {
    return Median.of(
        IntStream.range(0, times.size()).mapToObj(i -> times.get(i) / to.get(i)).toList());
  }
}

// java --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmn32m -cp bench/target/benchmarks.jar
// \
//   jada.bench.BudgetTiming minilm 16 64 40
