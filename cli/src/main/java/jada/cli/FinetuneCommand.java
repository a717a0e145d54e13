package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetSchedule;
import jada.adalora.Method;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.Split;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.Evaluation;
import jada.adalora.model.Task;
import jada.adalora.training.Checkpoint;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingOptions;
import jada.autograd.Profile;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
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
      "  jada finetune --task embedding",
      "  jada finetune --task embedding --train pairs.tsv --dev 10%% --batch-size 64",
      "  jada finetune --method lora --target-r 8 --target-modules query,value",
      "  jada finetune --preset article",
      "  jada finetune --target-r 1",
      "  jada finetune --resume runs/mine",
      "",
      "Presets (--preset) set these options, where they are not given themselves:",
      "  jada     --init-r 6 --target-r 4 --init lora --gauge flow --orth-reg-weight 0",
      "           --scaling target-rank --importance fisher --beta1 0.95",
      "  penalized --init gaussian --gauge none --orth-reg-weight 0.1",
      "           --scaling init-rank --importance paper --beta1 0.85",
      "  paper    --init-r 2 --target-r 1 --lora-alpha 32 --tinit 0.12 --delta-t 0.01",
      "           --init gaussian --gauge none --orth-reg-weight 0.1",
      "           --scaling init-rank --importance paper --beta1 0.85",
      "           --target-modules '.*\\.layers?\\.\\d+\\..*' (all linear layers)",
      "  peft     --init-r 12 --target-r 8 --lora-alpha 8 --tinit 0 --tfinal 0",
      "           --init gaussian --gauge none --orth-reg-weight 0.5 --compact never",
      "           --scaling init-rank --importance paper --beta1 0.85",
      "           --target-modules query,value",
      "  article  --init-r 12 --target-r 4 --tfinal 0 --init orthonormal --gauge none",
      "           --orth-reg-weight 0.1 --orth-penalty squared --scaling init-rank",
      "           --importance article --beta1 0.85",
      "",
      "Ctrl-C stops after the step in hand, saves what was learned and a checkpoint, and says how"
          + " to",
      "go on from it; a second one stops at once."
    })
final class FinetuneCommand implements Callable<Integer> {
  private final Console console;
  private final Optional<EarlierRun> earlier;
  @Spec private CommandSpec spec;

  @ArgGroup(heading = "%nData:%n", validate = false, exclusive = false)
  private final DataOptions data = new DataOptions();

  @ArgGroup(heading = "%nColumns:%n", validate = false, exclusive = false)
  private final ColumnOptions columns = new ColumnOptions();

  @ArgGroup(heading = "%nModel:%n", validate = false, exclusive = false)
  private final ModelOptions model = new ModelOptions();

  @ArgGroup(heading = "%nMethod:%n", validate = false, exclusive = false)
  private final MethodOptions method = new MethodOptions();

  @ArgGroup(
      heading = "%nSentence embeddings (--task embedding):%n",
      validate = false,
      exclusive = false)
  private final EmbeddingOptions embedding = new EmbeddingOptions();

  @ArgGroup(heading = "%nTraining:%n", validate = false, exclusive = false)
  private final OptimizerOptions optimizer = new OptimizerOptions();

  @ArgGroup(heading = "%nOutput:%n", validate = false, exclusive = false)
  private final OutputOptions output = new OutputOptions();

  @ArgGroup(heading = "%nInterrupted and earlier runs:%n", validate = false, exclusive = false)
  private final AgainOptions again = new AgainOptions();

  FinetuneCommand(Console console) {
    this(console, Optional.empty());
  }

  /// @param earlier the run whose options are used
  private FinetuneCommand(Console console, Optional<EarlierRun> earlier) {
    this.console = console;
    this.earlier = earlier;
  }

  @Override
  public Integer call() {
    if (again.resume().isPresent() && again.repeat().isPresent()) {
      throw new InputException("--resume, --repeat: one run at a time; leave one of them out");
    }
    if (again.resume().isPresent()) {
      Path place = again.resume().get();
      if (EarlierRun.isFinished(place)) {
        Checkpoint.removeAll(place.resolve(RunFolder.CHECKPOINTS)); // was killed at just that
        console.say(
            "jada: the run in %s is finished; there is nothing left to do".formatted(place));
        console.result(place.toString());
        return 0;
      }
      Optional<EarlierRun> killed = EarlierRun.toStartAnew(place);
      if (killed.isPresent()) {
        console.say(
            "jada: the run in %s was killed before its first checkpoint; it starts anew"
                .formatted(place));
        return withOptionsOf(killed.get());
      }
      return withOptionsOf(EarlierRun.toResume(place));
    }
    return again.repeat().isPresent()
        ? withOptionsOf(EarlierRun.toRepeat(again.repeat().get()))
        : train();
  }

  private int withOptionsOf(EarlierRun run) {
    return of(run, Settings.given(spec), console).train();
  }

  /// The same command with the options of an earlier run.
  ///
  /// @param given options given now, by name, with their values
  /// @throws InputException if the record of that run has options that make no sense
  static FinetuneCommand of(EarlierRun run, Map<String, Object> given, Console console) {
    List<String> arguments = run.arguments(given);
    FinetuneCommand command = new FinetuneCommand(console, Optional.of(run));
    CommandLine line = Main.configured(console, new CommandLine(command));
    try {
      line.parseArgs(arguments.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new InputException(
          "%s: options: %s; restore the file".formatted(run.source(), shortened(e.getMessage())),
          e);
    }
    return command;
  }

  /// Text from a file may have any length.
  private static String shortened(String text) {
    int most = 300;
    return text.length() > most ? text.substring(0, most) + "…" : text;
  }

  /// Everything is checked before the first long work: options alone, then the output folder, the
  /// data, their labels, the schedule, the model, the modules.
  private int train() {
    ZonedDateTime started = ZonedDateTime.now();
    data.check();
    if (!data.embeds()) {
      EmbeddingOptions.requireNone(Settings.given(spec).keySet());
    }
    AdaLoraConfig config = method.config(Settings.given(spec).keySet());
    if (config.method() == Method.ADALORA) {
      config.requireConsistent();
    }
    TrainingOptions options = optimizer.options();
    int checkpointEvery = again.checkpointEvery();
    warnOfThreads(options.threads());
    DatasetReader reader = columns.reader();
    Optional<Path> trace = output.trace();
    Optional<Checkpoint> checkpoint = earlier.flatMap(EarlierRun::checkpoint);
    try (RunFolder folder =
        checkpoint.isPresent()
            ? RunFolder.ofRunToResume(earlier.orElseThrow().out())
            : output.folder(started)) {
      Split split = data.read(reader, console);
      earlier.ifPresent(e -> e.requireSame(split));
      Task fitted = fitted(split, options);
      requireFittingSchedule(config, FineTuner.steps(split.train().size(), options));
      model.requireHeap(Runtime.getRuntime().maxMemory(), config.method());
      PretrainedModel base = model.load(console, optimizer.dropout());
      earlier.ifPresent(e -> e.requireSame(base));
      options = options.withMaxLength(optimizer.maxLength(base));
      Task task =
          fitted instanceof EmbeddingTask vectors ? embedding.on(vectors, base, console) : fitted;
      AdaptedModel adapted = model.adapt(base, task, config, options.seed());
      RunRecord record =
          new RunRecord(started, settings(folder, config, options, adapted), adapted, split);
      describe(split, task);
      sayWhatBecomesOfTheHead(base, task);
      earlier.flatMap(e -> e.difference(record)).ifPresent(d -> console.say("jada: " + d));
      // Before training, adapters change nothing: that is the baseline of sentence embeddings.
      boolean measureBaseline =
          data.embeds() || output.headBaseline(data.isBuiltIn()) && config.method() != Method.HEAD;
      FineTuner tuner =
          FineTuner.of(adapted).options(options).checkpoints(folder.checkpoints(), checkpointEvery);
      FinetuneRun run =
          new FinetuneRun(
              console,
              adapted,
              options,
              checkpoint.map(tuner::resume).orElse(tuner),
              split,
              record,
              folder,
              trace,
              output.live());
      Optional<Evaluation> baseline = checkpoint.flatMap(_ -> earlier.orElseThrow().baseline());
      boolean inPlace = checkpointEvery > 0 || checkpoint.isPresent();
      IntSupplier work = () -> run.run(measureBaseline, baseline, inPlace);
      earlier.filter(e -> e.inPlace() && checkpoint.isEmpty()).ifPresent(EarlierRun::removeLeft);
      int status = output.profile() ? profiled(work, options) : work.getAsInt();
      console.result(output.json() ? Json.line(record.fields()) : folder.target().toString());
      return status;
    }
  }

  /// Every effective option, also those whose default depends on others or on the model.
  private Map<String, Object> settings(
      RunFolder folder, AdaLoraConfig config, TrainingOptions options, AdaptedModel model) {
    Map<String, Object> settings = Settings.of(spec, folder.target(), config, options);
    EmbeddingOptions.NAMES.forEach(settings::remove);
    if (model.task() instanceof EmbeddingTask vectors) {
      settings.putAll(EmbeddingOptions.settings(vectors));
    }
    PretrainedModel base = model.base();
    // Where the two differ the model's own are in force, and no option stands for them.
    if (base.config().hiddenDropout() == base.config().attentionDropout()) {
      settings.put("dropout", base.config().hiddenDropout());
    }
    return settings;
  }

  /// The task that the examples define; all of them are checked against it.
  private Task fitted(Split split, TrainingOptions options) {
    Task task = data.task(split);
    if (!(task instanceof EmbeddingTask vectors)) {
      return task;
    }
    EmbeddingTask chosen = embedding.task(vectors, Settings.given(spec).keySet());
    chosen.requireFitting(split.train());
    chosen.evaluating(split.dev()).requireFitting(split.dev());
    chosen.requireBatch(split.train(), options.batchSize());
    return chosen;
  }

  private void warnOfThreads(int threads) {
    int processors = Runtime.getRuntime().availableProcessors();
    if (threads > processors) {
      console.say(
          "jada: --threads %s: Java sees %s processors; more threads than that make training slower"
              .formatted(threads, processors));
    }
  }

  private int profiled(IntSupplier work, TrainingOptions options) {
    Profile profile = new Profile();
    int status = profile.call(work::getAsInt);
    ProfileTable.lines(profile, ProfileTable.peak(options.threads())).forEach(console::say);
    return status;
  }

  private void describe(Split split, Task task) {
    console.say(
        String.format(
            Locale.ROOT,
            "data: %s, %,d examples; dev: %s, %,d; %s",
            split.train().name(),
            split.train().size(),
            split.dev().name(),
            split.dev().size(),
            task.description()));
  }

  private void sayWhatBecomesOfTheHead(PretrainedModel base, Task task) {
    if (task.hasClassifier()
        && base.weights().containsKey("classifier.weight")
        && !AdaLora.startsFromClassifier(base, task)) {
      console.say(
          "model %s: its classifier answers something else (%s); a new one is trained"
              .formatted(
                  base.name(),
                  base.labels().isEmpty() ? "labels without names" : shown(base.labels())));
    }
  }

  private static String shown(List<String> labels) {
    int most = 6;
    return String.join(", ", labels.subList(0, Math.min(most, labels.size())))
        + (labels.size() > most ? ", …" : "");
  }

  private static void requireFittingSchedule(AdaLoraConfig config, int steps) {
    if (config.method() != Method.ADALORA) {
      return;
    }
    try {
      BudgetSchedule.of(config, 1, steps);
    } catch (InputException e) {
      // There is also an option `--schedule`, which is not meant here.
      throw new InputException(
          e.getMessage().replaceFirst("^schedule: ", "--tinit, --tfinal: "), e);
    }
  }
}
