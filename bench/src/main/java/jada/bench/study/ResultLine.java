package jada.bench.study;

import jada.nn.files.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The result of a run: one line of results.jsonl.
///
/// @param arm of the cell
/// @param task of the cell
/// @param budget of the cell
/// @param seed of the cell
/// @param settings everything that the numbers depend on ([Cell#settings()])
/// @param data SHA-256 of the training examples and of those to judge by
/// @param status `finished`, or `diverged`: then the scores are those of the last good state
/// @param metric the one by which runs of the task are compared
/// @param evaluation scores on the examples to judge by, of the adapter that the run would publish
/// @param evaluations all scores of the run, in their order
/// @param finalLoss mean training loss of the last twentieth of the steps
/// @param steps optimizer steps
/// @param tokens trained on
/// @param seconds of the steps, without scoring
/// @param head parameters of the head that learn
/// @param adapterPeak parameters of P and Q, or B and A, at most
/// @param adapterEnd parameters of those that are alive at the end
/// @param ranks of every adapted matrix at the end
/// @param norms the norm of ΔW over all adapted matrices, by step
/// @param warnings what the run has said of itself
record ResultLine(
    String arm,
    String task,
    int budget,
    int seed,
    SortedMap<String, String> settings,
    List<String> data,
    String status,
    String metric,
    Score evaluation,
    List<Score> evaluations,
    double finalLoss,
    int steps,
    long tokens,
    double seconds,
    long head,
    long adapterPeak,
    long adapterEnd,
    SequencedMap<String, Integer> ranks,
    SequencedMap<Integer, Double> norms,
    List<String> warnings) {
  static final String FINISHED = "finished";
  static final String DIVERGED = "diverged";

  private static final JsonMapper MAPPER = new JsonMapper();

  /// Scores after so many steps: loss and metrics by name.
  record Score(int step, SequencedMap<String, Double> values) {}

  /// The value by which runs are compared.
  double main() {
    return evaluation.values().get(metric);
  }

  /// Whether this is a run of the cell: the settings are the same. A setting that did not exist
  /// when the line was written must have the value that it has where nobody sets it.
  boolean isOf(Cell cell, Map<String, String> untouched) {
    if (!arm.equals(cell.arm().name())
        || !task.equals(cell.task().name())
        || budget != cell.budget()
        || seed != cell.seed()) {
      return false;
    }
    SortedMap<String, String> now = cell.settings();
    return now.keySet().containsAll(settings.keySet())
        && now.entrySet().stream()
            .allMatch(
                e ->
                    settings.containsKey(e.getKey())
                        ? settings.get(e.getKey()).equals(e.getValue())
                        : e.getValue().equals(untouched.get(e.getKey())));
  }

  /// One line of JSON, without the end of the line.
  String json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("arm", arm).put("task", task).put("budget", budget).put("seed", seed);
    root.put("hash", Cell.hash(settings)).put("status", status);
    root.put("metric", metric);
    root.set("evaluation", json(evaluation));
    root.put("steps", steps).put("tokens", tokens);
    root.put("seconds", Math.round(seconds * 100) / 100.0);
    put(root, "final_loss", finalLoss);
    root.putObject("parameters")
        .put("head", head)
        .put("adapter_peak", adapterPeak)
        .put("adapter_end", adapterEnd);
    ArrayNode scores = root.putArray("evaluations");
    evaluations.forEach(e -> scores.add(json(e)));
    ObjectNode ranksNode = root.putObject("ranks");
    ranks.forEach(ranksNode::put);
    if (!norms.isEmpty()) {
      ArrayNode list = root.putArray("norms");
      norms.forEach((step, norm) -> list.addArray().add(step).add((float) (double) norm));
    }
    if (!warnings.isEmpty()) {
      ArrayNode list = root.putArray("warnings");
      warnings.forEach(list::add);
    }
    ArrayNode checksums = root.putArray("data");
    data.forEach(checksums::add);
    ObjectNode settingsNode = root.putObject("settings");
    settings.forEach(settingsNode::put);
    return MAPPER.writeValueAsString(root);
  }

  private static ObjectNode json(Score score) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("step", score.step());
    score.values().forEach((name, value) -> put(node, name, value));
    return node;
  }

  /// JSON has no infinities and no NaN: they become texts.
  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.put(name, Double.toString(value));
    }
  }

  /// Reads a line.
  ///
  /// @param place file and line, for the message
  /// @throws InputException if it is none that a study writes
  static ResultLine read(String place, String line) {
    try {
      JsonNode root = MAPPER.readTree(line);
      SortedMap<String, String> settings = new TreeMap<>();
      root.required("settings")
          .properties()
          .forEach(e -> settings.put(e.getKey(), text(e.getValue())));
      if (!text(root.required("hash")).equals(Cell.hash(settings))) {
        throw new InputException(
            place + ": the settings are not those that the hash is of; restore the line");
      }
      List<Score> evaluations = new ArrayList<>();
      root.required("evaluations").forEach(node -> evaluations.add(score(node)));
      SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
      root.required("ranks")
          .properties()
          .forEach(e -> ranks.put(e.getKey(), e.getValue().intValue()));
      SequencedMap<Integer, Double> norms = new LinkedHashMap<>();
      root.path("norms")
          .forEach(pair -> norms.put(pair.get(0).intValue(), pair.get(1).doubleValue()));
      JsonNode parameters = root.required("parameters");
      ResultLine read =
          new ResultLine(
              text(root.required("arm")),
              text(root.required("task")),
              root.required("budget").intValue(),
              root.required("seed").intValue(),
              settings,
              texts(root.required("data")),
              text(root.required("status")),
              text(root.required("metric")),
              score(root.required("evaluation")),
              evaluations,
              number(root.required("final_loss")),
              root.required("steps").intValue(),
              root.required("tokens").longValue(),
              number(root.required("seconds")),
              parameters.required("head").longValue(),
              parameters.required("adapter_peak").longValue(),
              parameters.required("adapter_end").longValue(),
              ranks,
              norms,
              texts(root.path("warnings")));
      if (!read.evaluation.values().containsKey(read.metric)) {
        throw new InputException(
            place + ": the evaluation has no \"" + read.metric + "\"; restore the line");
      }
      return read;
    } catch (JacksonException e) {
      throw new InputException(
          "%s: is no line of a study (%s); restore it, or remove it to run that cell again"
              .formatted(place, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private static String text(JsonNode node) {
    return node.stringValue();
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(ResultLine::text).toList();
  }

  private static Score score(JsonNode node) {
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    node.properties().stream()
        .filter(e -> !e.getKey().equals("step"))
        .forEach(e -> values.put(e.getKey(), number(e.getValue())));
    return new Score(node.required("step").intValue(), values);
  }

  private static double number(JsonNode node) {
    return node.isString() ? Double.parseDouble(node.stringValue()) : node.doubleValue();
  }
}
