package jada.cli.report;

import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The part of a run's record (run.json) that the report shows. The file is not trusted: values are
/// copied only if they have the type that a run writes.
final class RunFacts {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final List<String> OBJECTS =
      List.of("options", "task", "base_model", "data", "metrics", "run", "parameters", "budget");

  private final Path file;
  private final JsonNode root;

  private RunFacts(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /// Reads the record.
  ///
  /// @throws InputException if it cannot be read or is not what a run writes
  static RunFacts read(Path file) {
    try {
      RunFacts facts = new RunFacts(file, MAPPER.readTree(Files.readAllBytes(file)));
      for (String key : OBJECTS) {
        facts.require(facts.root.path(key).isObject(), key, "an object");
      }
      facts.require(facts.root.path("ranks").isObject(), "ranks", "an object");
      facts
          .root
          .path("ranks")
          .forEachEntry(
              (module, rank) ->
                  facts.require(
                      rank.isInt() && rank.intValue() >= 0 && rank.intValue() < 100_000,
                      "ranks",
                      "whole numbers, 0 or more"));
      return facts;
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s); name the folder of a run".formatted(file, e.getMessage()), e);
    } catch (JacksonException e) {
      throw new InputException(
          "%s: is not JSON (%s); restore the file".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private void require(boolean holds, String key, String rule) {
    if (!holds) {
      throw new InputException(
          "%s: \"%s\" must be %s; is this the record of a run?".formatted(file, key, rule));
    }
  }

  /// The rank of every adapted matrix at the end.
  Map<String, Integer> ranks() {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    root.path("ranks").forEachEntry((module, rank) -> ranks.put(module, rank.intValue()));
    return ranks;
  }

  /// The title of the run: its base model and its training data.
  String title() {
    return "%s on %s"
        .formatted(
            root.path("base_model").path("name").asString("a model"),
            root.path("data").path("train").path("name").asString("its data"));
  }

  /// The part that the page shows: no paths, since the page may be passed on.
  ObjectNode shown() {
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    for (String key : OBJECTS) {
      if (!key.equals("options")) {
        shown.set(key, root.path(key));
      }
    }
    ObjectNode options = shown.putObject("options");
    for (String key : List.of("method", "seed", "schedule")) {
      options.put(key, root.path("options").path(key).asString(""));
    }
    for (String key : List.of("status", "started", "ended")) {
      shown.put(key, root.path(key).asString(""));
    }
    shown.set("evaluations", root.path("evaluations"));
    shown.set("versions", root.path("versions"));
    shown.set("machine", root.path("machine"));
    return shown;
  }
}
