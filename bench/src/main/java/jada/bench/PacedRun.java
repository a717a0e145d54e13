package jada.bench;

import jada.adalora.data.Dataset;
import jada.adalora.model.AdaptedModel;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingOptions;
import jada.tensor.kernel.Effort;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/// A fine-tuning run on one batch that takes one step per call, so that several runs can take turns
/// in one JVM and a disturbance of the machine affects all of them alike.
///
///     try (PacedRun run = PacedRun.of(model, options, texts)) {
///       PacedRun.Step first = run.step();
///     }
final class PacedRun implements AutoCloseable {
  private final Semaphore permits = new Semaphore(0);
  private final BlockingQueue<Optional<Step>> reports = new LinkedBlockingQueue<>();
  private final Effort effort = new Effort();
  private final Thread thread;
  private volatile boolean closed;
  private volatile Optional<RuntimeException> failure = Optional.empty();

  /// A step that was taken.
  ///
  /// @param nanos its time
  /// @param operations multiplications and additions of its matrix products
  record Step(long nanos, long operations) {
    double millis() {
      return nanos * 1e-6;
    }
  }

  private PacedRun(AdaptedModel model, TrainingOptions options, Dataset texts) {
    this.thread = Thread.ofPlatform().daemon().unstarted(() -> run(model, options, texts));
    thread.start();
  }

  /// A run that has taken no step.
  ///
  /// @param options how to train; of its epochs, each is one step
  /// @param texts one batch
  static PacedRun of(AdaptedModel model, TrainingOptions options, Dataset texts) {
    return new PacedRun(
        model, options.withBatchSize(texts.size()).withEvaluateEveryEpoch(false), texts);
  }

  private void run(AdaptedModel model, TrainingOptions options, Dataset texts) {
    try {
      Dataset dev = Dataset.of("dev", texts.examples().subList(0, 1));
      FineTuner tuner =
          FineTuner.of(model).options(options).listener(new Pace()).stopWhen(() -> closed);
      effort.call(() -> tuner.run(texts, dev));
    } catch (RuntimeException e) {
      failure = Optional.of(e);
    } finally {
      reports.add(Optional.empty());
    }
  }

  /// Takes the next step.
  ///
  /// @throws IllegalStateException if the run is over
  Step step() {
    permits.release();
    try {
      return reports
          .take()
          .orElseThrow(
              () -> new IllegalStateException("paced run: it is over", failure.orElse(null)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("paced run: interrupted while a step was taken", e);
    }
  }

  /// Ends the run.
  @Override
  public void close() {
    closed = true;
    permits.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits before every step.
  private final class Pace implements TrainingListener {
    private long operations;

    @Override
    public void started(RunPlan plan) {
      permits.acquireUninterruptibly();
    }

    @Override
    public void stepped(StepReport report) {
      long before = operations;
      operations = effort.operations();
      reports.add(Optional.of(new Step(report.nanos(), operations - before)));
      if (!closed) {
        permits.acquireUninterruptibly();
      }
    }
  }
}
