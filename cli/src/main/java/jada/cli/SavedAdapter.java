package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.peft.PeftFolder;
import jada.cli.report.Fate;
import jada.cli.report.RunHistory;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.files.StagedFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A folder with an adapter, and what is known of it before its base model is loaded.
record SavedAdapter(Path folder) {
  /// The field of the record with the importance of the triplets.
  static final String SCORES = "scores";

  /// @throws InputException if there is no adapter in the folder
  SavedAdapter {
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          folder + ": no such folder; give the folder that finetune wrote (--out)");
    }
    if (!Files.exists(folder.resolve(RunFolder.CONFIG))
        && !Files.exists(folder.resolve(RunFolder.MODEL_CONFIG))) {
      throw new InputException(
          "%s: has no %s; %s"
              .formatted(
                  folder,
                  RunFolder.CONFIG,
                  StagedFiles.interruptedSave(folder)
                      .orElse("give the folder that finetune wrote (--out)")));
    }
  }

  /// Loads the adapter with its base model.
  ///
  /// @param model the base model; empty for the one that the adapter names
  AdaptedModel load(Optional<String> model, Console console) {
    String name = model.orElseGet(this::namedModel);
    return on(BaseModels.load(name, console));
  }

  /// Loads the adapter with this base model.
  AdaptedModel on(PretrainedModel base) {
    return PeftFolder.load(base, folder);
  }

  private String namedModel() {
    String name =
        PeftFolder.baseModel(folder)
            .orElseThrow(
                () ->
                    new InputException(
                        folder.resolve(RunFolder.CONFIG)
                            + ": names no base model; give it with --model"));
    if (Models.find(name).isEmpty() && !Files.isDirectory(Path.of(name))) {
      throw new InputException(
          "%s: names the base model %s, which is neither known nor a folder here; give it with --model"
              .formatted(folder.resolve(RunFolder.CONFIG), name));
    }
    return name;
  }

  /// The importance of every triplet at the end of training, by module, where the run left a record
  /// that has them.
  Map<String, List<Double>> scores() {
    Map<String, List<Double>> scores = new LinkedHashMap<>();
    Path run = folder.resolve(RunFolder.RECORD);
    if (Files.isRegularFile(run)) {
      Json.read(run)
          .path(SCORES)
          .forEachEntry(
              (module, values) ->
                  scores.put(module, values.valueStream().map(JsonNode::doubleValue).toList()));
    }
    return scores;
  }

  /// The fate of every triplet of the run, by module, in the order of their indices at the start;
  /// empty where the run left no history.
  ///
  /// @throws InputException if there is a history that cannot be read
  Map<String, List<Fate>> fates() {
    Path history = folder.resolve(RunHistory.FILE);
    return Files.isRegularFile(history) ? RunHistory.read(history).fates() : Map.of();
  }

  /// Tokens at which texts were cut in training, from the record of the run, for an adapter of an
  /// earlier version, which does not hold it itself.
  Optional<Integer> maxLength() {
    Path run = folder.resolve(RunFolder.RECORD);
    if (!Files.isRegularFile(run)) {
      return Optional.empty();
    }
    JsonNode length = Json.read(run).path("options").path("max-length");
    return length.isInt() ? Optional.of(length.intValue()) : Optional.empty();
  }
}
