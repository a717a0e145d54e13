package jada.cli;

import jada.adalora.Method;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Retrieval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The summary of a run: scores, ranks, cost, files, and what to try next.
///
/// @param folder with the results
/// @param trace its place, if not in the folder
record Summary(
    Console console,
    AdaptedModel model,
    History history,
    Optional<Baseline> baseline,
    Path folder,
    Optional<Path> trace) {
  void print() {
    console.say("");
    scores();
    history.warnings().forEach(line -> console.say("warning    " + line));
    ranks();
    sizes();
    say(
        "speed      %,.0f tokens/s, %,d steps in %s",
        history.tokensPerSecond(), history.steps(), Meter.duration(history.seconds()));
    files();
  }

  private void scores() {
    history
        .result()
        .ifPresentOrElse(
            dev ->
                say(
                    "dev        %s, loss %.4f%s",
                    model.task().hasClassifier() ? Figures.metrics(dev) : Figures.main(dev),
                    dev.loss(),
                    dev.step() == history.steps()
                        ? ""
                        : String.format(Locale.ROOT, ", of step %,d", dev.step())),
            () ->
                say(
                    "stopped    after step %,d of %,d, loss %.4f; not scored on dev",
                    history.steps(), history.plan().steps(), history.lastLoss()));
    baseline.ifPresent(this::compare);
  }

  private void compare(Baseline baseline) {
    if (!model.task().hasClassifier() && history.result().isPresent()) {
      table(baseline.score(), history.result().get());
      return;
    }
    Evaluation base = baseline.score();
    String gain =
        history
            .result()
            .map(
                dev ->
                    String.format(
                        Locale.ROOT, ": the adapter adds %+.4f", dev.main() - base.main()))
            .orElse("");
    say("%s %s %.4f%s", baseline.name(), Retrieval.shown(base.mainMetric()), base.main(), gain);
  }

  /// Every metric before and after training.
  private void table(Evaluation before, Evaluation after) {
    say("           %-16s %7s %8s", "", "before", "after");
    after
        .metrics()
        .forEach(
            (metric, value) -> {
              double was = before.metrics().getOrDefault(metric, Double.NaN);
              say(
                  "           %-16s %7.4f %8.4f   %+.4f",
                  Retrieval.shown(metric), was, value, value - was);
            });
  }

  private void ranks() {
    List<String> table = RankTable.lines(model.ranks());
    if (table.isEmpty()) {
      return;
    }
    if (model.config().method() == Method.ADALORA) {
      switch (model.config().budgetUnit()) {
        case TRIPLETS ->
            say(
                "ranks      %d of %d triplets are alive, the target is %d",
                model.budget(), history.plan().initialBudget(), history.plan().targetBudget());
        case PARAMETERS ->
            say(
                "ranks      %d triplets are alive, of %,d parameters; the target is %,d",
                model.budget(), model.spentBudget(), history.plan().targetBudget());
      }
    } else {
      say("ranks");
    }
    table.forEach(console::say);
  }

  private void sizes() {
    ParameterCounts counts = ParameterCounts.of(model);
    if (counts.adapter() > 0) {
      String bytes = Figures.bytes(size("adapter_model.safetensors"));
      if (counts.head() > 0) {
        say(
            "adapter    %,d parameters, %s on disk with a head of %,d",
            counts.adapter(), bytes, counts.head());
      } else {
        say("adapter    %,d parameters, %s on disk", counts.adapter(), bytes);
      }
      say(
          "           LoRA of rank %d has %,d, full fine-tuning changes %,d",
          model.config().targetRank(), counts.lora(), counts.full());
    } else {
      say("trained    %,d of %,d parameters", counts.head(), counts.full());
    }
  }

  private long size(String file) {
    try {
      return Files.size(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void files() {
    say("written to %s", folder);
    say(
        model.config().method() == Method.FULL
            ? "           config.json, model.safetensors, labels.json: model, as Hugging Face"
            : "           adapter_config.json, adapter_model.safetensors, labels.json: adapter, as"
                + " PEFT");
    say("           run.json: options, data, machine, scores, ranks");
    say("           %s: one JSON object a step", trace.map(Path::toString).orElse("trace.jsonl"));
    say("           report.html: every picture of the run, for any browser");
    if (model.task() instanceof EmbeddingTask) {
      say("try        jada search --adapter %s --data texts.txt \"some words\"", folder);
    } else {
      say("try        jada predict --adapter %s \"some text\"", folder);
    }
    if (!model.adapters().isEmpty()) {
      say("           jada inspect %s", folder);
    }
  }

  private void say(String format, Object... values) {
    console.say(String.format(Locale.ROOT, format, values));
  }
}
