package jada.adalora.training;

import jada.adalora.Adapter;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.peft.SavedTensors;
import jada.autograd.Parameter;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import jada.nn.files.Safetensors;
import jada.nn.optim.AdamW;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The content of a checkpoint: written during a run, and restored into a model and a trainer made
/// as at the start of that run.
///
/// Tensors: `parameter/<name>`, `first/<name>` and `second/<name>` (AdamW's moments),
/// `importance/<module>/<part>`, and `best/<name>` where the best state is kept. All are 32-bit
/// floats and come back bit for bit.
final class TrainingState {
  static final String TENSORS = "state.safetensors";
  static final String STATE = "state.json";

  private static final String PARAMETER = "parameter/";
  private static final String FIRST = "first/";
  private static final String SECOND = "second/";
  private static final String BEST = "best/";
  private static final String IMPORTANCE = "importance/";

  /// The key of what the adapters keep besides their parameters.
  private static final String ADAPTERS = "triplets";

  private final Path file;
  private final JsonFile json;
  private final SavedTensors tensors;
  private final SequencedMap<String, Tensor> best = new LinkedHashMap<>();

  private TrainingState(Path file, JsonFile json, SavedTensors tensors) {
    this.file = file;
    this.json = json;
    this.tensors = tensors;
  }

  // ---- writing -------------------------------------------------------------------------------

  /// Writes the two files into a folder.
  ///
  /// @param best values of the best state so far by parameter, where it is kept
  static void write(
      Path folder,
      RunIdentity identity,
      Progress progress,
      AdaptedModel model,
      Trainer trainer,
      SequencedMap<String, Tensor> best) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      tensors.put(PARAMETER + parameter.name(), parameter.value());
    }
    AdamW.State optimizer = trainer.optimizer().state();
    optimizer
        .moments()
        .forEach(
            (name, moments) -> {
              tensors.put(FIRST + name, moments.first());
              tensors.put(SECOND + name, moments.second());
            });
    trainer
        .ranks()
        .importances()
        .forEach(
            (module, importance) ->
                importance
                    .state()
                    .forEach((part, t) -> tensors.put(IMPORTANCE + module + "/" + part, t)));
    best.forEach((name, value) -> tensors.put(BEST + name, value));
    Safetensors.write(folder.resolve(TENSORS), tensors, Map.of());
    AtomicFile.writeText(folder.resolve(STATE), json(identity, progress, model, optimizer.steps()));
  }

  private static String json(
      RunIdentity identity, Progress progress, AdaptedModel model, long optimizerSteps) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode run = root.putObject("run");
    identity.facts().forEach(run::put);
    root.put("steps", progress.steps());
    root.put("optimizer_steps", optimizerSteps);
    root.put("tokens", progress.tokens());
    root.put("nanos", progress.nanos());
    putNumber(root, "last_loss", progress.lastLoss());
    ArrayNode evaluations = root.putArray("evaluations");
    for (Evaluation evaluation : progress.evaluations()) {
      ObjectNode node = evaluations.addObject();
      node.put("step", evaluation.step());
      putNumber(node, "loss", evaluation.loss());
      ObjectNode metrics = node.putObject("metrics");
      evaluation.metrics().forEach((name, value) -> putNumber(metrics, name, value));
    }
    ObjectNode adapters = root.putObject(ADAPTERS);
    for (Adapter adapter : model.adapters().values()) {
      Map<String, int[]> state = adapter.state();
      if (!state.isEmpty()) {
        ObjectNode node = adapters.putObject(adapter.name());
        state.forEach((name, values) -> IntStream.of(values).forEach(node.putArray(name)::add));
      }
    }
    return JsonFile.text(root);
  }

  /// JSON has no infinities and no NaN: they become texts.
  private static void putNumber(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.put(name, Double.toString(value));
    }
  }

  // ---- reading -------------------------------------------------------------------------------

  /// Reads the two files of a checkpoint.
  ///
  /// @throws InputException if one of them is not what a run writes
  static TrainingState read(Checkpoint checkpoint) {
    Path tensors = checkpoint.file(TENSORS).orElseThrow();
    Path state = checkpoint.file(STATE).orElseThrow();
    TrainingState read =
        new TrainingState(
            state, JsonFile.read(state), new SavedTensors(tensors, "", Safetensors.read(tensors)));
    read.json.require(
        read.json.integer("steps") == checkpoint.steps(), "steps", "that of the manifest");
    return read;
  }

  /// Refuses a checkpoint of another run.
  ///
  /// @throws InputException naming the first thing that differs
  void requireSameRun(Path checkpoint, RunIdentity now) {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    JsonNode run = json.node("run");
    json.require(run.isObject(), "run", "an object");
    run.properties().forEach(e -> facts.put(e.getKey(), e.getValue().asString("")));
    new RunIdentity(facts).requireSame(checkpoint.toString(), now);
  }

  /// How far the run was.
  Progress progress() {
    List<Evaluation> evaluations = new ArrayList<>();
    JsonNode listed = json.node("evaluations");
    json.require(listed.isArray(), "evaluations", "a list");
    for (JsonNode node : listed) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      JsonNode values = node.path("metrics");
      json.require(
          values.isObject() && !values.isEmpty() && node.path("step").isInt(),
          "evaluations",
          "a list of steps with metrics");
      values.properties().forEach(e -> metrics.put(e.getKey(), number(e.getValue())));
      evaluations.add(
          new Evaluation(node.path("step").intValue(), number(node.path("loss")), metrics));
    }
    return new Progress(
        json.integer("steps"),
        count("tokens"),
        count("nanos"),
        number(json.node("last_loss")),
        evaluations);
  }

  private long count(String key) {
    JsonNode value = json.node(key);
    json.require(
        value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0,
        key,
        "a whole number, 0 or more");
    return value.longValue();
  }

  private double number(JsonNode value) {
    return switch (value.isString() ? value.stringValue() : "") {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        if (!value.isNumber()) {
          throw new InputException(
              file + ": holds something else where a number must be; the checkpoint is damaged");
        }
        yield value.asDouble(Double.NaN);
      }
    };
  }

  /// Puts parameters, masks and dropped triplets back into a model as it was at the start of the
  /// run. Only before a trainer is made for it.
  ///
  /// @throws InputException if they do not fit the model
  void restore(AdaptedModel model) {
    for (Adapter adapter : model.adapters().values()) {
      JsonNode saved = json.node(ADAPTERS).path(adapter.name());
      Map<String, int[]> state = new LinkedHashMap<>();
      saved.properties().forEach(e -> state.put(e.getKey(), wholeNumbers(e.getValue())));
      try {
        adapter.restore(state);
      } catch (IllegalArgumentException e) {
        json.require(false, ADAPTERS, "of " + adapter.name() + ": " + e.getMessage());
      }
    }
    for (Parameter parameter : model.parameters()) {
      Tensor saved = tensors.take(PARAMETER + parameter.name(), parameter.shape());
      parameter.update(values -> System.arraycopy(saved.array(), 0, values, 0, values.length));
    }
  }

  private int[] wholeNumbers(JsonNode list) {
    json.require(
        list.isArray() && list.valueStream().allMatch(JsonNode::isInt),
        ADAPTERS,
        "lists of whole numbers by module");
    return list.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  /// Restores moments and importance of a trainer that was made for the restored model.
  ///
  /// @throws InputException if they do not fit
  void restore(AdaptedModel model, Trainer trainer) {
    Map<String, AdamW.Moments> moments = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      Shape shape = parameter.shape();
      moments.put(
          parameter.name(),
          new AdamW.Moments(
              tensors.takeAny(FIRST + parameter.name(), shape),
              tensors.takeAny(SECOND + parameter.name(), shape)));
    }
    trainer.optimizer().restore(new AdamW.State(count("optimizer_steps"), moments));
    trainer
        .ranks()
        .importances()
        .forEach(
            (module, importance) -> {
              Map<String, Tensor> parts = new LinkedHashMap<>();
              importance
                  .state()
                  .forEach(
                      (part, like) ->
                          parts.put(
                              part,
                              tensors.takeAny(IMPORTANCE + module + "/" + part, like.shape())));
              importance.restore(parts);
            });
    for (Parameter parameter : model.parameters()) {
      if (tensors.has(BEST + parameter.name())) {
        best.put(parameter.name(), tensors.takeAny(BEST + parameter.name(), parameter.shape()));
      }
    }
    tensors.requireAllTaken();
  }

  /// Values of the best state so far by parameter; none where none was kept. Only after the model
  /// and its trainer were restored.
  SequencedMap<String, Tensor> best() {
    return best;
  }

  /// How far a run is.
  ///
  /// @param steps optimizer steps done
  /// @param tokens tokens trained on
  /// @param nanos time of those steps
  /// @param lastLoss task loss of the last of them
  /// @param evaluations scores so far
  record Progress(
      int steps, long tokens, long nanos, double lastLoss, List<Evaluation> evaluations) {
    Progress {
      evaluations = List.copyOf(evaluations);
    }
  }
}
