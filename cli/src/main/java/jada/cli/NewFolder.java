package jada.cli;

import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Checks the output folder of a command.
final class NewFolder {
  private NewFolder() {}

  /// Refuses a folder that is, or lies below, a broken symbolic link: it seems not to exist, but it
  /// cannot be made.
  ///
  /// @throws InputException naming the link and where it leads
  static void requireNoDanglingLink(Path folder) {
    for (Path place = folder.toAbsolutePath().normalize();
        place != null && !Files.exists(place);
        place = place.getParent()) {
      if (Files.isSymbolicLink(place)) {
        try {
          throw new InputException(
              "--out %s: %s is a link to %s, which does not exist; make that folder, or name another"
                  .formatted(folder, place, Files.readSymbolicLink(place)));
        } catch (IOException e) {
          throw new InputException(
              "--out %s: %s; name another folder".formatted(folder, ErrorLine.reason(e)), e);
        }
      }
    }
  }

  /// Checks before the work whether the folder can be made; changes nothing.
  ///
  /// @throws InputException if there is a file of that name, or a folder that holds something
  static void requireFree(Path folder) {
    requireNoDanglingLink(folder);
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InputException("--out %s: is a file; name a new folder".formatted(folder));
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new InputException(
            "--out %s: is not empty; name a new folder or empty this one".formatted(folder));
      }
    } catch (IOException e) {
      throw new InputException(
          "--out %s: %s; name another folder".formatted(folder, ErrorLine.reason(e)), e);
    }
  }
}
