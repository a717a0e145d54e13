package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.Steps;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.training.TrainingOptions;
import jada.tensor.Workers;
import jada.tensor.kernel.Peak;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Times whole training steps on random full-length texts and prints one line, as the script
/// `compare/step.py` expects it of either side: the least and the median time of a step, tokens a
/// second, the share of the machine's multiply-add peak that the matrix products of a whole step
/// reach, bytes that all threads allocate a step in the second half of the run, and peak resident
/// memory. The peak is measured again after every step; the share is the median of the shares.
///
/// Schedule as on the other side: budget 12 -> 4 from step 2 to the middle of max(4·steps, 100).
final class StepTiming {
  private static final int VOCABULARY = 30_522;
  private static final int PEAK_ROUNDS = 3; // 2 ms each

  private StepTiming() {}

  /// @param arguments `minilm|distilbert|tiny adalora|lora BATCH LENGTH STEPS [THREADS]`
  public static void main(String... arguments) throws IOException {
    if (arguments.length < 5) {
      throw new IllegalArgumentException(
          "usage: minilm|distilbert|tiny adalora|lora BATCH LENGTH STEPS [THREADS]");
    }
    Method method = Methods.named(arguments[1].toLowerCase(Locale.ROOT)).orElseThrow();
    int batch = Integer.parseInt(arguments[2]);
    int length = Integer.parseInt(arguments[3]);
    int steps = Integer.parseInt(arguments[4]);
    int threads = arguments.length > 5 ? Integer.parseInt(arguments[5]) : 2;
    RandomModel random = RandomModel.named(arguments[0], VOCABULARY);
    int planned = Math.max(4 * steps, 100);
    AdaLoraConfig config = AdaLoraConfig.penalized().withInitRank(12).withMethod(method);
    if (method == Method.ADALORA) {
      config = config.withTinit(Steps.of(2)).withTfinal(Steps.of(planned / 2));
    }
    AdaptedModel model = AdaLora.adapt(random.model(), Task.classification("no", "yes"), config);
    TrainingOptions options =
        TrainingOptions.defaults().withEpochs(planned).withThreads(threads).withMaxLength(length);
    List<Double> millis = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    long bytes = 0;
    try (PacedRun run = PacedRun.of(model, options, random.texts(batch, length));
        Workers workers = Workers.of(threads)) {
      for (int i = 0; i < steps; i++) {
        PacedRun.Step step = run.step();
        millis.add(step.millis());
        double peak = Peak.gigaflops(workers::dispatch, threads, PEAK_ROUNDS);
        shares.add((double) step.operations() / step.nanos() / peak);
        if (i == steps / 2) {
          bytes = allocated();
        }
      }
      bytes = allocated() - bytes;
    }
    double median = Median.of(millis);
    System.out.printf(
        Locale.ROOT,
        "%s min %.0f ms med %.0f ms tokens/s %.0f peak %.1f %% allocated %.3f MB/step rss %d MB%n",
        String.join(" ", arguments),
        millis.stream().min(Double::compare).orElseThrow(),
        median,
        batch * length / median * 1e3,
        100 * Median.of(shares),
        bytes * 1e-6 / Math.max(1, steps - 1 - steps / 2),
        peakResidentMegabytes());
  }

  /// Bytes that all threads have allocated, ended ones included.
  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getTotalThreadAllocatedBytes();
  }

  /// From `/proc`, where there is one; else 0.
  static long peakResidentMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .sum();
    }
  }
}

// java --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmn32m -cp bench/target/benchmarks.jar
// \
//   jada.bench.StepTiming minilm adalora 16 64 40
