package jada.cli;

import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.EmptyTexts;
import jada.adalora.data.Grouped;
import jada.adalora.data.OddLabels;
import jada.adalora.data.Split;
import jada.adalora.data.Stratified;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.MultiLabelTask;
import jada.adalora.model.SequenceTask;
import jada.adalora.model.SingleLabelTask;
import jada.adalora.model.Task;
import jada.adalora.model.TaskType;
import jada.adalora.model.TaskTypes;
import jada.cli.artifact.Artifacts;
import jada.cli.builtin.BuiltInData;
import jada.cli.builtin.SearchData;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/// Options for the data of `finetune`.
final class DataOptions {
  @Option(
      names = "--train",
      paramLabel = "FILE",
      description = {
        "labelled texts: TSV (.tsv, .txt), CSV (.csv) or JSON Lines (.jsonl, .ndjson," + " .json);",
        "columns are found by header (sentence or text, usual pairs such as text + text_pair or",
        "sentence1 + sentence2, label); without a header: text, label; or lines COARSE:fine text",
        "(.label); .gz is unpacked [built-in data]"
      })
  private Optional<Path> train = Optional.empty();

  @Option(
      names = "--dev",
      paramLabel = "FILE|N%",
      description =
          "labelled texts held out to judge by; or a part of --train, such as 10%%, drawn so that"
              + " labels keep their shares, whatever the seed; needed with --train")
  private Optional<String> dev = Optional.empty();

  @Option(
      names = "--empty",
      paramLabel = "WHAT",
      description =
          "rows with an empty text, or second text: refuse the file, skip them, or keep them"
              + " [${DEFAULT-VALUE}]")
  private EmptyTexts empty;

  @Option(
      names = "--odd-labels",
      paramLabel = "WHAT",
      description =
          "labels like nan or None, and labels that look alike (1 and 1.0, spam and Spam): refuse"
              + " them, or keep each as a class [${DEFAULT-VALUE}]")
  private OddLabels oddLabels;

  @Option(
      names = "--task",
      paramLabel = "KIND",
      description = {
        "classification, multi-label (JSON Lines with lists as labels), regression (numbers as",
        "labels), or embedding: pairs of texts that belong together, a query and its document, and",
        "perhaps hard negatives in further columns, or a score; or a BEIR folder [multi-label if a",
        "label is a list, else classification]"
      })
  private Optional<String> kind = Optional.empty();

  /// Checks what can be checked without reading.
  ///
  /// @throws InputException if one of two files is missing, or numbers are asked of built-in data
  void check() {
    if (train.isPresent() && dev.isEmpty()) {
      throw new InputException(
          "--dev: is needed with --train; name a file with held-out examples, or a part such as"
              + " 10%");
    }
    dev.ifPresent(DataOptions::share); // a number that makes no sense is told before reading
    if (dev.isPresent() && train.isEmpty()) {
      throw new InputException("--train: is needed with --dev; name a file to learn from");
    }
    kind.ifPresent(
        name -> {
          type(name);
          boolean known = embeds() || name.equals(SingleLabelTask.TYPE.name());
          if (isBuiltIn() && !known) {
            throw new InputException(
                "--task %s: the built-in data are for classification and embedding; add --train FILE"
                    .formatted(name));
          }
        });
  }

  /// Whether sentence embeddings are trained.
  boolean embeds() {
    return kind.equals(Optional.of(EmbeddingTask.TYPE.name()));
  }

  /// Whether the built-in data are used.
  boolean isBuiltIn() {
    return train.isEmpty();
  }

  /// The examples.
  Split read(DatasetReader reader, Console console) {
    if (train.isPresent()) {
      DatasetReader files = reader.withEmpty(empty);
      Dataset labelled = read(files, train.get());
      sayWhatIsLeft(labelled, console);
      OptionalDouble share = share(dev.orElseThrow());
      if (share.isPresent()) {
        Split split = heldOut(labelled, share.getAsDouble());
        sayWhatIsInBoth(split, console);
        return split;
      }
      Dataset held = read(files, Path.of(dev.get()));
      sayWhatIsSkipped(held, console);
      if (!held.columns().equals(labelled.columns())) {
        sayWhatIsUnread(held, console);
      }
      Split split = new Split(labelled, held);
      sayWhatIsInBoth(split, console);
      return split;
    }
    try (Artifacts artifacts = Artifacts.ofUserSettings();
        ConsoleProgress progress = new ConsoleProgress(console)) {
      return embeds()
          ? SearchData.load(artifacts, progress)
          : BuiltInData.load(artifacts, progress);
    }
  }

  private Dataset read(DatasetReader files, Path file) {
    return embeds() ? files.readTuples(file) : files.read(file);
  }

  /// The part of the training file that is held out, where one was asked for instead of a file.
  private static OptionalDouble share(String dev) {
    if (!dev.matches("[0-9.]+%")) {
      return OptionalDouble.empty();
    }
    try {
      double percent = Double.parseDouble(dev.substring(0, dev.length() - 1));
      if (percent > 0 && percent < 100) {
        return OptionalDouble.of(percent / 100);
      }
    } catch (NumberFormatException _) {
      // Reported below, as out of range.
    }
    throw new InputException(
        "--dev " + dev + ": must be between 0% and 100%, for example 10%, or a file");
  }

  private Split heldOut(Dataset labelled, double share) {
    try {
      return embeds()
          ? Grouped.holdOut(labelled, share, 0)
          : Stratified.holdOut(labelled, share, 0);
    } catch (IllegalArgumentException e) {
      throw new InputException("--" + e.getMessage(), e);
    }
  }

  /// Reports rows that were left out, and columns that were not read.
  static void sayWhatIsLeft(Dataset data, Console console) {
    sayWhatIsSkipped(data, console);
    sayWhatIsUnread(data, console);
  }

  private static void sayWhatIsUnread(Dataset data, Console console) {
    data.columns()
        .filter(columns -> !columns.unread().isEmpty())
        .ifPresent(
            columns ->
                console.say("%s: columns: %s".formatted(data.name(), columns.description())));
  }

  /// A model answers texts that it was trained on better than others.
  private static void sayWhatIsInBoth(Split split, Console console) {
    int both = split.dev().sharedWith(split.train());
    if (both > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "jada: dev: %,d of %,d texts are also in train; the answers to them say little about"
                  + " new texts",
              both,
              split.dev().size()));
    }
  }

  /// Reports how many rows were left out.
  private static void sayWhatIsSkipped(Dataset data, Console console) {
    if (data.skipped() > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %,d rows with an empty text are left out",
              data.name(),
              data.skipped()));
    }
  }

  /// The task that the examples define; every label is checked.
  ///
  /// @throws InputException if a label does not fit, naming file and line
  Task task(Split data) {
    if (kind.equals(Optional.of(MultiLabelTask.TYPE.name())) && !data.train().hasLists()) {
      throw new InputException(
          "--task multi-label: no text of %s has a list of labels, and 'a,b' would be one label; give"
                  .formatted(data.train().name())
              + " JSON Lines with lists: {\"text\": \"…\", \"label\": [\"a\", \"b\"]}");
    }
    Task task =
        kind.map(DataOptions::type)
            .orElseGet(() -> TaskTypes.of(data.train()))
            .fit(data.train(), oddLabels);
    if (task instanceof SequenceTask sequences) {
      sequences.targets(data.dev()); // faults of the data, before a model is fetched
    }
    return task;
  }

  private static TaskType type(String name) {
    return TaskTypes.named(name)
        .orElseThrow(
            () ->
                new InputException(
                    "--task %s: there are %s"
                        .formatted(
                            Quoted.of(name),
                            String.join(
                                ", ", TaskTypes.all().stream().map(TaskType::name).toList()))));
  }
}
