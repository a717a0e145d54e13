package jada.cli;

import jada.adalora.model.Models;
import jada.adalora.model.Models.KnownModel;
import jada.cli.artifact.Artifacts;
import jada.cli.artifact.Coordinates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `jada models`: the base models known by name.
@Command(
    name = "models",
    description = {
      "List the base models known by name.",
      "--model also takes a folder in Hugging Face layout: config.json; model.safetensors or",
      "pytorch_model.bin, in one file or split; tokenizer.json, vocab.txt, or vocab.json with"
          + " merges.txt."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  jada models", "  jada models --json"})
final class ModelsCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--json", description = "print one JSON array")
  private boolean json;

  ModelsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (Artifacts artifacts = Artifacts.ofUserSettings()) {
      List<Map<String, Object>> models =
          Models.known().stream().map(known -> fields(known, artifacts)).toList();
      if (json) {
        console.result(Json.line(models));
      } else {
        models.forEach(this::print);
      }
    }
    return 0;
  }

  private static Map<String, Object> fields(KnownModel known, Artifacts artifacts) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", known.name());
    fields.put("alias", known.alias());
    fields.put("description", known.description());
    fields.put("parameters", known.parameters());
    fields.put("bytes", known.bytes());
    fields.put("licence", known.licence());
    fields.put("artifact", known.artifact());
    fields.put("cached", artifacts.has(Coordinates.parse(known.artifact())));
    fields.put("default", known.name().equals(Models.DEFAULT));
    return fields;
  }

  private void print(Map<String, Object> model) {
    console.result(
        "%s (%s)  %s%s"
            .formatted(
                model.get("name"),
                model.get("alias"),
                model.get("description"),
                model.get("default").equals(true) ? "  (default)" : ""));
    console.result(
        "  %s parameters, %s, %s, %s"
            .formatted(
                Figures.count((long) model.get("parameters")),
                Figures.bytes((long) model.get("bytes")),
                model.get("licence"),
                model.get("cached").equals(true) ? "in the local repository" : "not fetched yet"));
    console.result("  " + model.get("artifact"));
  }
}
