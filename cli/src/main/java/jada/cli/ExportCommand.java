package jada.cli;

import jada.adalora.Method;
import jada.adalora.model.AdaptedModel;
import jada.adalora.peft.PeftFolder;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada export`: writes a saved adapter in a form that other programs load.
@Command(
    name = "export",
    description = {
      "Write a saved adapter as a folder that other programs load.",
      "lora: plain LoRA for PEFT, without loss; each matrix keeps its rank, 0 is left out.",
      "adalora: triplets for PEFT, as its AdaLoRA keeps them.",
      "onnx: the whole model with the adapter in it, for onnxruntime, langchain4j, Spring AI,"
          + " Vespa."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada export runs/first --out first-lora",
      "  jada export runs/first --format adalora --out first-adalora",
      "  jada export runs/first --format onnx --out first-onnx"
    })
final class ExportCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "ADAPTER", description = "folder written by finetune or by PEFT")
  private Path adapter;

  @Option(
      names = "--format",
      paramLabel = "FORM",
      defaultValue = "lora",
      description = "adalora, lora or onnx [${DEFAULT-VALUE}]")
  private Format format;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "new folder for the result")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      description = "base model [the one that the adapter names]")
  private Optional<String> model = Optional.empty();

  ExportCommand(Console console) {
    this.console = console;
  }

  /// Two forms for PEFT, and one for engines of inference.
  enum Format {
    ADALORA,
    LORA,
    ONNX
  }

  @Override
  public Integer call() {
    NewFolder.requireFree(out);
    AdaptedModel saved = new SavedAdapter(adapter).load(model, console);
    if (format == Format.ONNX) {
      OnnxExport.of(saved, console).write(out);
      console.result(out.toString());
      return 0;
    }
    requireAdapters(saved);
    boolean asItIs = format == Format.ADALORA || saved.config().method() == Method.LORA;
    AdaptedModel exported = asItIs ? saved : saved.toLora();
    PeftFolder.save(exported, out);
    console.say(
        "%s of %s adapted matrices, ranks %s in all, as %s"
            .formatted(
                exported.adapters().size(),
                saved.adapters().size(),
                exported.budget(),
                Choices.name(format)));
    console.result(out.toString());
    return 0;
  }

  private void requireAdapters(AdaptedModel saved) {
    Method method = saved.config().method();
    if (saved.adapters().isEmpty()) {
      throw new InputException(
          "%s: was trained with --method %s and has no adapters to export; write the whole model with jada merge"
              .formatted(adapter, method.name()));
    }
    if (method != Method.ADALORA && method != Method.LORA) {
      throw new InputException(
          "%s: its adapters, of type %s, do not consist of triplets and have no other form; copy the folder, or write the whole model with jada merge"
              .formatted(adapter, method.name()));
    }
    if (format == Format.ADALORA && method == Method.LORA) {
      throw new InputException(
          "%s: is plain LoRA, which has no triplets; export it with --format lora"
              .formatted(adapter));
    }
    if (format == Format.LORA && saved.budget() == 0) {
      throw new InputException(
          "%s: all ranks are 0, which plain LoRA cannot express; use --format adalora, or jada merge"
              .formatted(adapter));
    }
  }
}
