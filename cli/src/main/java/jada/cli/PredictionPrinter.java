package jada.cli;

import jada.adalora.model.EncodedExamples;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.cli.TextLines.Line;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Input;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Prints one line for each line it is given, in their order: the answer, or why there is none.
///
///     label TAB probability TAB text
///     TAB TAB reason                      for a line that cannot be read
///                                         (nothing) for a blank line
///
/// or JSON: `{text, label, scores, logits}`, with `"cut": true` where the text was cut, and `{text,
/// error}` where there is no answer.
final class PredictionPrinter {
  private final Console console;
  private final Predictor predictor;
  private final PretrainedModel base;
  private final int maxLength;
  private final boolean json;

  private long texts;
  private long cut;
  private long unanswered;
  private Optional<String> firstProblem = Optional.empty();

  /// @param maxLength tokens at which the predictor cuts texts
  PredictionPrinter(
      Console console, Predictor predictor, PretrainedModel base, int maxLength, boolean json) {
    this.console = console;
    this.predictor = predictor.withMaxLength(maxLength);
    this.base = base;
    this.maxLength = maxLength;
    this.json = json;
  }

  /// Prints the answers to some lines.
  ///
  /// @throws OutputException if answers cannot be written
  void answer(List<Line> lines) {
    List<Input> inputs =
        lines.stream()
            .filter(line -> line.problem().isEmpty() && !line.isBlank())
            .map(Line::input)
            .toList();
    List<Prediction> predictions = predictor.predict(inputs);
    int answered = 0;
    for (Line line : lines) {
      texts++;
      if (line.problem().isPresent()) {
        unanswered++;
        firstProblem = firstProblem.or(line::problem);
        console.result(withoutAnswer(line, line.problem().get(), "\t\t" + line.problem().get()));
      } else if (line.isBlank()) {
        console.result(withoutAnswer(line, "the line is blank", ""));
      } else {
        console.result(answer(line.input(), predictions.get(answered++)));
      }
    }
  }

  /// Prints the warnings about all lines.
  ///
  /// @return the exit status: [ErrorLine#FAILED] if a line could not be read
  int finish() {
    if (cut > 1) {
      console.say(cutTexts("texts", cut, texts, maxLength));
    }
    firstProblem.ifPresent(
        problem ->
            console.say(
                String.format(
                    Locale.ROOT,
                    "jada: %,d of %,d lines have no answer, the first: %s",
                    unanswered,
                    texts,
                    problem)));
    return unanswered > 0 ? ErrorLine.FAILED : 0;
  }

  /// The warning that texts are cut, with the remedy.
  static String cutTexts(String what, long cut, long of, int maxLength) {
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d texts are longer than %d tokens and lose their end; --max-length keeps"
            + " more",
        what,
        cut,
        of,
        maxLength);
  }

  private String withoutAnswer(Line line, String reason, String plain) {
    if (!json) {
      return plain;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", line.input().text());
    object.put("error", reason);
    return Json.line(object);
  }

  private String answer(Input input, Prediction prediction) {
    boolean loses = EncodedExamples.isCut(input, base, maxLength);
    if (loses && ++cut == 1) {
      // Immediately, because the input may go on for days.
      console.say(
          String.format(
              Locale.ROOT,
              "text %,d is longer than %d tokens and loses its end; --max-length keeps more",
              texts,
              maxLength));
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("text", input.text());
      input.pair().ifPresent(pair -> object.put("pair", pair));
      object.put("label", prediction.label());
      if (!prediction.scores().isEmpty()) {
        object.put("labels", prediction.labels());
      }
      object.put("scores", prediction.scores());
      object.put("logits", prediction.logits());
      if (loses) {
        object.put("cut", true);
      }
      return Json.line(object);
    }
    // One line a text, whatever is in it; only the tab before a pair stays.
    return "%s\t%s\t%s"
        .formatted(
            clean(prediction.label()),
            String.format(Locale.ROOT, "%.4f", prediction.probability()),
            clean(input.text()) + input.pair().map(pair -> "\t" + clean(pair)).orElse(""));
  }

  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
