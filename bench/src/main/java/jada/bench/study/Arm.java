package jada.bench.study;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Preset;
import jada.adalora.training.TrainingOptions;
import jada.nn.files.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A way to train: a preset, and settings that differ from it.
///
/// @param name no other arm has it
/// @param preset what the settings change: a [Preset]; where none is named `penalized`, whatever
///   Jada's default is, so that a line stays the line of its cell
/// @param settings by the names of the command line
/// @param atBudget more of them, by the budget at which they hold
/// @param ranksOf the arm whose final ranks this one has from its start, without pruning; its other
///   settings are those of that arm, unless it has its own
/// @param shuffle whether those ranks are first shuffled among the matrices of the same shape
record Arm(
    String name,
    String preset,
    SequencedMap<String, JsonNode> settings,
    Map<Integer, SequencedMap<String, JsonNode>> atBudget,
    Optional<String> ranksOf,
    boolean shuffle) {
  private static final String PENALIZED = "penalized";

  /// Reads an arm, or several if it has a grid: one for each choice of its values.
  static List<Arm> read(PlanObject object, List<Integer> budgets) {
    String name = object.text("name");
    if (!name.matches("[^,=|\"\\p{Cntrl}]+")) {
      throw object.failure("a name must have no comma, equals sign, bar or quote");
    }
    Optional<String> ranksOf = object.optionalText("ranks-of");
    if (ranksOf.isPresent() && object.has("preset")) {
      throw object.failure("\"preset\" is that of \"" + ranksOf.get() + "\"; leave it out");
    }
    String preset = object.optionalText("preset").orElse(PENALIZED);
    base(preset);
    boolean shuffle = object.truth("shuffle", false);
    if (shuffle && ranksOf.isEmpty()) {
      throw object.failure("\"shuffle\" needs \"ranks-of\", the arm whose ranks are shuffled");
    }
    Map<Integer, SequencedMap<String, JsonNode>> atBudget = new LinkedHashMap<>();
    object
        .object("at-budget")
        .ifPresent(
            all -> {
              for (int budget : budgets) {
                all.object(Integer.toString(budget))
                    .ifPresent(one -> atBudget.put(budget, settings(one)));
              }
              all.requireNothingElse();
            });
    SequencedMap<String, JsonNode> grid =
        object.object("grid").map(Arm::settings).orElseGet(LinkedHashMap::new);
    SequencedMap<String, JsonNode> settings = settings(object);
    List<Arm> arms = new ArrayList<>();
    arms.add(new Arm(name, preset, settings, atBudget, ranksOf, shuffle));
    for (Map.Entry<String, JsonNode> axis : grid.entrySet()) {
      if (!axis.getValue().isArray() || axis.getValue().isEmpty()) {
        throw object.failure("\"grid\", \"" + axis.getKey() + "\" must be a list of values");
      }
      arms = arms.stream().flatMap(arm -> arm.along(axis).stream()).toList();
    }
    return arms;
  }

  /// What is left of an object, of which every key must be a setting.
  static SequencedMap<String, JsonNode> settings(PlanObject object) {
    SequencedMap<String, JsonNode> settings = object.rest();
    for (String key : settings.keySet()) {
      if (!NamedSettings.names().contains(key) && !key.equals(Cell.DROPOUT)) {
        throw object.failure(
            "\"%s\" is no setting; there are %s, %s"
                .formatted(key, Cell.DROPOUT, String.join(", ", NamedSettings.names())));
      }
    }
    return settings;
  }

  private List<Arm> along(Map.Entry<String, JsonNode> axis) {
    List<Arm> arms = new ArrayList<>();
    for (JsonNode value : axis.getValue()) {
      SequencedMap<String, JsonNode> changed = new LinkedHashMap<>(settings);
      changed.put(axis.getKey(), value);
      String text = value.isString() ? value.stringValue() : value.toString();
      String called = "%s %s %s".formatted(name, axis.getKey(), text);
      arms.add(new Arm(called, preset, changed, atBudget, ranksOf, shuffle));
    }
    return arms;
  }

  private static AdaLoraConfig base(String preset) {
    return Arrays.stream(Preset.values())
        .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(preset))
        .findFirst()
        .orElseThrow(() -> new InputException(unknown(preset)))
        .config();
  }

  private static String unknown(String preset) {
    String all =
        Arrays.stream(Preset.values())
            .map(p -> p.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    return "preset \"%s\" is unknown; there are %s".formatted(preset, all);
  }

  /// The method's configuration in a cell.
  ///
  /// @param common settings of plan and task, which those of the arm override
  AdaLoraConfig config(Map<String, JsonNode> common, int budget) {
    AdaLoraConfig base = base(preset);
    Map<String, JsonNode> chosen = chosen(common, budget);
    // A rank that was not given is the budget; one at the start keeps its ratio to it.
    AdaLoraConfig config =
        base.withTargetRank(budget)
            .withInitRank(
                Math.ceilDiv(Math.multiplyExact(budget, base.initRank()), base.targetRank()));
    config = NamedSettings.changed(config, chosen, budget);
    if (config.method() == Method.ADALORA) {
      config.requireConsistent();
    }
    return config;
  }

  /// How a cell is trained.
  TrainingOptions options(Map<String, JsonNode> common, int budget) {
    return NamedSettings.changed(TrainingOptions.defaults(), chosen(common, budget), budget);
  }

  /// The dropout of the encoder, where it is chosen.
  Optional<Float> dropout(Map<String, JsonNode> common, int budget) {
    JsonNode given = chosen(common, budget).get(Cell.DROPOUT);
    if (given == null) {
      return Optional.empty();
    }
    if (!given.isNumber() || !(given.floatValue() >= 0 && given.floatValue() < 1)) {
      throw new InputException("\"dropout\" must be a number in [0, 1), found " + given);
    }
    return Optional.of(given.floatValue());
  }

  private Map<String, JsonNode> chosen(Map<String, JsonNode> common, int budget) {
    Map<String, JsonNode> chosen = new LinkedHashMap<>(common);
    chosen.putAll(settings);
    chosen.putAll(atBudget.getOrDefault(budget, new LinkedHashMap<>()));
    return chosen;
  }

  /// This arm with the settings of the one whose ranks it has, except where it has its own.
  Arm on(Arm source) {
    SequencedMap<String, JsonNode> merged = new LinkedHashMap<>(source.settings);
    merged.putAll(settings);
    Map<Integer, SequencedMap<String, JsonNode>> budgets = new LinkedHashMap<>(source.atBudget);
    budgets.replaceAll(
        (_, values) -> {
          SequencedMap<String, JsonNode> kept = new LinkedHashMap<>(values);
          kept.keySet().removeAll(settings.keySet());
          return kept;
        });
    atBudget.forEach(
        (budget, values) ->
            budgets.merge(
                budget,
                values,
                (theirs, own) -> {
                  SequencedMap<String, JsonNode> both = new LinkedHashMap<>(theirs);
                  both.putAll(own);
                  return both;
                }));
    return new Arm(name, source.preset, merged, budgets, ranksOf, shuffle);
  }
}
