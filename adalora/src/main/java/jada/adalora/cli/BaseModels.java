package jada.adalora.cli;

import jada.adalora.Models;
import jada.adalora.artifact.Artifacts;
import jada.nn.PretrainedModel;
import jada.tensor.kernel.Kernels;

/// Loads base models and shows downloads.
final class BaseModels {
  private BaseModels() {}

  /// The base model of this name or in this folder.
  static PretrainedModel load(String nameOrFolder, Console console) {
    if (Kernels.fastest().name().equals("scalar")) {
      console.say("jada: " + Kernels.diagnosis());
    }
    try (ConsoleProgress progress = new ConsoleProgress(console)) {
      return Models.load(nameOrFolder, Artifacts::ofUserSettings, progress);
    }
  }
}
