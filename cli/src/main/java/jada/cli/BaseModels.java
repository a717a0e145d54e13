package jada.cli;

import jada.adalora.Method;
import jada.adalora.model.Models;
import jada.cli.artifact.MavenModels;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.kernel.Kernels;
import java.util.Optional;

/// Loads base models and shows downloads.
final class BaseModels {
  private BaseModels() {}

  /// The base model of this name or in this folder.
  ///
  /// @throws jada.nn.files.InputException if there is none, or the heap is certainly too small
  static PretrainedModel load(String nameOrFolder, Console console) {
    if (Kernels.fastest().name().equals("scalar")) {
      console.say("jada: " + Kernels.diagnosis());
    }
    HeapNeed.of(nameOrFolder)
        .ifPresent(need -> need.require(Runtime.getRuntime().maxMemory(), Method.ADALORA));
    try (ConsoleProgress progress = new ConsoleProgress(console)) {
      return Models.load(nameOrFolder, Optional.of(new MavenModels()), progress);
    }
  }
}
