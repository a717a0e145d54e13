package jada.cli;

import jada.adalora.data.Dataset;
import jada.adalora.data.Split;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.training.TrainingListener;
import jada.nn.files.AtomicFile;
import jada.tensor.kernel.Kernels;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The content of run.json: options, data, machine and results of a run.
final class RunRecord {
  private final Map<String, Object> fields = new LinkedHashMap<>();

  /// A record with all that is known before the run.
  ///
  /// @param options every effective option, by name without dashes
  RunRecord(ZonedDateTime started, Map<String, Object> options, AdaptedModel model, Split data) {
    fields.put("status", "running");
    fields.put("started", time(started));
    fields.put("options", options);
    fields.put("task", task(model));
    fields.put("base_model", baseModel(model));
    Map<String, Object> sets = new LinkedHashMap<>();
    sets.put("train", data(data.train()));
    sets.put("dev", data(data.dev()));
    fields.put("data", sets);
    fields.put("versions", versions());
    fields.put("machine", machine());
  }

  private static Map<String, Object> task(AdaptedModel model) {
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("kind", model.task().type().name());
    task.put("labels", model.task().labels());
    return task;
  }

  private static Map<String, Object> baseModel(AdaptedModel model) {
    Map<String, Object> base = new LinkedHashMap<>();
    base.put("name", model.base().name());
    base.put("checksum", model.base().checksum());
    return base;
  }

  private static Map<String, Object> data(Dataset data) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", data.name());
    fields.put("examples", data.size());
    fields.put("sha256", data.checksum());
    return fields;
  }

  private static Map<String, Object> versions() {
    Map<String, Object> versions = new LinkedHashMap<>();
    versions.put("jada", Version.ofJada());
    versions.put("java", Version.ofJava());
    versions.put("kernels", Kernels.fastest().name());
    return versions;
  }

  private static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processors", Runtime.getRuntime().availableProcessors());
    machine.put("architecture", System.getProperty("os.arch"));
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("heap_bytes", Runtime.getRuntime().maxMemory());
    return machine;
  }

  /// Adds the score of the baseline.
  void baseline(Baseline baseline) {
    fields.put("metrics", new LinkedHashMap<>(Map.of(baseline.key(), scores(baseline.score()))));
  }

  /// Keeps the record in every checkpoint, and adds the steps from which the run was resumed.
  TrainingListener keeper() {
    return new TrainingListener() {
      @Override
      public void checkpointing(Path folder) {
        AtomicFile.writeText(folder.resolve(RunFolder.RECORD), Json.pretty(fields));
      }

      @Override
      public void resumed(Resumption from) {
        from.checkpoint()
            .file(RunFolder.RECORD)
            .ifPresent(
                file -> {
                  JsonNode before = Json.read(file);
                  List<Object> steps = new ArrayList<>();
                  before.path("resumed_from").forEach(step -> steps.add(step.asInt(0)));
                  steps.add(from.steps());
                  fields.put("started", before.path("started").asString(""));
                  fields.put("resumed_from", steps);
                });
      }
    };
  }

  /// Whether the run is finished.
  boolean isFinished() {
    return "finished".equals(fields.get("status"));
  }

  /// Adds the last importance of every living triplet, by module, for `jada inspect`.
  void scores(Map<String, List<Float>> scores) {
    if (!scores.isEmpty()) {
      fields.put(SavedAdapter.SCORES, scores);
    }
  }

  /// Adds the results.
  ///
  /// @param status finished, interrupted or diverged
  void finish(String status, AdaptedModel model, History history, Optional<Baseline> baseline) {
    fields.put("status", status);
    Map<String, Object> metrics = new LinkedHashMap<>();
    history.result().ifPresent(e -> metrics.put("dev", scores(e)));
    baseline.ifPresent(b -> metrics.put(b.key(), scores(b.score())));
    fields.put("metrics", metrics);
    fields.put("evaluations", history.evaluations().stream().map(RunRecord::scores).toList());
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("steps", history.steps());
    run.put("steps_planned", history.plan().steps());
    run.put("epochs", history.plan().epochs());
    run.put("tokens", history.tokens());
    run.put("seconds", history.seconds());
    run.put("tokens_per_second", history.tokensPerSecond());
    run.put("last_loss", history.lastLoss());
    fields.put("run", run);
    fields.put("warnings", history.warnings());
    ParameterCounts counts = ParameterCounts.of(model);
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("trainable_at_start", history.plan().trainableParameters());
    parameters.put("total", history.plan().totalParameters());
    parameters.put("adapter", counts.adapter());
    parameters.put("head", counts.head());
    parameters.put("lora_of_target_rank", counts.lora());
    parameters.put("full", counts.full());
    fields.put("parameters", parameters);
    Map<String, Object> budget = new LinkedHashMap<>();
    budget.put("unit", Choices.name(history.plan().budgetUnit()));
    budget.put("initial", history.plan().initialBudget());
    budget.put("target", history.plan().targetBudget());
    budget.put("spent", model.spentBudget());
    budget.put("alive", model.budget());
    fields.put("budget", budget);
    fields.put("ranks", model.ranks());
    fields.put("ended", time(ZonedDateTime.now()));
  }

  private static Map<String, Object> scores(Evaluation evaluation) {
    Map<String, Object> scores = new LinkedHashMap<>();
    scores.put("step", evaluation.step());
    scores.putAll(evaluation.metrics());
    scores.put("loss", evaluation.loss());
    return scores;
  }

  private static String time(ZonedDateTime time) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.truncatedTo(ChronoUnit.SECONDS));
  }

  /// Everything recorded so far.
  Map<String, Object> fields() {
    return fields;
  }
}
