package jada.adalora;

import jada.nn.InputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Puts several files into a folder together: none is seen there before all are complete.
///
/// They are written to a hidden folder inside the target, so that the last step is only a change of
/// names. If anything fails before that, the target is as it was.
final class StagedFiles implements AutoCloseable {
  private static final int ATTEMPTS = 1000;

  private final Path folder;
  private final boolean created;
  private final Path staging;

  private StagedFiles(Path folder, boolean created, Path staging) {
    this.folder = folder;
    this.created = created;
    this.staging = staging;
  }

  /// Files for the given folder, which is made if it does not exist.
  ///
  /// @throws InputException if it cannot be made or written to
  static StagedFiles in(Path folder) {
    boolean created = Files.notExists(folder);
    try {
      Files.createDirectories(folder);
      return new StagedFiles(folder, created, reserve(folder));
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /// Where the content of the file of this name is to be written.
  Path path(String name) {
    return staging.resolve(name);
  }

  /// Gives the files their places, in this order.
  ///
  /// @throws InputException if a folder is in the way of one, before any has moved
  void publish(List<String> names) {
    for (String name : names) {
      if (Files.isDirectory(folder.resolve(name))) {
        throw new InputException(
            folder.resolve(name) + ": is a folder where a file is to be written; remove it");
      }
    }
    try {
      for (String name : names) {
        Files.move(
            path(name),
            folder.resolve(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /// Removes what was not published, and the folder if it was made here and is empty.
  @Override
  public void close() {
    try {
      try (var left = Files.list(staging)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(staging);
      if (created) {
        Files.delete(folder);
      }
    } catch (DirectoryNotEmptyException e) {
      // The folder holds what was published: the usual end.
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  private static Path reserve(Path folder) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return Files.createDirectory(folder.resolve(".saving-" + i));
      } catch (FileAlreadyExistsException e) {
        // Left by a crash or in use by another writer: not ours to touch.
      }
    }
    throw new IOException("too many .saving- folders of earlier attempts in it");
  }

  private static InputException unwritable(Path folder, IOException cause) {
    String reason =
        switch (cause) {
          case FileAlreadyExistsException _ -> "a file of that name is in the way";
          case AccessDeniedException _ -> "access denied";
          default -> String.valueOf(cause.getMessage()).replaceAll("\\R", " ");
        };
    return new InputException(
        folder + ": cannot be written (" + reason + "); choose a writable folder with enough room",
        cause);
  }
}
