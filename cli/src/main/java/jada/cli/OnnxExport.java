package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EmbeddingTask;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.onnx.OnnxCheck;
import jada.onnx.OnnxFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes a trained model as ONNX, reads it again, and says how other programs load it.
///
/// @param form how vectors are made; of a classifier [EmbeddingForm#DEFAULT], which nothing reads
record OnnxExport(
    Console console, AdaptedModel trained, PretrainedModel merged, EmbeddingForm form) {
  /// Texts of several lengths, in several scripts, whose vectors are compared.
  private static final List<String> TEXTS =
      List.of(
          "a",
          "Closes the stream and releases all resources that belong to it.",
          "Wie schließe ich einen Strom?",
          "¿Dónde está la documentación de 2.0?",
          "x = f(y) + 3.14; // a comment",
          "one two three four five six seven eight nine ten ".repeat(6));

  static OnnxExport of(AdaptedModel trained, Console console) {
    EmbeddingForm form =
        trained.task() instanceof EmbeddingTask task
            ? task.form().orElse(EmbeddingForm.DEFAULT)
            : EmbeddingForm.DEFAULT;
    return new OnnxExport(console, trained, trained.merged(), form);
  }

  /// Writes the folder and compares what it computes with what Jada computes.
  void write(Path folder) {
    OnnxFolder.write(merged, folder, trained.maxLength());
    float difference = OnnxCheck.largestDifference(merged, folder.resolve(OnnxFolder.MODEL), TEXTS);
    console.say(
        String.format(
            Locale.ROOT,
            "read again: %s of %s texts differ from Jada's by at most %.1e",
            embeds() ? "the vectors" : "the logits",
            TEXTS.size(),
            difference));
    if (embeds()) {
      sayHowToLoad(folder);
    }
  }

  private boolean embeds() {
    return trained.task() instanceof EmbeddingTask;
  }

  private void sayHowToLoad(Path folder) {
    String pooling = form.pooling().toString();
    console.say("");
    console.say("langchain4j (makes vectors of length 1; puts no prompts before texts)");
    console.say(
        "  new OnnxEmbeddingModel(Path.of(\"%s/model.onnx\"), Path.of(\"%s/tokenizer.json\"), PoolingMode.%s)"
            .formatted(folder, folder, pooling.toUpperCase(Locale.ROOT)));
    if (form.pooling() == Pooling.MEAN) {
      console.say(
          "Spring AI (pools by the mean; vectors keep their length: compare them by cosine)");
      console.say(
          "  spring.ai.embedding.transformer.onnx.model-uri=file:%s/model.onnx".formatted(folder));
      console.say(
          "  spring.ai.embedding.transformer.tokenizer.uri=file:%s/tokenizer.json"
              .formatted(folder));
      console.say("  spring.ai.embedding.transformer.tokenizer.options.padding=true");
    } else {
      console.say(
          "Spring AI: pools by the mean only, and this model by its first token; it would be wrong"
              + " there");
    }
    console.say("Vespa, in services.xml");
    console.say("  <component id=\"jada\" type=\"hugging-face-embedder\">");
    console.say(
        "    <transformer-model path=\"model.onnx\"/><tokenizer-model path=\"tokenizer.json\"/>");
    console.say(
        "    <pooling-strategy>%s</pooling-strategy><normalize>%s</normalize>"
            .formatted(pooling, form.normalize()));
    if (hasPrompts()) {
      console.say(
          "    <prepend><query>%s</query><document>%s</document></prepend>"
              .formatted(form.queryPrompt(), form.documentPrompt()));
    }
    console.say("  </component>");
    if (hasPrompts()) {
      console.say("langchain4j and Spring AI: put %s yourself".formatted(prompts()));
    }
  }

  private String prompts() {
    return Stream.of(
            Map.entry(form.queryPrompt(), "query"), Map.entry(form.documentPrompt(), "document"))
        .filter(prompt -> !prompt.getKey().isEmpty())
        .map(prompt -> "\"%s\" before every %s".formatted(prompt.getKey(), prompt.getValue()))
        .collect(Collectors.joining(" and "));
  }

  private boolean hasPrompts() {
    return !form.queryPrompt().isEmpty() || !form.documentPrompt().isEmpty();
  }
}
