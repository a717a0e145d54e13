package jada.cli;

import jada.adalora.TrainingDiverged;
import jada.adalora.data.Split;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Evaluator;
import jada.adalora.model.SequenceTask;
import jada.adalora.peft.PeftFolder;
import jada.adalora.training.Checkpoint;
import jada.adalora.training.FineTuner;
import jada.adalora.training.HeadBaseline;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingOptions;
import jada.adalora.training.TrainingResult;
import jada.cli.report.LivePage;
import jada.cli.report.Recorder;
import jada.cli.report.Report;
import jada.cli.report.RunHistory;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.tensor.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Trains and saves the result: the trained adapter, or after Ctrl-C or a loss that is not finite
/// the last good state.
///
/// Disk space for the results is reserved before training begins. If they still cannot be written
/// there, because the folder is gone or no longer writable, they are saved in the folder for
/// temporary files.
final class FinetuneRun {
  /// Bytes per trainable parameter: its value, the optimizer's two moments, and two averages.
  private static final int BYTES_OF_CHECKPOINT = 20;

  /// Record, history and report.
  private static final long BYTES_OF_OTHERS = 4 << 20;

  private final Console console;
  private final AdaptedModel model;
  private final TrainingOptions options;
  private final FineTuner tuner;
  private final Split data;
  private final RunRecord record;
  private final RunFolder folder;
  private final Optional<Path> tracePlace;
  private final History history = new History();
  private final Recorder recorder;
  private final Optional<LivePage> live;

  /// @param live whether a page shows the run live
  FinetuneRun(
      Console console,
      AdaptedModel model,
      TrainingOptions options,
      FineTuner tuner,
      Split data,
      RunRecord record,
      RunFolder folder,
      Optional<Path> tracePlace,
      boolean live) {
    this.console = console;
    this.model = model;
    this.options = options;
    this.tuner = tuner;
    this.data = data;
    this.record = record;
    this.folder = folder;
    this.tracePlace = tracePlace;
    this.recorder = new Recorder(model);
    this.live =
        live
            ? Optional.of(
                new LivePage(
                    model,
                    "Jada, live: %s on %s".formatted(model.base().name(), data.train().name()),
                    uri -> console.say("live page: " + uri)))
            : Optional.empty();
  }

  /// Runs and returns the exit status.
  ///
  /// @param measure whether a baseline is measured first, to compare with ([Baseline])
  /// @param measured its score, if that is known
  /// @param inPlace whether the folder holds or will hold checkpoints while the run goes on
  /// @throws TrainingDiverged if there is no good state to save
  int run(boolean measure, Optional<Evaluation> measured, boolean inPlace) {
    Optional<Baseline> baseline =
        measure
            ? measured.map(score -> new Baseline(model, score)).or(this::baseline)
            : Optional.empty();
    baseline.ifPresent(record::baseline);
    Path aside = inPlace ? folder.openInPlace() : folder.open();
    folder.takeRoom(room());
    keepRecord(aside);
    Path place = tracePlace.orElse(aside.resolve(RunFolder.TRACE));
    try (TraceWriter trace = new TraceWriter(place, folder::giveRoom);
        Interrupts interrupts = interrupts(trace)) {
      Optional<TrainingDiverged> divergence = train(trace, interrupts);
      boolean stopped = divergence.isEmpty() && history.result().isEmpty();
      String status = divergence.isPresent() ? "diverged" : stopped ? "interrupted" : "finished";
      record.finish(status, model, history, baseline);
      save(aside, trace);
      Optional<Path> report = report();
      if (record.isFinished()) {
        folder.removeCheckpoints();
      }
      new Summary(console, model, history, baseline, folder.target(), tracePlace).print();
      if (stopped) {
        console.say("jada: go on with: jada finetune --resume " + folder.target());
      }
      divergence.ifPresent(
          e ->
              console.say(
                  "jada: %s; saved in %s"
                      .formatted(ErrorLine.withOptions(e.getMessage()), folder.target())));
      live.ifPresent(page -> page.ended(status, report));
      return divergence.isPresent() ? ErrorLine.FAILED : stopped ? interrupts.status() : 0;
    } finally {
      live.ifPresent(LivePage::close);
    }
  }

  /// If the process is killed before its first checkpoint, the run can be restarted from the
  /// record.
  private void keepRecord(Path aside) {
    try {
      AtomicFile.writeText(aside.resolve(RunFolder.RECORD), Json.pretty(record.fields()));
    } catch (InputException e) {
      throw folder.failed(e.getCause() instanceof IOException io ? io : new IOException(e));
    }
  }

  private long room() {
    return BYTES_OF_OTHERS
        + (model.config().method().trainsEncoder()
            ? Float.BYTES * model.totalParameters()
            : BYTES_OF_CHECKPOINT * model.trainableParameters());
  }

  /// The score of a head on the frozen encoder, or where the task has no head that of the model
  /// before training; empty for other tasks.
  private Optional<Baseline> baseline() {
    try (ConsoleProgress progress = new ConsoleProgress(console)) {
      return switch (model.task()) {
        case SequenceTask task -> {
          Evaluation evaluation =
              HeadBaseline.measure(model.base(), task, options, data.train(), data.dev(), progress);
          console.say("head alone: dev " + Figures.metrics(evaluation));
          yield Optional.of(new Baseline(model, evaluation));
        }
        case EmbeddingTask _ -> {
          Evaluation evaluation;
          try (Workers workers = Workers.of(options.threads())) {
            evaluation =
                workers.call(() -> Evaluator.evaluate(model, data.dev(), options.maxLength()));
          }
          console.say("before: dev " + Figures.main(evaluation));
          yield Optional.of(new Baseline(model, evaluation));
        }
        default -> Optional.empty();
      };
    }
  }

  private Interrupts interrupts(TraceWriter trace) {
    return new Interrupts(
        () -> console.say("\njada: stopping after this step; press Ctrl-C again to stop at once"),
        () -> {
          trace.close();
          folder.close();
        });
  }

  private Optional<TrainingDiverged> train(TraceWriter trace, Interrupts interrupts) {
    try (TrainingProgress progress = new TrainingProgress(console, System::nanoTime)) {
      TrainingResult result =
          tuner
              .listener(history)
              .listener(recorder)
              .listener(live.map(TrainingListener.class::cast).orElse(TrainingListener.SILENT))
              .listener(progress)
              .listener(record.keeper())
              .listener(trace) // last: if it fails, the others have seen the step
              .stopWhen(() -> stops(interrupts))
              .run(data.train(), data.dev());
      record.scores(result.scores());
      return Optional.empty();
    } catch (TrainingDiverged e) {
      if (e.step() == 0) {
        throw e;
      }
      return Optional.of(e);
    } catch (OutputException e) {
      throw new OutputException(e.getMessage() + remedy(), e);
    } catch (InputException e) {
      throw e.getCause() instanceof IOException io
          ? new OutputException(e.getMessage() + remedy(), io)
          : e;
    }
  }

  /// The checkpoint of a run that is stopped is written next.
  private boolean stops(Interrupts interrupts) {
    boolean stops = interrupts.requested();
    if (stops) {
      folder.giveRoom();
    }
    return stops;
  }

  private String remedy() {
    return Checkpoint.isIn(folder.checkpoints())
        ? "; then go on with: jada finetune --resume " + folder.target()
        : "";
  }

  private void save(Path aside, TraceWriter trace) {
    try {
      folder.giveRoom();
      write(aside);
      trace.publish();
      folder.publish();
    } catch (OutputException e) {
      throw savedElsewhere(e);
    }
  }

  private void write(Path place) {
    try {
      PeftFolder.save(model, place);
      Files.writeString(place.resolve(RunFolder.RECORD), Json.pretty(record.fields()));
      recorder.history().write(place.resolve(RunHistory.FILE));
    } catch (InputException e) {
      // The disk failed, not the user's input; the message names the folder that the user chose.
      throw folder.failed(e.getCause() instanceof IOException io ? io : new IOException(e));
    } catch (IOException e) {
      throw folder.failed(e);
    }
  }

  private OutputException savedElsewhere(OutputException failure) {
    String message = failure.getMessage() + remedy();
    try {
      Path place = Files.createTempDirectory("jada-");
      write(place);
      return new OutputException(message + "; what was trained is saved in " + place, failure);
    } catch (IOException | OutputException e) {
      failure.addSuppressed(e);
      return new OutputException(message + "; temporary files cannot be written either", failure);
    }
  }

  /// The trained model is saved by now; a report can be written again at any time.
  private Optional<Path> report() {
    Path file = folder.target().resolve(Report.FILE);
    try {
      Report.write(folder.target(), file);
      return Optional.of(file);
    } catch (InputException e) {
      console.say(
          "jada: no report: %s; then: jada report %s".formatted(e.getMessage(), folder.target()));
      return Optional.empty();
    }
  }
}
