package jada.bench.study;

import jada.adalora.data.Columns;
import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.adalora.data.OddLabels;
import jada.adalora.data.Progress;
import jada.adalora.data.Split;
import jada.adalora.data.Stratified;
import jada.adalora.model.Task;
import jada.adalora.model.TaskTypes;
import jada.cli.artifact.Artifacts;
import jada.cli.builtin.BuiltInData;
import jada.nn.files.InputException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// A task of a study: its training and evaluation examples.
///
/// @param name no other task has it
/// @param builtIn whether it is Jada's built-in data; else there are files
/// @param train file of the training examples
/// @param dev file of the examples to judge by, or a share such as `10%` of the training file
/// @param columns of both files
/// @param encoding of both files
/// @param maxTrain training examples that are used at most; 0: all
/// @param firstOnes whether those are the first of the file instead of a stratified sample
/// @param maxDev examples to judge by that are used at most, a stratified sample; 0: all
/// @param sampleSeed of the samples and of the share, the same for all seeds of the study
/// @param metric by which runs are compared; empty: the task's own
/// @param settings for all arms on this task
record StudyTask(
    String name,
    boolean builtIn,
    String train,
    String dev,
    Columns columns,
    Charset encoding,
    int maxTrain,
    boolean firstOnes,
    int maxDev,
    int sampleSeed,
    Optional<String> metric,
    SequencedMap<String, JsonNode> settings) {

  /// A task and its examples.
  ///
  /// @param kind what is predicted; its labels are those of the whole training file
  record Loaded(Task kind, Split split) {}

  static StudyTask read(PlanObject object) {
    String name = object.text("name");
    if (!name.matches("[^,=|\"\\p{Cntrl}]+")) {
      throw object.failure("a name must have no comma, equals sign, bar or quote");
    }
    boolean builtIn = object.truth("built-in", false);
    String choose = object.optionalText("choose").orElse("stratified");
    if (!List.of("stratified", "first").contains(choose)) {
      throw object.failure("\"choose\" must be stratified or first, found \"" + choose + '"');
    }
    if (builtIn && (object.has("train") || object.has("dev"))) {
      throw object.failure("\"built-in\" brings its own examples; leave out \"train\" and \"dev\"");
    }
    StudyTask task =
        new StudyTask(
            name,
            builtIn,
            builtIn ? "" : object.text("train"),
            builtIn ? "" : object.text("dev"),
            new Columns(
                object.optionalText("text-column"),
                object.optionalText("pair-column"),
                object.optionalText("label-column")),
            object
                .optionalText("encoding")
                .map(e -> charset(object, e))
                .orElse(StandardCharsets.UTF_8),
            object.integer("max-train", 0, 1),
            choose.equals("first"),
            object.integer("max-dev", 0, 1),
            object.integer("sample-seed", 0, 0),
            object.optionalText("metric"),
            object.object("settings").map(Arm::settings).orElseGet(LinkedHashMap::new));
    object.requireNothingElse();
    return task;
  }

  private static Charset charset(PlanObject object, String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw object.failure("\"encoding\" must be one that Java knows, found \"" + name + '"');
    }
  }

  /// The settings, besides the files, that determine its examples.
  SequencedMap<String, String> facts() {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    facts.put("data.train", builtIn ? "built-in" : train);
    facts.put("data.dev", builtIn ? "built-in" : dev);
    columns.text().ifPresent(c -> facts.put("data.text-column", c));
    columns.pair().ifPresent(c -> facts.put("data.pair-column", c));
    columns.label().ifPresent(c -> facts.put("data.label-column", c));
    facts.put("data.encoding", encoding.name());
    facts.put("data.max-train", Integer.toString(maxTrain));
    facts.put("data.choose", firstOnes ? "first" : "stratified");
    facts.put("data.max-dev", Integer.toString(maxDev));
    facts.put("data.sample-seed", Integer.toString(sampleSeed));
    return facts;
  }

  /// Reads the examples.
  ///
  /// @param folder that the names of files are relative to
  Loaded load(Path folder) {
    Split whole = builtIn ? readBuiltIn() : files(folder);
    Task kind = TaskTypes.of(whole.train()).fit(whole.train(), OddLabels.REFUSE);
    Dataset learned = whole.train();
    if (maxTrain > 0 && firstOnes) {
      learned =
          Dataset.of(
              learned.name(), learned.examples().subList(0, Math.min(maxTrain, learned.size())));
    } else if (maxTrain > 0) {
      learned = Stratified.sample(learned, maxTrain, sampleSeed);
    }
    Dataset judged = maxDev > 0 ? Stratified.sample(whole.dev(), maxDev, sampleSeed) : whole.dev();
    return new Loaded(kind, new Split(learned, judged));
  }

  private static Split readBuiltIn() {
    try (Artifacts artifacts = Artifacts.ofUserSettings()) {
      return BuiltInData.load(artifacts, Progress.none());
    }
  }

  private Split files(Path folder) {
    DatasetReader reader = new DatasetReader(columns, encoding);
    Dataset all = reader.read(folder.resolve(train));
    if (!dev.endsWith("%")) {
      return new Split(all, reader.read(folder.resolve(dev)));
    }
    try {
      double share = Double.parseDouble(dev.substring(0, dev.length() - 1)) / 100;
      return Stratified.holdOut(all, share, sampleSeed);
    } catch (IllegalArgumentException e) {
      throw new InputException("task \"%s\": dev %s: %s".formatted(name, dev, e.getMessage()), e);
    }
  }
}
