package jada.bench;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.peft.PeftFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers texts with models of others on request, so that `compare/differential.py` can compare
/// hundreds of models with one JVM. A line of standard input is a folder with
///
/// - `base`: a model in Hugging Face layout;
/// - `adapter`: an adapter of PEFT on it, or nothing;
/// - `texts.json`: `{"max_length": tokens, "texts": [["a text"], ["a text", "its pair"]]}`.
///
/// The answer is a line of JSON: `{"predictions": [{label, scores, logits}]}` in the order of the
/// texts, or `{"refused": message}`, or `{"failed": exception}` for what should not happen.
final class Answers {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Answers() {}

  /// Answers requests until standard input ends.
  ///
  /// @param arguments none
  public static void main(String... arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(answer(Path.of(line.strip())));
    }
  }

  private static ObjectNode answer(Path folder) {
    ObjectNode answer = MAPPER.createObjectNode();
    try {
      predictions(folder).forEach(answer.putArray("predictions")::add);
      return answer;
    } catch (InputException e) {
      return answer.removeAll().put("refused", e.getMessage());
    } catch (IOException | RuntimeException e) {
      return answer.removeAll().put("failed", e + " at " + e.getStackTrace()[0]);
    }
  }

  private static List<ObjectNode> predictions(Path folder) throws IOException {
    JsonNode wanted = MAPPER.readTree(Files.readString(folder.resolve("texts.json")));
    List<Input> inputs = new ArrayList<>();
    for (JsonNode text : wanted.get("texts")) {
      inputs.add(
          new Input(
              text.get(0).stringValue(),
              Optional.ofNullable(text.get(1)).map(JsonNode::stringValue)));
    }
    Path whole = folder.resolve("base");
    Path adapter = folder.resolve("adapter");
    PretrainedModel base = Models.load(whole.toString());
    AdaptedModel model = PeftFolder.load(base, Files.exists(adapter) ? adapter : whole);
    List<ObjectNode> answers = new ArrayList<>();
    try (Predictor predictor =
        Predictor.of(model).withMaxLength(wanted.get("max_length").intValue())) {
      for (Prediction prediction : predictor.predict(inputs)) {
        ObjectNode answer = MAPPER.createObjectNode();
        answer.put("label", prediction.label());
        ObjectNode scores = answer.putObject("scores");
        prediction.scores().forEach(scores::put);
        ArrayNode logits = answer.putArray("logits");
        prediction.logits().forEach(logits::add);
        answers.add(answer);
      }
    }
    return answers;
  }
}
