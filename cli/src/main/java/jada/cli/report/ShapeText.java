package jada.cli.report;

import jada.adalora.BudgetSchedule;
import jada.adalora.BudgetUnit;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The shape of a run as JSON text in the metadata of its history.
final class ShapeText {
  private static final String FORMAT = "jada history 1";
  private static final JsonMapper MAPPER = new JsonMapper();

  /// No model has more matrices, and no matrix is adapted with more triplets: what bounds the
  /// memory that a file can ask for.
  private static final int MOST = 100_000;

  private ShapeText() {}

  static Map<String, String> metadata(RunShape shape) {
    ObjectNode run = JsonNodeFactory.instance.objectNode();
    run.put("steps", shape.steps());
    run.put("rank", shape.rank());
    run.put("beta", shape.beta());
    run.put("unit", shape.unit().name());
    shape
        .schedule()
        .ifPresent(
            s ->
                run.putObject("schedule")
                    .put("tinit", s.tinit())
                    .put("tfinal", s.tfinal())
                    .put("delta_t", s.deltaT())
                    .put("initial", s.initialBudget())
                    .put("target", s.targetBudget()));
    shape.modules().forEach(run.putArray("modules")::add);
    return Map.of("format", FORMAT, "run", MAPPER.writeValueAsString(run));
  }

  static RunShape parse(Path file, Map<String, String> metadata) {
    if (!FORMAT.equals(metadata.get("format"))) {
      throw RunHistory.damaged(file, "is no history of a run (" + FORMAT + ")");
    }
    try {
      JsonNode run = MAPPER.readTree(metadata.getOrDefault("run", "{}"));
      List<String> modules = new ArrayList<>();
      run.path("modules").forEach(module -> modules.add(module.asString("")));
      int steps = whole(file, run, "steps");
      int rank = whole(file, run, "rank");
      if (new HashSet<>(modules).size() != modules.size()
          || rank > MOST
          || modules.size() > MOST / Math.max(1, rank)) {
        throw RunHistory.damaged(
            file, "tells of %s matrices of rank %s".formatted(modules.size(), rank));
      }
      return new RunShape(
          steps,
          modules,
          rank,
          run.path("beta").asDouble(0),
          "PARAMETERS".equals(run.path("unit").asString(""))
              ? BudgetUnit.PARAMETERS
              : BudgetUnit.TRIPLETS,
          schedule(file, run.path("schedule"), steps));
    } catch (JacksonException e) {
      throw new InputException(
          "%s: its metadata are not JSON (%s); the file is damaged, train again"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  private static Optional<BudgetSchedule> schedule(Path file, JsonNode schedule, int steps) {
    if (!schedule.isObject()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new BudgetSchedule(
              steps,
              whole(file, schedule, "tinit"),
              whole(file, schedule, "tfinal"),
              whole(file, schedule, "delta_t"),
              whole(file, schedule, "initial"),
              whole(file, schedule, "target")));
    } catch (InputException e) {
      throw new InputException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static int whole(Path file, JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw RunHistory.damaged(file, "\"%s\" must be a whole number, 0 or more".formatted(key));
    }
    return value.intValue();
  }
}
