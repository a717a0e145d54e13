package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.Compaction;
import jada.adalora.data.Example;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.TrainingListener.StepReport;
import jada.nn.text.Input;
import jada.tensor.Workers;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is only seen in long runs. `-Djada.soak=N` trains for N steps.
@Timeout(1800)
class SoakTest {
  private static final int STEPS = Integer.getInteger("jada.soak", 400);

  /// The sizes of live data wander by some hundred kilobytes as the JVM compiles and loads classes.
  private static final long TOLERANCE = 4L << 20;

  private static final int BATCH = 8;

  private static long liveBytes() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  @Test
  void memory_does_not_grow_with_the_steps() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG.withCompact(Compaction.NEVER));
    List<Long> live = new ArrayList<>();
    TrainingListener measure =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            if ((report.step() + 1) % (STEPS / 4) == 0) {
              live.add(liveBytes());
            }
          }
        };
    // A run keeps the score of every epoch, and here an epoch has six steps: they are left out.
    FineTuner.of(model)
        .options(
            TinyRun.OPTIONS.withEvaluateEveryEpoch(false).withEpochs(STEPS).withMaxSteps(STEPS))
        .listener(measure)
        .run(TinyRun.TRAIN, TinyRun.DEV);

    assertThat(live).hasSize(4);
    assertThat(live.getLast()).as("live bytes %s", live).isLessThan(live.getFirst() + TOLERANCE);
    assertThat(model.budget()).isEqualTo(2 * model.svdAdapters().size());
    System.out.printf("%,d steps; live bytes after each quarter: %s%n", STEPS, live);
  }

  /// Batches of several blocks of work each; every second one on workers that all share, which
  /// serve one caller at a time.
  @Test
  void eight_threads_on_one_model_predict_what_one_thread_predicts() throws Exception {
    AdaptedModel model =
        AdaLora.adapt(TinyBert.encoder(DeterminismTest.CONFIG), TinyRun.TASK, TinyRun.CONFIG, 3);
    TinyBert.pretendTraining(model, 5);
    Predictor predictor = Predictor.of(model);
    List<List<Input>> batches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batches.add(
          DeterminismTest.texts("batch", BATCH, i).examples().stream()
              .map(Example::input)
              .toList());
    }
    List<List<Prediction>> expected = batches.stream().map(predictor::predict).toList();

    try (ExecutorService pool = Executors.newFixedThreadPool(8);
        Workers workers = Workers.of(3)) {
      List<Callable<List<Prediction>>> work = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        List<Input> batch = batches.get(i % batches.size());
        Supplier<List<Prediction>> predict = () -> predictor.predict(batch);
        work.add(i % 2 == 0 ? predict::get : () -> workers.call(predict));
      }
      List<Future<List<Prediction>>> answers = pool.invokeAll(work);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).isEqualTo(expected.get(i % batches.size()));
      }
    }
    System.out.printf("%,d predictions from 8 threads are those of one%n", STEPS * BATCH);
  }
}
