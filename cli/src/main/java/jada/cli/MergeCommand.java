package jada.cli;

import jada.adalora.model.AdaptedModel;
import jada.adalora.peft.PeftFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada merge`: writes base model and adapter as one plain model.
@Command(
    name = "merge",
    description = {
      "Add a saved adapter to its base model; write a Hugging Face folder.",
      "transformers loads it, and so do --model and --adapter of every command."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada merge runs/first --out first-merged",
      "  jada predict --adapter first-merged \"some text\""
    })
final class MergeCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "ADAPTER", description = "folder written by finetune or by PEFT")
  private Path adapter;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "new folder for the model")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      description = "base model [the one that the adapter names]")
  private Optional<String> model = Optional.empty();

  MergeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    NewFolder.requireFree(out);
    AdaptedModel saved = new SavedAdapter(adapter).load(model, console);
    PeftFolder.saveMerged(saved, out);
    console.say(
        "%s matrices merged, %s".formatted(saved.adapters().size(), saved.task().description()));
    console.result(out.toString());
    return 0;
  }
}
