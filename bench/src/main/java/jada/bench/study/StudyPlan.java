package jada.bench.study;

import jada.adalora.model.Models;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a study runs, from a JSON file: arms × tasks × budgets × seeds. Read strictly: an unknown
/// key is refused by name.
///
/// @param name what the page is titled
/// @param file the plan itself
/// @param data folder that the tasks' files are relative to
/// @param model name or folder of the base model
/// @param budgets average ranks at the end
/// @param seeds of the runs
/// @param common settings of all arms
/// @param reference the arm that the others are compared with
/// @param norms at how many points of a run the norm of ΔW is noted; 0: not
/// @param arms at least one, of different names
/// @param tasks at least one, of different names
record StudyPlan(
    String name,
    Path file,
    Path data,
    String model,
    List<Integer> budgets,
    List<Integer> seeds,
    Map<String, JsonNode> common,
    String reference,
    int norms,
    List<Arm> arms,
    List<StudyTask> tasks) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// Reads a plan and checks the settings of all of its cells.
  ///
  /// @throws InputException naming file, place, key and rule
  static StudyPlan read(Path file) {
    PlanObject object = new PlanObject(file, "plan", parse(file));
    List<Integer> budgets = object.integers("budgets", 1);
    List<Arm> arms = new ArrayList<>();
    for (PlanObject arm : object.objects("arms", "arm")) {
      try {
        arms.addAll(Arm.read(arm, budgets));
      } catch (InputException e) {
        throw e.getMessage().startsWith(file.toString()) ? e : arm.failure(e.getMessage());
      }
    }
    List<StudyTask> tasks = object.objects("tasks", "task").stream().map(StudyTask::read).toList();
    requireDistinct(object, "arm", arms.stream().map(Arm::name).toList());
    requireDistinct(object, "task", tasks.stream().map(StudyTask::name).toList());
    Path beside = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("."));
    String reference = object.optionalText("reference").orElse(arms.getFirst().name());
    if (arms.stream().noneMatch(arm -> arm.name().equals(reference))) {
      throw object.failure("\"reference\" must name an arm, found \"" + reference + '"');
    }
    StudyPlan plan =
        new StudyPlan(
            object.optionalText("name").orElse("Study"),
            file,
            beside.resolve(object.optionalText("data").orElse("")),
            object.optionalText("model").orElse(Models.DEFAULT),
            budgets,
            object.integers("seeds", 0),
            object.object("settings").map(Arm::settings).orElseGet(LinkedHashMap::new),
            reference,
            object.integer("norms", 0, 0),
            resolved(object, arms),
            tasks);
    object.requireNothingElse();
    plan.cells().forEach(cell -> plan.check(object, cell));
    return plan;
  }

  private static JsonNode parse(Path file) {
    try {
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
    } catch (JacksonException e) {
      throw new InputException(
          file + ": is not JSON (" + e.getOriginalMessage().lines().findFirst().orElse("") + ")",
          e);
    }
  }

  private static void requireDistinct(PlanObject object, String kind, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      if (names.indexOf(names.get(i)) < i) {
        throw object.failure("two %ss are called \"%s\"".formatted(kind, names.get(i)));
      }
    }
  }

  /// Arms with the ranks of others take their settings, too.
  private static List<Arm> resolved(PlanObject object, List<Arm> arms) {
    List<Arm> resolved = new ArrayList<>();
    for (Arm arm : arms) {
      if (arm.ranksOf().isEmpty()) {
        resolved.add(arm);
        continue;
      }
      Arm source =
          arms.stream()
              .filter(a -> a.name().equals(arm.ranksOf().get()) && a.ranksOf().isEmpty())
              .findFirst()
              .orElseThrow(
                  () ->
                      object.failure(
                          "arm \"%s\": \"ranks-of\" must name an arm that finds ranks, found \"%s\""
                              .formatted(arm.name(), arm.ranksOf().get())));
      resolved.add(arm.on(source));
    }
    return resolved;
  }

  private void check(PlanObject object, Cell cell) {
    try {
      cell.settings();
    } catch (InputException e) {
      throw object.failure(
          "arm \"%s\", budget %s: %s".formatted(cell.arm().name(), cell.budget(), e.getMessage()));
    }
  }

  /// All runs, in the order in which they are taken: seed by seed, so that a study that is stopped
  /// early has compared all arms on the same seeds.
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (int seed : seeds) {
      for (StudyTask task : tasks) {
        SequencedMap<String, JsonNode> both = new LinkedHashMap<>(common);
        both.putAll(task.settings());
        for (int budget : budgets) {
          for (Arm arm : arms) {
            cells.add(new Cell(arm, task, budget, seed, both, model));
          }
        }
      }
    }
    return cells;
  }

  /// The cell that found the ranks with which this one trains.
  Optional<Cell> source(Cell cell) {
    return cell.arm()
        .ranksOf()
        .map(
            name ->
                cells().stream()
                    .filter(
                        c ->
                            c.arm().name().equals(name)
                                && c.task().equals(cell.task())
                                && c.budget() == cell.budget()
                                && c.seed() == cell.seed())
                    .findFirst()
                    .orElseThrow());
  }
}
