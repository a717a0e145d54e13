package jada.adalora.training;

import jada.adalora.data.Dataset;
import jada.adalora.model.AdaptedModel;
import jada.nn.files.InputException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Everything that a run depends on, by name, as text: two runs with equal identities take the same
/// steps, bit for bit. A checkpoint is only good for the run it was made in.
///
/// @param facts every option of the run and of the method, the data, the model
record RunIdentity(SequencedMap<String, String> facts) {
  /// The number of threads changes no bit.
  private static final Set<String> IMMATERIAL = Set.of("threads");

  static RunIdentity of(
      AdaptedModel model, TrainingOptions options, Dataset train, Dataset dev, int steps) {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    // All components, so that one that is added later is not forgotten here.
    addAll(facts, options);
    addAll(facts, model.config());
    // The effective value counts, chosen or default.
    facts.put("learning-rate", Double.toString(options.learningRate(model.config())));
    facts.put("lora-alpha", Double.toString(model.config().alpha()));
    facts.put("steps", Integer.toString(steps));
    facts.put("task", model.task().type().name());
    if (!model.task().identity().isEmpty()) {
      facts.put("task-settings", model.task().identity());
    }
    facts.put("labels", model.task().labels().toString());
    facts.put("base-model", model.base().checksum());
    facts.put("base-model-config", String.valueOf(model.base().config()));
    facts.put("train", train.checksum());
    facts.put("dev", dev.checksum());
    IMMATERIAL.forEach(facts::remove);
    return new RunIdentity(facts);
  }

  private static void addAll(Map<String, String> facts, Record choices) {
    for (RecordComponent component : choices.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(choices);
        facts.put(optionName(component.getName()), String.valueOf(value));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("accessors of public records can be called", e);
      }
    }
  }

  /// The option of the command line that sets a component: `batchSize` is `batch-size`.
  private static String optionName(String component) {
    return switch (component) {
      case "initRank" -> "init-r";
      case "targetRank" -> "target-r";
      default -> component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    };
  }

  /// Refuses another run.
  ///
  /// @param checkpoint of which this is the identity, for the message
  /// @throws InputException naming the first thing that differs
  void requireSame(String checkpoint, RunIdentity now) {
    now.facts.forEach(
        (name, value) -> {
          String before = facts.getOrDefault(name, "nothing");
          if (!before.equals(value)) {
            throw new InputException(
                "%s: was made with %s %s, this run has %s; give it the same, or start a new run"
                    .formatted(checkpoint, name, shown(before), shown(value)));
          }
        });
  }

  private static String shown(String value) {
    String line = value.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 120 ? line.substring(0, 120) + "…" : line;
  }
}
