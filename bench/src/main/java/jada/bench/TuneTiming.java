package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Methods;
import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.Labels;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.model.Task;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingOptions;
import java.nio.file.Path;
import java.util.Locale;

/// Fine-tunes a real model on real texts for one epoch, as `compare/epoch.py` and
/// `compare/startup.py` let PyTorch do. Prints a line when the first step is done, and one at the
/// end: the seconds from the beginning of the first step to the end of the last, without loading,
/// tokenizing and scoring.
///
/// AdaLoRA with 12 to 4 triplets a matrix; LoRA of rank 4.
final class TuneTiming {
  private TuneTiming() {}

  /// @param arguments `MODEL TRAIN adalora|lora BATCH LENGTH THREADS`: a model by name or folder, a
  ///   file of texts and labels, tokens at which texts are cut
  public static void main(String... arguments) {
    if (arguments.length != 6) {
      throw new IllegalArgumentException("usage: MODEL TRAIN adalora|lora BATCH LENGTH THREADS");
    }
    Dataset train = new DatasetReader().read(Path.of(arguments[1]));
    AdaLoraConfig config =
        AdaLoraConfig.penalized()
            .withInitRank(12)
            .withTargetRank(4)
            .withMethod(Methods.named(arguments[2].toLowerCase(Locale.ROOT)).orElseThrow());
    AdaptedModel model =
        AdaLora.adapt(
            Models.load(arguments[0]), Task.classification(Labels.of(train).names()), config);
    TrainingOptions options =
        TrainingOptions.defaults()
            .withEpochs(1)
            .withLearningRate(1e-3)
            .withBatchSize(Integer.parseInt(arguments[3]))
            .withMaxLength(Integer.parseInt(arguments[4]))
            .withThreads(Integer.parseInt(arguments[5]));
    Clock clock = new Clock();
    Dataset dev = Dataset.of("dev", train.examples().subList(0, 1));
    FineTuner.of(model).options(options).listener(clock).run(train, dev);
    System.out.printf(
        Locale.ROOT,
        "%d steps %d tokens %.3f s%n",
        clock.steps,
        clock.tokens,
        (clock.end - clock.start) * 1e-9);
  }

  private static final class Clock implements TrainingListener {
    private long start;
    private long end;
    private int steps;
    private long tokens;

    @Override
    public void started(RunPlan plan) {
      start = System.nanoTime();
    }

    @Override
    public void stepped(StepReport report) {
      end = System.nanoTime();
      tokens += report.tokens();
      if (++steps == 1) {
        System.out.println("step " + steps + " done");
      }
    }
  }
}

// java --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmn32m -cp bench/target/benchmarks.jar
// \
//   jada.bench.TuneTiming all-minilm-l6-v2 train.tsv adalora 32 64 2
