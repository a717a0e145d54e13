package jada.adalora.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdaptedModel;
import jada.adalora.BudgetSchedule;
import jada.adalora.FineTuner;
import jada.adalora.Method;
import jada.adalora.Task;
import jada.adalora.TrainingOptions;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.Split;
import jada.autograd.Profile;
import jada.nn.InputException;
import jada.nn.PretrainedModel;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `jada finetune`: checks everything that can be checked, then trains and saves.
@Command(
    name = "finetune",
    description = {
      "Train an adapter on labelled text and save it.",
      "Without options: on built-in data (which library does this sentence describe?)."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada finetune",
      "  jada finetune --train train.tsv --dev dev.tsv --out runs/mine",
      "  jada finetune --train train.csv --dev dev.csv --text-column body --label-column kind",
      "  jada finetune --train sts.tsv --dev sts-dev.tsv --task regression --epochs 4",
      "  jada finetune --method lora --target-r 8 --target-modules query,value",
      "  jada finetune --importance article --init orthonormal --orth-penalty squared --tfinal 0",
      "",
      "Ctrl-C stops after the step in hand and saves what was learned; a second one stops at once."
    })
final class FinetuneCommand implements Callable<Integer> {
  private final Console console;
  @Spec private CommandSpec spec;

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final DataOptions data = new DataOptions();

  @ArgGroup(heading = "%nColumns:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final ModelOptions model = new ModelOptions();

  @ArgGroup(heading = "%nMethod:%n", validate = false, exclusive = false)
  private final MethodOptions method = new MethodOptions();

  @ArgGroup(heading = "%nTraining:%n", validate = false, exclusive = false)
  private final OptimizerOptions optimizer = new OptimizerOptions();

  @ArgGroup(heading = "%nOutput:%n", validate = false, exclusive = false)
  private final OutputOptions output = new OutputOptions();

  FinetuneCommand(Console console) {
    this.console = console;
  }

  /// Everything that can be wrong is looked at before the first long work: options alone, then the
  /// output folder, the data, their labels, the schedule, the model, the modules.
  @Override
  public Integer call() {
    ZonedDateTime started = ZonedDateTime.now();
    data.check();
    AdaLoraConfig config = method.config();
    if (config.method() == Method.ADALORA) {
      config.requirePrunable();
    }
    TrainingOptions options = optimizer.options(config.method());
    DatasetReader reader = columns.reader();
    Optional<Path> trace = output.trace();
    try (RunFolder folder = output.folder(started)) {
      Split split = data.read(reader, console);
      Task task = data.task(split);
      requireFittingSchedule(config, FineTuner.steps(split.train().size(), options));
      PretrainedModel base = model.load(console, optimizer.dropout());
      options = options.withMaxLength(optimizer.maxLength(base));
      AdaptedModel adapted = model.adapt(base, task, config, options.seed());
      RunRecord record = new RunRecord(started, settings(folder, options, base), adapted, split);
      describe(split, task);
      boolean measureHead = output.headBaseline(data.isBuiltIn()) && config.method() != Method.HEAD;
      FinetuneRun run = new FinetuneRun(console, adapted, options, split, record, folder, trace);
      int status = output.profile() ? profiled(run, measureHead, options) : run.run(measureHead);
      console.result(output.json() ? Json.line(record.fields()) : folder.target().toString());
      return status;
    }
  }

  /// Every option in force, those included whose default depends on others or on the model.
  private Map<String, Object> settings(
      RunFolder folder, TrainingOptions options, PretrainedModel base) {
    Map<String, Object> settings = Settings.of(spec, folder.target(), options);
    settings.put("dropout", base.config().hiddenDropout());
    return settings;
  }

  private int profiled(FinetuneRun run, boolean measureHead, TrainingOptions options) {
    Profile profile = new Profile();
    int status = profile.call(() -> run.run(measureHead));
    ProfileTable.lines(profile, ProfileTable.peak(options.threads())).forEach(console::say);
    return status;
  }

  private void describe(Split split, Task task) {
    console.say(
        String.format(
            Locale.ROOT,
            "data: %s, %,d examples; dev: %s, %,d%s",
            split.train().name(),
            split.train().size(),
            split.dev().name(),
            split.dev().size(),
            task.isRegression() ? "" : "; %d labels".formatted(task.labels().size())));
  }

  private static void requireFittingSchedule(AdaLoraConfig config, int steps) {
    if (config.method() != Method.ADALORA) {
      return;
    }
    try {
      BudgetSchedule.of(config, 1, steps);
    } catch (InputException e) {
      // There is an option of that name, which is not meant.
      throw new InputException(
          e.getMessage().replaceFirst("^schedule: ", "--tinit, --tfinal: "), e);
    }
  }
}
