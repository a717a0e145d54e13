package jada.bench;

import jada.adalora.AdaLora;
import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptedModel;
import jada.adalora.FineTuner;
import jada.adalora.Method;
import jada.adalora.Steps;
import jada.adalora.Task;
import jada.adalora.TrainingListener;
import jada.adalora.TrainingOptions;
import jada.adalora.data.Dataset;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Times whole training steps on random full-length texts and prints one line, as the script
/// `compare/step.py` expects it of either side: the least and the median time of a step, tokens a
/// second, bytes that the calling thread allocates a step, and peak resident memory.
///
/// Schedule as on the other side: budget 12 -> 4 from step 2 to the middle of max(4·steps, 100).
final class StepTiming {
  private static final int VOCABULARY = 30_522;

  private StepTiming() {}

  /// @param arguments `minilm|distilbert adalora|lora BATCH LENGTH STEPS [THREADS]`
  public static void main(String... arguments) throws IOException {
    if (arguments.length < 5) {
      throw new IllegalArgumentException(
          "usage: minilm|distilbert adalora|lora BATCH LENGTH STEPS [THREADS]");
    }
    Method method = Method.valueOf(arguments[1].toUpperCase(Locale.ROOT));
    int batch = Integer.parseInt(arguments[2]);
    int length = Integer.parseInt(arguments[3]);
    int steps = Integer.parseInt(arguments[4]);
    int threads = arguments.length > 5 ? Integer.parseInt(arguments[5]) : 2;
    RandomModel random =
        arguments[0].equals("minilm")
            ? RandomModel.miniLm(VOCABULARY)
            : RandomModel.distilBert(VOCABULARY);
    // One batch, again and again: an epoch is a step, and a run is as many epochs.
    Dataset texts = random.texts(batch, length);
    int planned = Math.max(4 * steps, 100);
    AdaLoraConfig config = AdaLoraConfig.defaults().withInitRank(12).withMethod(method);
    if (method == Method.ADALORA) {
      config = config.withTinit(Steps.of(2)).withTfinal(Steps.of(planned / 2));
    }
    AdaptedModel model = AdaLora.adapt(random.model(), Task.classification("no", "yes"), config);
    Times times = new Times();
    FineTuner.of(model)
        .options(
            TrainingOptions.defaults()
                .withEpochs(planned)
                .withBatchSize(batch)
                .withThreads(threads)
                .withMaxLength(length))
        .listener(times)
        .stopWhen(() -> times.nanos.size() >= steps)
        .run(texts, Dataset.of("dev", texts.examples().subList(0, 1)));
    times.print(String.join(" ", arguments), batch * length);
  }

  private static final class Times implements TrainingListener {
    private final List<Long> nanos = new ArrayList<>();
    private final com.sun.management.ThreadMXBean memory =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Long> allocated = new ArrayList<>();

    @Override
    public void stepped(StepReport report) {
      nanos.add(report.nanos());
      allocated.add(memory.getCurrentThreadAllocatedBytes());
    }

    void print(String what, int tokens) throws IOException {
      List<Long> sorted = nanos.stream().sorted().toList();
      double median = sorted.get(sorted.size() / 2) * 1e-6;
      long bytes =
          nanos.size() < 2 ? 0 : (allocated.getLast() - allocated.get(0)) / (nanos.size() - 1);
      System.out.printf(
          Locale.ROOT,
          "%s min %.0f ms med %.0f ms tokens/s %.0f allocated %.1f MB/step rss %d MB%n",
          what,
          sorted.getFirst() * 1e-6,
          median,
          tokens / median * 1e3,
          bytes * 1e-6,
          peakResidentMegabytes());
    }

    /// From `/proc`, where there is one; else 0.
    private static long peakResidentMegabytes() throws IOException {
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
}

// java --add-modules jdk.incubator.vector -XX:+UseParallelGC -cp bench/target/benchmarks.jar \
//   jada.bench.StepTiming minilm adalora 16 64 40
