package jada.langchain4j;

import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.peft.PeftFolder;
import jada.nn.files.InputException;
import java.io.File;
import java.nio.file.Path;

/// A folder with an adapter, or with a whole model.
///
/// @param folder absolute: a relative path such as `minilm` could be the name of a known model
record ModelFolder(Path folder) {
  /// A folder that need not be there yet.
  static ModelFolder of(Path folder) {
    return new ModelFolder(folder.toAbsolutePath().normalize());
  }

  /// The last name of the path.
  String name() {
    Path last = folder.getFileName();
    return last == null ? folder.toString() : last.toString();
  }

  /// Whether it makes sentence embeddings, as far as its files tell.
  ///
  /// @throws InputException if it holds neither an adapter nor a model
  boolean embeds() {
    return PeftFolder.embeds(folder);
  }

  /// The model; an adapter with the base model that it names.
  ///
  /// @throws InputException if the base model is not there, or a file is damaged
  AdaptedModel load() {
    String base =
        PeftFolder.baseModel(folder)
            .orElseThrow(() -> new InputException(folder + ": names no base model; " + remedy()));
    if (Models.find(base).isEmpty() && !new File(base).isDirectory()) {
      throw new InputException(
          "%s: names the base model %s, which is neither known nor a folder here; %s"
              .formatted(folder, base, remedy()));
    }
    return PeftFolder.load(Models.load(base), folder);
  }

  private static String remedy() {
    return "load the two with PeftFolder.load(base, folder), and take what it gives";
  }
}
