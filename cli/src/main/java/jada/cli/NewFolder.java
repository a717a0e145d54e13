package jada.cli;

import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Where a command writes a folder of its own.
final class NewFolder {
  private NewFolder() {}

  /// Looks whether a folder, or one above it, is a symbolic link to nothing: it seems not to exist,
  /// and yet it cannot be made.
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

  /// Looks before the work whether the folder can be made; touches nothing.
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
