package jada.cli;

import jada.adalora.data.Dataset;
import jada.adalora.data.Split;
import jada.adalora.model.Evaluation;
import jada.adalora.training.Checkpoint;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// A run to resume from its checkpoint, or to repeat from its record: its options, data and model.
///
/// @param source the record, run.json
/// @param record its content
/// @param checkpoint where to resume; empty for a run that starts from its beginning
/// @param inPlace whether it goes on or starts anew in its own folder; else it is repeated
///   elsewhere
/// @param out the folder of the run
record EarlierRun(
    Path source, JsonNode record, Optional<Checkpoint> checkpoint, boolean inPlace, Path out) {
  /// Options that change where results go or how long they take, but not the results. Files may
  /// have moved: their checksums tell whether they are the same.
  private static final Set<String> FREE =
      Set.of(
          "threads",
          "checkpoint-every",
          "force",
          "json",
          "live",
          "trace",
          "out",
          "train",
          "dev",
          "model");

  /// The newest checkpoint of a run.
  ///
  /// @param place the folder of the run, or of one of its checkpoints
  /// @throws InputException if there is nothing to resume from
  static EarlierRun toResume(Path place) {
    boolean itself = Files.exists(place.resolve(Checkpoint.MANIFEST));
    Path out = itself ? place.toAbsolutePath().normalize().getParent().getParent() : place;
    if (!Files.isDirectory(place)) {
      throw new InputException("--resume %s: no such folder; name that of a run".formatted(place));
    }
    if (!itself && !Files.isDirectory(place.resolve(RunFolder.CHECKPOINTS))) {
      throw new InputException(
          "--resume %s: holds no checkpoint; runs leave one with --checkpoint-every N, or when Ctrl-C stops them"
              .formatted(place));
    }
    Checkpoint checkpoint =
        itself ? Checkpoint.open(place) : Checkpoint.latest(place.resolve(RunFolder.CHECKPOINTS));
    Path record =
        checkpoint
            .file(RunFolder.RECORD)
            .orElseThrow(
                () ->
                    new InputException(
                        "--resume %s: was not made by jada finetune; go on from it in Java, with FineTuner.resume"
                            .formatted(place)));
    return new EarlierRun(record, read(record), Optional.of(checkpoint), true, out);
  }

  /// A run that was killed before its first checkpoint, to be restarted from its record; empty if
  /// the place holds a checkpoint, or nothing.
  ///
  /// @throws InputException if the run is still going on
  static Optional<EarlierRun> toStartAnew(Path place) {
    return Checkpoint.isIn(place.resolve(RunFolder.CHECKPOINTS))
        ? Optional.empty()
        : RunFolder.recordLeftBy(place)
            .map(record -> new EarlierRun(record, read(record), Optional.empty(), true, place));
  }

  /// A run to repeat.
  ///
  /// @param place the folder of the run, or its run.json
  /// @throws InputException if there is no record
  static EarlierRun toRepeat(Path place) {
    Path record = Files.isDirectory(place) ? place.resolve(RunFolder.RECORD) : place;
    if (!Files.isRegularFile(record)) {
      throw new InputException(
          "--repeat %s: there is no %s; name the folder of a run".formatted(place, record));
    }
    return new EarlierRun(record, read(record), Optional.empty(), false, place);
  }

  private static JsonNode read(Path record) {
    JsonNode content = Json.read(record);
    if (!content.path("options").isObject() || !content.path("data").isObject()) {
      throw new InputException(record + ": is no record of a run; name the folder of a run");
    }
    return content;
  }

  /// Whether the folder holds a finished run, which cannot be resumed.
  static boolean isFinished(Path place) {
    Path record = place.resolve(RunFolder.RECORD);
    return !Checkpoint.isIn(place.resolve(RunFolder.CHECKPOINTS))
        && Files.isRegularFile(record)
        && Json.read(record).path("status").asString("").equals("finished");
  }

  /// The command line of the run.
  ///
  /// @param given options given now, by name, with their values
  /// @throws InputException if one of them would change the run
  List<String> arguments(Map<String, Object> given) {
    Map<String, String> options = new LinkedHashMap<>();
    record
        .path("options")
        .properties()
        .forEach(e -> options.put(e.getKey(), e.getValue().asString("")));
    given.forEach(
        (name, value) -> {
          String before = options.getOrDefault(name, "nothing");
          if (!FREE.contains(name) && !before.equals(value.toString())) {
            throw new InputException(
                "--%s %s: the run in %s had %s; leave the option out, or start a new run"
                    .formatted(name, value, source, before));
          }
        });
    // A record from another person must not decide where this process writes.
    options.keySet().removeAll(List.of("out", "trace", "force", "json", "live"));
    if (inPlace) {
      options.put("out", out.toString());
    }
    if (checkpoint.isPresent()) {
      options.remove("init-adapter"); // what it gave is in the checkpoint
    } else if (!inPlace) {
      options.keySet().removeAll(List.of("threads", "checkpoint-every"));
    }
    given.forEach((name, value) -> options.put(name, value.toString()));
    if (inPlace && given.containsKey("out") && !Path.of(options.get("out")).equals(out)) {
      throw new InputException(
          "--out %s: a run goes on in its own folder, %s; leave the option out"
              .formatted(options.get("out"), out));
    }
    List<String> arguments = new ArrayList<>();
    options.forEach(
        (name, value) -> {
          switch (value) {
            case "true" -> arguments.add("--" + name);
            case "false" -> {
              if (name.equals("head-baseline")) {
                arguments.add("--no-" + name);
              }
            }
            default -> arguments.add("--" + name + "=" + value);
          }
        });
    return arguments;
  }

  /// Refuses other data.
  ///
  /// @throws InputException naming the file that has changed
  void requireSame(Split data) {
    requireSame("train", data.train());
    requireSame("dev", data.dev());
  }

  private void requireSame(String set, Dataset data) {
    requireSame(data.name(), record.at("/data/%s/sha256".formatted(set)), data.checksum());
  }

  /// Refuses another base model.
  ///
  /// @throws InputException if its weights are not those of the run
  void requireSame(PretrainedModel base) {
    requireSame(base.name(), record.at("/base_model/checksum"), base.checksum());
  }

  private void requireSame(String name, JsonNode before, String now) {
    if (!before.asString("").equals(now)) {
      throw new InputException(
          "%s: has changed since the run in %s (SHA-256 %s then, %s now); restore it, or start a new run"
              .formatted(name, source, before.asString("unknown"), now));
    }
  }

  /// Removes the temporary files of a killed run, its record included, once the restart is certain.
  void removeLeft() {
    RunFolder.removeLeft(source);
  }

  /// Differences of the machine that may change the last bits of the results; empty if there are
  /// none.
  Optional<String> difference(RunRecord now) {
    String before = record.path("versions").toString();
    String after = Json.line(now.fields().get("versions"));
    return before.equals(after)
        ? Optional.empty()
        : Optional.of(
            "the run was made with %s, this is %s: results may differ in the last bits"
                .formatted(before, after));
  }

  /// The score of the baseline, if it was measured.
  Optional<Evaluation> baseline() {
    JsonNode saved =
        record.at("/metrics/head_alone").isObject()
            ? record.at("/metrics/head_alone")
            : record.at("/metrics/before");
    double loss = saved.path("loss").asDouble(Double.NaN);
    if (!saved.isObject() || !Double.isFinite(loss)) {
      return Optional.empty();
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    saved
        .properties()
        .forEach(
            e -> {
              if (!Set.of("step", "loss").contains(e.getKey())) {
                metrics.put(e.getKey(), e.getValue().asDouble(Double.NaN));
              }
            });
    return Optional.of(new Evaluation(0, loss, metrics));
  }
}
