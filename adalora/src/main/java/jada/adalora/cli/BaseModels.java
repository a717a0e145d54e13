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
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      console.say(
          "jada: computing with the slow %s kernels, because the module jdk.incubator.vector is not"
                  .formatted(Kernels.fastest().name())
              + " there; start Java with --add-modules jdk.incubator.vector");
    }
    try (Artifacts artifacts = Artifacts.ofUserSettings();
        ConsoleProgress progress = new ConsoleProgress(console)) {
      return Models.load(nameOrFolder, artifacts, progress);
    }
  }
}
