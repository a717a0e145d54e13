package jada.cli.report;

import jada.adalora.AdaLoraConfig;
import jada.adalora.model.AdaptedModel;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The folder of a tiny run, as the command line leaves it: adapter, record and history.
final class RunFolderOnDisk {
  private RunFolderOnDisk() {}

  /// Trains and writes.
  ///
  /// @param listener hears the run, too
  static AdaptedModel write(Path folder, AdaLoraConfig config, TrainingListener listener) {
    AdaptedModel model = TinyRun.model(config);
    Recorder recorder = new Recorder(model);
    TrainingResult result =
        FineTuner.of(model)
            .options(TinyRun.OPTIONS)
            .listener(recorder)
            .listener(listener)
            .run(TinyRun.TRAIN, TinyRun.DEV);
    try {
      Files.createDirectories(folder);
      PeftFolder.save(model, folder);
      recorder.history().write(folder.resolve(RunHistory.FILE));
      Files.writeString(folder.resolve("run.json"), record(model, result).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return model;
  }

  private static ObjectNode record(AdaptedModel model, TrainingResult result) {
    ObjectNode run = JsonNodeFactory.instance.objectNode();
    run.put("status", "finished").put("started", "2026-01-02T03:04:05+00:00").put("ended", "");
    run.putObject("options").put("method", "adalora").put("seed", 0).put("out", "secret/place");
    ObjectNode task = run.putObject("task").put("kind", "classification");
    model.task().labels().forEach(task.putArray("labels")::add);
    run.putObject("base_model").put("name", "tiny </script><b>bert</b> & \"co\" @charts@");
    ObjectNode data = run.putObject("data");
    data.putObject("train").put("name", "train.tsv").put("examples", TinyRun.TRAIN.size());
    data.putObject("dev").put("name", "dev.tsv").put("examples", TinyRun.DEV.size());
    ObjectNode scores = JsonNodeFactory.instance.objectNode().put("step", result.steps());
    result.evaluation().orElseThrow().metrics().forEach(scores::put);
    scores.put("loss", result.evaluation().orElseThrow().loss());
    run.putObject("metrics").set("dev", scores);
    run.putArray("evaluations").add(scores);
    run.putObject("run").put("steps", result.steps()).put("seconds", 1.5);
    run.withObject("run").put("tokens_per_second", 1234.5);
    ObjectNode parameters = run.putObject("parameters").put("adapter", 300).put("head", 66);
    parameters.put("lora_of_target_rank", 290).put("full", 12345);
    run.putObject("budget").put("unit", "triplets");
    model.ranks().forEach(run.putObject("ranks")::put);
    run.putObject("versions").put("java", "25");
    run.putObject("machine").put("processors", 2);
    return run;
  }

  /// The data in a page.
  static ObjectNode data(String html) {
    String start = "<script type=\"application/json\" id=\"data\">";
    int from = html.indexOf(start) + start.length();
    return (ObjectNode) new JsonMapper().readTree(html.substring(from, html.indexOf("</", from)));
  }
}
